using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using LxcPS.Engine;
using LxcPS.Engine.Confinement;

namespace LxcPS.Commands;

/// <summary>Tells whether apparmor_parser takes profiles. Nothing is loaded.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LxcProfile", DefaultParameterSetName = "Name")]
[OutputType(typeof(LxcProfileTest), typeof(bool))]
public sealed partial class TestLxcProfileCommand : ProfileCmdlet
{
    private bool allValid = true;
    private bool anyTested;

    /// <summary>The names of profiles that files of the directory of policy define; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Name")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Files of policy.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Profiles of New-LxcProfile and Get-LxcProfile.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    [ValidateNotNull]
    public LxcProfile[] InputObject { get; set; } = [];

    /// <summary>Whether there is one answer for all: $true or $false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindPolicy() is not { } policy)
        {
            allValid = false;
            return;
        }

        foreach (LxcProfile profile in InputObject)
        {
            Test(profile.Name, () => [(profile.Name, profile.Source ?? throw ProfileRegistrar.NotFound(profile.Name, policy))]);
        }

        foreach (string path in Path)
        {
            Test(path, () =>
            {
                string source = ProfileFiles.Read(FilePathOf(path));
                IReadOnlyList<string> names = ProfileFiles.NamesIn(source);
                return names.Count == 0 ? [(path, source)] : names.Select(name => (name, source));
            });
        }

        foreach (string pattern in Name)
        {
            Test(pattern, () => Find(pattern, policy));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet)
        {
            WriteObject(allValid && anyTested);
        }
    }

    private static IEnumerable<(string Name, string Source)> Find(string pattern, string policy)
    {
        WildcardPattern wildcard = new(pattern);
        List<ProfileFile> files = [.. ProfileFiles.In(policy).Where(file => file.Name == pattern || wildcard.IsMatch(file.Name))];
        return files.Count > 0 || WildcardPattern.ContainsWildcardCharacters(pattern)
            ? files.Select(file => (file.Name, ProfileFiles.Read(file.Path))) : throw ProfileRegistrar.NotFound(pattern, policy);
    }

    private void Test(string target, Func<IEnumerable<(string Name, string Source)>> find)
    {
        allValid &= Try(target, () =>
        {
            foreach ((string name, string source) in find())
            {
                LxcProfileTest test = Test(name, source);
                anyTested = true;
                allValid &= test.IsValid;
                if (!Quiet)
                {
                    WriteObject(test);
                }
            }
        }) && allValid;
    }

    private static LxcProfileTest Test(string name, string source)
    {
        try
        {
            return ProfileRegistrar.TryCompile(source, name) ? new LxcProfileTest(name, null, null) : throw new LxcException(LxcErrorId.HostUnsupported,
                $"The AppArmor profile '{name}' cannot be tested: apparmor_parser is not installed")
            {
                Advice = "Install it, on Debian and Ubuntu: apt-get install apparmor.",
            };
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.ConfinementFailed)
        {
            Match line = LineNumber().Match(e.Message);
            return new LxcProfileTest(name, e.Message[(e.Message.IndexOf("cannot be compiled: ", StringComparison.Ordinal) + "cannot be compiled: ".Length)..],
                line.Success ? int.Parse(line.Groups["line"].Value, CultureInfo.InvariantCulture) : null);
        }
    }

    [GeneratedRegex(@"\bline (?<line>[0-9]+)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex LineNumber();
}
