using System.Management.Automation;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>What cmdlets for containers share: the directory of containers.</summary>
public abstract class LxcCmdlet : ModuleCmdlet
{
    /// <summary>The directory of containers. The default is LXC's: /var/lib/lxc for root, ~/.local/share/lxc for others.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("P")]
    [ValidateNotNullOrEmpty]
    public string? LxcPath { get; set; }

    /// <summary>
    /// The store that -LxcPath names, the default one without it; null, with the error written, where that is no path of the file system.
    /// </summary>
    internal ContainerStore? FindStore() => FindStore(LxcPath);
}
