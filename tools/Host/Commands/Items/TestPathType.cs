namespace Microsoft.PowerShell.Commands;

/// <summary>What a path must lead to.</summary>
public enum TestPathType
{
    Any,
    Container,
    Leaf,
}
