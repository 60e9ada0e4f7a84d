using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>One configuration that a cmdlet works on.</summary>
/// <param name="File">The file.</param>
/// <param name="Container">The container that it is of; null for a file by itself.</param>
internal sealed record ConfigTarget(ConfigFile File, ContainerTarget? Container)
{
    /// <summary>What errors and -WhatIf name.</summary>
    internal string Display => Container?.Name ?? File.Path;
}
