using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using LxcPS.Engine;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Tells whether apparmor_parser takes profiles, or what a profile denies of things that are tried under it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LxcProfile", DefaultParameterSetName = "Name")]
[OutputType(typeof(LxcProfileTest), typeof(ProfileAccess), typeof(bool))]
public sealed partial class TestLxcProfileCommand : ProfileCmdlet
{
    private const string ContainerSet = "Container";
    private const string ProfileSet = "Profile";

    private bool allValid = true;
    private bool anyTested;

    /// <summary>The names of profiles that files of the directory of policy define; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Name")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The containers under whose profiles things are tried; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ContainerSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[] Container { get; set; } = [];

    /// <summary>The profile, loaded, under which things are tried; or unconfined.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProfileSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string Profile { get; set; } = string.Empty;

    /// <summary>Files of policy; with -Container and -Profile paths that are tried.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [Parameter(ParameterSetName = ContainerSet)]
    [Parameter(ParameterSetName = ProfileSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Profiles of New-LxcProfile and Get-LxcProfile.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    [ValidateNotNull]
    public LxcProfile[] InputObject { get; set; } = [];

    /// <summary>What is tried with the paths: r opens for reading, w for writing, x asks for the program.</summary>
    [Parameter(ParameterSetName = ContainerSet)]
    [Parameter(ParameterSetName = ProfileSet)]
    [ValidateSet("r", "w", "x")]
    public string[] Access { get; set; } = ["r"];

    /// <summary>Mounts that are tried, as lines of fstab(5): source, target, type and options.</summary>
    [Parameter(ParameterSetName = ContainerSet)]
    [Parameter(ParameterSetName = ProfileSet)]
    [ValidateNotNullOrEmpty]
    public string[] Mount { get; set; } = [];

    /// <summary>Capabilities that are tried.</summary>
    [Parameter(ParameterSetName = ContainerSet)]
    [Parameter(ParameterSetName = ProfileSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileWordCompleter))]
    public string[] Capability { get; set; } = [];

    /// <summary>Whether there is one answer for all: $true or $false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName is ContainerSet or ProfileSet)
        {
            TryItems();
            return;
        }

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

    private void TryItems()
    {
        if (FindStore() is not { } store || FindItems() is not { } items)
        {
            allValid = false;
            return;
        }

        if (ParameterSetName == ProfileSet)
        {
            allValid &= Try(Profile, () => Emit(ProfileTester.TestProfile(Helper, store.LxcPath, Profile, items, StopToken))) && allValid;
        }

        foreach (string pattern in Container)
        {
            IReadOnlyList<string> names = ContainerNames.Matching(store, pattern, this);
            allValid &= names.Count > 0 || WildcardPattern.ContainsWildcardCharacters(pattern);
            foreach (string name in names)
            {
                allValid &= Try(name, () => Emit(ProfileTester.TestContainer(Helper, store, name, items, StopToken))) && allValid;
            }
        }
    }

    // Null, with the error written, where one is none.
    private List<(ProfileItemKind Kind, string Item, string Access)>? FindItems()
    {
        List<(ProfileItemKind, string, string)> items = [];
        foreach (string path in Path)
        {
            items.AddRange(Access.Select(access => (ProfileItemKind.Path, path, access)));
        }

        items.AddRange(Mount.Select(mount => (ProfileItemKind.Mount, mount, string.Empty)));
        items.AddRange(Capability.Select(name => (ProfileItemKind.Capability, name.ToLowerInvariant(), string.Empty)));
        return Try(null, () => ProfileTester.RequireItems(items)) ? items : null;
    }

    private void Emit(IReadOnlyList<ProfileAccess> tries)
    {
        foreach (ProfileAccess access in tries)
        {
            anyTested = true;
            allValid &= access.IsDenied == false;
            if (!Quiet)
            {
                WriteObject(access);
            }
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
