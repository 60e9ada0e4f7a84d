namespace LxcPS.Host.Running;

/// <summary>Which of PowerShell's modules has the command; Microsoft.PowerShell.Utility where nothing is said.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SourceAttribute(string module) : Attribute
{
    public const string Management = "Microsoft.PowerShell.Management";
    public const string Security = "Microsoft.PowerShell.Security";

    public string Module { get; } = module;
}
