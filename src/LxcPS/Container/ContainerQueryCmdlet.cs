using System.Management.Automation;

namespace LxcPS.Commands;

/// <summary>A cmdlet that gets what containers have: of all of them where none is named.</summary>
public abstract class ContainerQueryCmdlet : ContainerCmdlet
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ParameterSetName = NameSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public override string[] Name { get; set; } = ["*"];
}
