using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

internal static class ProviderNames
{
    /// <summary>Whether the provider goes by that name, with or without its module's.</summary>
    public static bool Matches(this ProviderInfo provider, string name) =>
        WildcardPattern.Get(name[(name.LastIndexOf('\\') + 1)..], WildcardOptions.IgnoreCase).IsMatch(provider.Name);
}
