using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>SELinux contexts of processes and keyrings, through the files of /proc/PID/attr; see proc_pid_attr(5).</summary>
internal sealed class SelinuxLabel
{
    /// <summary>The context that stands for none, as LXC has it.</summary>
    internal const string Unconfined = "unconfined_t";

    private readonly int attributes;

    private SelinuxLabel(int attributes) => this.attributes = attributes;

    /// <summary>Whether the kernel runs with SELinux; see selinuxfs.</summary>
    internal static bool IsEnabled => FileTree.Exists("/sys/fs/selinux/enforce");

    /// <summary>
    /// The context that a key asks for; null for none. Without SELinux in the kernel it is left out with a warning, as LXC leaves it out: a
    /// configuration is shared between hosts, and the other confinement holds all the same.
    /// </summary>
    internal static string? Wanted(string? value, string key, Action<string> warn)
    {
        if (value is null or "" or Unconfined)
        {
            return null;
        }

        if (!IsEnabled)
        {
            warn($"{key} = {DisplayText.Of(value)} is left out: this kernel runs without SELinux");
            return null;
        }

        return value;
    }

    /// <summary>The context of a process; null where the kernel runs without SELinux.</summary>
    internal static string? Of(int pid) => IsEnabled ? Descriptors.ReadText($"/proc/{pid}/attr/current").TrimEnd('\0', '\n') : null;

    /// <summary>Opens the calling process's way to a context, in a proc file system that it can trust; see <see cref="AppArmorLabel"/>.</summary>
    internal static SelinuxLabel Open(int directory, string self) =>
        new(Descriptors.OpenAt(directory, self + "/attr", OpenFlags.Path | OpenFlags.Directory));

    /// <summary>Sets the context that the process has after its next execve(2).</summary>
    internal void SetForExec(string context, string key) => Write("exec", context, key);

    /// <summary>Sets the context of the keyrings that it makes from now on.</summary>
    internal void SetForKeys(string context, string key) => Write("keycreate", context, key);

    private void Write(string file, string context, string key)
    {
        try
        {
            Descriptors.WriteTextAt(attributes, file, context);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, $"SELinux refuses the context '{DisplayText.Of(context)}': {e.Message}", e)
            {
                Step = "SELinux",
                ConfigKey = key,
                Advice = "The policy must know the context, and let the context of whoever starts the container change to it.",
            };
        }
    }
}
