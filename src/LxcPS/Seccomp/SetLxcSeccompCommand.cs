using System.Management.Automation;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Seccomp;

namespace LxcPS.Commands;

/// <summary>Sets the seccomp policy of containers. What runs keeps its policy until its next start.</summary>
[Cmdlet(VerbsCommon.Set, "LxcSeccomp", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class SetLxcSeccompCommand : ContainerActionCmdlet
{
    private string? file;

    /// <summary>A policy file in LXC's format 1 or 2, which the containers share.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The default policy of this module, as new containers have it.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <summary>No policy: every system call is served.</summary>
    [Parameter]
    public SwitchParameter None { get; set; }

    /// <summary>System calls to deny, in a policy of the container's own that is otherwise what it has now.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SystemCallCompleter))]
    public string[]? Deny { get; set; }

    /// <summary>System calls to allow, in a policy of the container's own that is otherwise what it has now.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SystemCallCompleter))]
    public string[]? Allow { get; set; }

    /// <summary>What the calls of -Deny answer with: 1 (EPERM), or 38 (ENOSYS) for programs that then do without.</summary>
    [Parameter]
    [ValidateRange(1, 4095)]
    public int Errno { get; set; } = 1;

    /// <inheritdoc/>
    protected override string ActionName =>
        Path is not null ? $"Use seccomp policy {file}" : None ? "Use no seccomp policy" : Default ? "Use the default seccomp policy" : "Change seccomp policy";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        int ways = (Path is null ? 0 : 1) + (Default ? 1 : 0) + (None ? 1 : 0) + (Deny is null && Allow is null ? 0 : 1);
        if (ways != 1)
        {
            Reject("SeccompChoice", "Say one thing about the policy: -Path, -Default, -None, or -Deny and -Allow.", null);
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(Errno)) && Deny is null)
        {
            Reject("ErrnoWithoutDeny", "-Errno is what the calls of -Deny answer with, and there are none.", Errno);
        }

        if (Deny is not null && Allow is not null && Deny.Intersect(Allow).FirstOrDefault() is { } both)
        {
            Reject("DenyAndAllow", $"'{both}' cannot be both denied and allowed.", both);
        }

        if (Path is not null)
        {
            Try(Path, () => file = FilePathOf(Path));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // A path that is none has had its error.
        if (Path is null || file is not null)
        {
            base.ProcessRecord();
        }
    }

    private protected override void Act(WorkItem item)
    {
        if (file is not null || None)
        {
            SeccompSettings.Use(item.Target.Store, item.Target.Name, file, item.Warn);
            item.Say(file is null ? "no seccomp policy" : $"seccomp policy {file}");
            return;
        }

        item.Say("seccomp policy " + (Default
            ? SeccompSettings.UseDefault(item.Target.Store, item.Target.Name, ModuleFiles.SeccompPolicyPath, item.Warn)
            : SeccompSettings.UseOwn(item.Target.Store, item.Target.Name, ModuleFiles.SeccompPolicyPath, new PolicyChange(Deny ?? [], Allow ?? [], Errno), item.Warn)));
    }

    private void Reject(string id, string message, object? target) =>
        ThrowTerminatingError(new ErrorRecord(new PSArgumentException(message), id, ErrorCategory.InvalidArgument, target));
}
