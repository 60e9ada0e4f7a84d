using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine;
using LxcPS.Engine.Confinement;

namespace LxcPS.Commands;

/// <summary>Completes AppArmor profiles for containers: those that are loaded, where they can be read, and those of files.</summary>
public sealed class ProfileCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        // -Profile is a container's setting; -Name is a profile that there is.
        List<string> words = parameterName == "Profile" ? [AppArmorName.Generated, AppArmorName.Unconfined, AppArmorName.Unchanged] : [];
        SortedSet<string> profiles = new(StringComparer.Ordinal);
        Add(() => ProfileFiles.In(fakeBoundParameters["PolicyPath"]?.ToString() ?? ProfileFiles.DefaultPolicyPath).Select(file => file.Name));
        if (AppArmorKernel.IsEnabled)
        {
            // A generated profile is one container's own.
            Add(() => AppArmorKernel.LoadedProfiles().Select(profile => profile.Name)
                .Where(name => ProfileFiles.IsOurs(name) && (parameterName != "Profile" || !name.Contains("_<", StringComparison.Ordinal))));
        }

        return Completion.Of(words.Concat(profiles), wordToComplete);

        void Add(Func<IEnumerable<string>> find)
        {
            try
            {
                profiles.UnionWith(find());
            }
            catch (LxcException)
            {
                // A completer has nowhere to report to.
            }
        }
    }
}
