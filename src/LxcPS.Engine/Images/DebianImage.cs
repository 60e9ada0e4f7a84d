using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>An image of Debian or Ubuntu, made of the distribution's packages by mmdebstrap(1).</summary>
internal sealed class DebianImage : ImageSource
{
    // What a machine has that one logs in to: an init, a message bus, and a network that a lease configures.
    private static readonly string[] UsualPackages = ["init", "systemd-sysv", "dbus", "iproute2", "iputils-ping", "netbase", "procps", "ca-certificates", "less", "vim-tiny"];

    private static readonly string[] Proxies = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

    private readonly ImageName name;
    private readonly string mirror;
    private readonly string[] packages;

    internal DebianImage(ImageRequest request)
    {
        bool isUbuntu = request.Template.Equals("ubuntu", StringComparison.OrdinalIgnoreCase);
        string architecture = ImageArchitecture.Of(request.Architecture ?? ImageArchitecture.OfHost);
        name = ImageName.Parse($"{(isUbuntu ? "ubuntu" : "debian")}/{request.Release ?? (isUbuntu ? "noble" : "stable")}/{architecture}/{request.Variant ?? "default"}");
        mirror = request.Mirror ?? (!isUbuntu ? "http://deb.debian.org/debian" : architecture is "amd64" or "i386" ? "http://archive.ubuntu.com/ubuntu" : "http://ports.ubuntu.com/ubuntu-ports");
        packages = [.. request.Packages.Order(StringComparer.Ordinal).Distinct()];
        foreach (string package in packages)
        {
            Require(package.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '+' or ':'), $"'{DisplayText.Of(package)}' cannot name a package", "Name packages as apt-get install does.");
        }

        Require(!mirror.Contains(' ') && mirror.Contains(':'), $"'{DisplayText.Of(mirror)}' is no address of packages", "Give an address such as http://deb.debian.org/debian, or file:/ and a path.");
    }

    /// <inheritdoc/>
    public override string Key => $"packages {name} {mirror} {string.Join(',', packages)}";

    private protected override ImageInfo Make(ImageBuild build, ImageContext context)
    {
        string program = HostPrograms.Find("mmdebstrap")
            ?? throw Failed("the program mmdebstrap is not there", "Install it: apt-get install mmdebstrap. For Ubuntu's packages on Debian also ubuntu-keyring.");
        string archive = $"{build.Directory}/packages.tar";
        context.Progress($"Making {name} of packages from {mirror}", -1);
        List<string> arguments =
        [
            "mmdebstrap", "--mode=root", "--format=tar", $"--variant={VariantOf(name.Variant)}", $"--architectures={name.Architecture}",
            $"--include={string.Join(',', name.Variant == "default" ? [.. UsualPackages, .. packages] : packages)}",
            // Device nodes come from the engine, and what is unpacked half is not kept: nothing is lost with a write that waits.
            "--skip=output/mknod", "--dpkgopt=force-unsafe-io", name.Release, archive, mirror,
        ];
        if (Processes.EffectiveUserId != 0)
        {
            // It owns files as a distribution does, and mounts: to that it has to be root of the ids that the image is to have.
            arguments = [.. MappedProgram.CommandLine(context.Helper, UserMaps.OfImages()), program, .. arguments];
            program = context.Helper.Path;
        }

        ProgramResult result = ChildProgram.Run(program, arguments, -1, int.MaxValue, context.CancellationToken, null, [.. Proxies.Where(proxy => Environment.GetEnvironmentVariable(proxy) is not null).Select(proxy => $"{proxy}={Environment.GetEnvironmentVariable(proxy)}"), $"TMPDIR={build.Directory}"]);
        if (result.Exit.ExitCode != 0)
        {
            string[] errors = [.. result.Error.Split('\n').Where(line => line.StartsWith("E: ", StringComparison.Ordinal) || line.Contains("error", StringComparison.OrdinalIgnoreCase))];
            string reason = string.Join("; ", errors.Length > 0 ? errors.TakeLast(3) : result.Error.Split('\n').TakeLast(3));
            throw result.FullErrno is not 0 and int errno ? StorageError.Of(new LinuxException("mmdebstrap", errno, build.Directory), $"The image {name} cannot be made")
                : Failed($"mmdebstrap ended with {result.Exit.ExitCode}: {DisplayText.Of(reason)}", "See that the mirror has this release, that the network reaches it, and that the keyring of the distribution is installed.");
        }

        string fingerprint = ImageFingerprint.OfFile(archive);
        MappedFiles.Unpack(context.Helper, archive, build.Directory, keepsMetadata: false, context.Progress, context.CancellationToken);
        FileTree.Remove(Descriptors.CurrentDirectory, archive);
        return new ImageInfo
        {
            Fingerprint = fingerprint,
            NameParts = name,
            Description = $"{(name.Distribution == "ubuntu" ? "Ubuntu" : "Debian")} {name.Release} of packages from {mirror}",
            Created = DateTimeOffset.UtcNow,
            Source = mirror,
        };
    }

    // The rest of mmdebstrap's variants are called as it calls them.
    private static string VariantOf(string variant) => variant == "default" ? "minbase" : variant;

    private LxcException Failed(string why, string advice) =>
        new(LxcErrorId.TemplateFailed, $"The image {name} cannot be made: {why}") { Step = "image", Advice = advice };

    private static void Require(bool holds, string message, string advice)
    {
        if (!holds)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, message) { Advice = advice };
        }
    }
}
