using System.Management.Automation;
using LxcPS.Engine.Diagnostics;

namespace LxcPS.Commands;

/// <summary>Tells what this host can do for containers, capability by capability.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LxcHost")]
[OutputType(typeof(HostCapability), typeof(bool))]
public sealed class TestLxcHostCommand : LxcCmdlet
{
    /// <summary>Only capabilities whose names match; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Emits only whether all that is required is there.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindStore() is not { } store)
        {
            return;
        }

        WildcardPattern[] patterns = Array.ConvertAll(Name, name => new WildcardPattern(name, WildcardOptions.IgnoreCase));
        bool complete = true;
        foreach (HostCapability capability in HostCheck.Run(store.LxcPath, Helper.Path))
        {
            if (!Array.Exists(patterns, pattern => pattern.IsMatch(capability.Name)))
            {
                continue;
            }

            complete &= capability.IsAvailable || !capability.IsRequired;
            if (!Quiet)
            {
                WriteObject(capability);
            }
        }

        if (Quiet)
        {
            WriteObject(complete);
        }
    }
}
