using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>A cmdlet that works on containers that exist: by name with wildcards, or on objects of the pipeline.</summary>
public abstract class ContainerCmdlet : LxcCmdlet
{
    /// <summary>The parameter set of names.</summary>
    protected const string NameSet = "Name";

    /// <summary>The parameter set of container objects.</summary>
    protected const string InputObjectSet = "InputObject";

    /// <summary>The names of the containers; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    // Not mandatory, though its set is nothing without it: were both sets' parameters mandatory, PowerShell would settle on the default set
    // before it sees an object, and bind the object's Name with whatever LxcPath is set by default: another container than the one piped.

    /// <summary>The containers, as Get-LxcContainer gives them.</summary>
    [Parameter(ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [Alias("Container")]
    [ValidateNotNull]
    public LxcContainer[] InputObject { get; set; } = [];

    /// <summary>The containers of the current record; what cannot be found is written as an error each.</summary>
    internal IEnumerable<ContainerTarget> ResolveTargets()
    {
        if (ParameterSetName == InputObjectSet)
        {
            foreach (LxcContainer container in InputObject)
            {
                ContainerStore store = StoreAt(container.LxcPath);
                if (Try(container.Name, () => Require(store, container.Name)))
                {
                    yield return new ContainerTarget(store, container.Name);
                }
            }

            yield break;
        }

        if (FindStore() is not { } named)
        {
            yield break;
        }

        foreach (string pattern in Name)
        {
            foreach (string name in ContainerNames.Matching(named, pattern, this))
            {
                yield return new ContainerTarget(named, name);
            }
        }
    }

    /// <summary>Throws when there is no container of that name.</summary>
    internal static void Require(ContainerStore store, string name)
    {
        ContainerName.Validate(name);
        if (!store.Exists(name))
        {
            throw store.NotFound(name);
        }
    }
}
