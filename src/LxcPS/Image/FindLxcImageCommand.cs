using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Lists the images that an image server has.</summary>
[Cmdlet(VerbsCommon.Find, "LxcImage")]
[OutputType(typeof(LxcRemoteImage))]
public sealed class FindLxcImageCommand : ModuleCmdlet
{
    /// <summary>Names of images, of which the end may be left out (alpine, alpine/3.20), aliases (debian/12), or patterns; all without it.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The address of the server.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageWordCompleter))]
    public string Server { get; set; } = ImageServer.Default;

    /// <summary>Only images for this architecture: amd64, arm64. The default is the host's; * for all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageWordCompleter))]
    public string Architecture { get; set; } = ImageArchitecture.OfHost;

    /// <summary>The file of the keys that must have signed what the server has; gpgv checks that. Without it nothing of the index is checked.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Keyring { get; set; }

    // What the server answered: it is asked once for all names.
    private IReadOnlyList<RemoteImage>? all;
    private bool failed;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (failed)
        {
            return;
        }

        failed = all is null && !Try(Server, () =>
        {
            using ImageServer server = new(Server, Keyring is null ? null : FilePathOf(Keyring), WriteVerbose);
            all = server.List(StopToken);
        });
        WildcardPattern architecture = WildcardPattern.Get(ImageArchitecture.Of(Architecture), WildcardOptions.IgnoreCase);
        foreach (string name in failed ? [] : Name)
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            WildcardPattern beginning = WildcardPattern.Get(name.TrimEnd('/') + "/*", WildcardOptions.IgnoreCase);
            RemoteImage[] found = [.. all!.Where(image => architecture.IsMatch(image.Name.Architecture)
                && (pattern.IsMatch(image.Name.ToString()) || beginning.IsMatch(image.Name.ToString()) || image.Aliases.Any(pattern.IsMatch)))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(new Engine.LxcException(Engine.LxcErrorId.ImageNotFound, $"There is no image '{name}' for {Architecture} at {Server}") { Advice = "Find-LxcImage -Server without a name lists all; -Architecture * those for other machines too." }, name);
            }

            foreach (RemoteImage image in found)
            {
                WriteObject(new LxcRemoteImage(Server.TrimEnd('/'), image));
            }
        }
    }
}
