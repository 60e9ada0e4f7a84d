using LxcPS.Engine.Seccomp;

namespace LxcPS;

/// <summary>A seccomp policy: which system calls of a container's programs the kernel answers instead of serving.</summary>
public sealed class LxcSeccomp
{
    internal LxcSeccomp(string? name, string? lxcPath, string? path, SeccompPolicy? policy)
    {
        Name = name;
        LxcPath = lxcPath;
        Path = path;
        Format = policy?.Version;
        DefaultAction = policy is null ? "allow" : SeccompWords.ActionOf(policy.DefaultAction);
        DefaultErrno = policy is null ? null : SeccompWords.ErrnoOf(policy.DefaultAction);
        Rules = policy is null ? [] : [.. policy.Rules.Select(rule => new LxcSeccompRule(rule, policy.Version))];
    }

    /// <summary>The container; null for a file without one.</summary>
    public string? Name { get; }

    /// <summary>The directory of containers that it is in; null for a file without a container.</summary>
    public string? LxcPath { get; }

    /// <summary>The file; null where the container has no policy, and every call is served.</summary>
    public string? Path { get; }

    /// <summary>The format of the file: 1 or 2.</summary>
    public int? Format { get; }

    /// <summary>What happens to calls without a rule: allow, errno, kill, kill_process, trap, log.</summary>
    public string DefaultAction { get; }

    /// <summary>What such calls answer with, where the default is errno.</summary>
    public int? DefaultErrno { get; }

    /// <summary>The rules, in the order of the file.</summary>
    public LxcSeccompRule[] Rules { get; }

    /// <summary>The socket of the program that answers for calls with the action notify (<c>lxc.seccomp.notify.proxy</c>), or null.</summary>
    public string? NotifyProxy { get; internal init; }

    /// <summary>Whether syslog(2) is answered from a kernel log of the container's own, whatever the policy says of it.</summary>
    public bool IsolateKernelLog { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => Path ?? "none";
}
