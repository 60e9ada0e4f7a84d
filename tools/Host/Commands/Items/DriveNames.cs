using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

internal static class DriveNames
{
    /// <summary>The drives of that name, which may be a pattern.</summary>
    public static IEnumerable<PSDriveInfo> Named(this IEnumerable<PSDriveInfo> drives, string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return drives.Where(drive => pattern.IsMatch(drive.Name));
    }
}
