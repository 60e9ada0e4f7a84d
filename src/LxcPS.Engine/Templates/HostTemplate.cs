using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// A container that runs the host's own programs, without a download: /usr and the data of the package manager are overlays over the
/// host's, everything else is the container's own. Nothing that another user of the host could not read goes in, and no service of the
/// host starts.
/// </summary>
public sealed class HostTemplate : RootfsTemplate
{
    // Since the merge of /usr these are links on most systems.
    private static readonly string[] ProgramDirectories = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "libo32"];

    // What package managers know of /usr must go with it, or nothing could be installed or removed.
    private static readonly string[] PackageData =
        ["var/lib/dpkg", "var/lib/apt", "var/lib/rpm", "var/lib/dnf", "var/lib/pacman", "var/lib/zypp"];

    private static readonly string[] StateDirectories = ["var/lib", "var/cache", "var/log", "var/spool"];

    private readonly string root;

    internal HostTemplate(string hostRoot = "/") => root = hostRoot;

    /// <inheritdoc/>
    public override TemplateKind Kind => TemplateKind.Host;

    private protected override TemplateResult Make(TemplateContext context)
    {
        NeedRoot(context);
        if (!Directory.Exists(Path.Combine(root, "usr")) || !Directory.Exists(Path.Combine(root, "etc")))
        {
            throw Failed(context, "The template 'Host' shares the host's /usr, and this host has none",
                "Use the template Busybox, or a directory or archive that holds a root file system.");
        }

        if (context.ContainerDirectory.StartsWith(Path.Combine(root, "usr/"), StringComparison.Ordinal))
        {
            throw Failed(context, $"The directory '{context.ContainerDirectory}' is inside /usr, which the template 'Host' shares",
                "Use an LxcPath outside /usr.");
        }

        List<string> leftOut = [];
        List<string> overlays = ["usr"];
        string path = Path.Combine(context.ContainerDirectory, "rootfs");
        using RootfsWriter writer = new(path);
        MakeTree(writer, overlays);
        context.Progress?.Invoke("Copying /etc", 0);
        CopyEtc(writer, leftOut, context.CancellationToken);
        HostFiles.Write(writer, root, context.HostName);
        HostBoot.Write(writer, root);
        context.Progress?.Invoke("Laying overlays over the host's programs", 70);
        List<KeyValuePair<string, string>> settings = [new("lxc.rootfs.path", $"dir:{path}")];
        foreach (string directory in overlays)
        {
            settings.Add(new("lxc.mount.entry", MakeOverlay(directory, context, leftOut)));
        }

        MarkUpdated(writer);
        if (HostBoot.IsSystemd(root))
        {
            // SIGPWR, LXC's default, asks systemd for sigpwr.target, which stops nothing.
            settings.Add(new("lxc.signal.halt", "SIGRTMIN+3"));
        }

        context.Progress?.Invoke("Done", 100);
        return new TemplateResult(settings, leftOut);
    }

    private void MakeTree(RootfsWriter writer, List<string> overlays)
    {
        writer.MakeDirectories("boot", "dev", "home", "media", "mnt", "opt", "proc", "run", "srv", "sys", "usr", "var", "var/backups",
            "var/cache", "var/lib", "var/local", "var/log", "var/opt", "var/spool");
        writer.MakeDirectory("root", RootfsWriter.Private);
        foreach (string shared in (ReadOnlySpan<string>)["tmp", "var/tmp", "run/lock"])
        {
            writer.MakeDirectory(shared, RootfsWriter.Shared);
        }

        writer.MakeLink("var/run", "/run");
        writer.MakeLink("var/lock", "/run/lock");
        foreach (string directory in ProgramDirectories)
        {
            FileInfo host = new(Path.Combine(root, directory));
            if (host.LinkTarget is { } target)
            {
                writer.MakeLink(directory, target);
            }
            else if (Directory.Exists(host.FullName))
            {
                writer.MakeDirectory(directory);
                overlays.Add(directory);
            }
        }

        MakeState(writer);
        foreach (string directory in PackageData)
        {
            if (Directory.Exists(Path.Combine(root, directory)))
            {
                overlays.Add(directory);
            }
        }
    }

    // Programs take the directories for granted that their packages made: the names, empty, with owner and mode.
    private void MakeState(RootfsWriter writer)
    {
        writer.MakeDirectory("var/mail");
        foreach (string parent in StateDirectories.Append("var"))
        {
            foreach (string path in Directory.Exists(Path.Combine(root, parent)) ? Directory.GetDirectories(Path.Combine(root, parent)) : [])
            {
                string name = $"{parent}/{Path.GetFileName(path)}";
                if (FileTree.TryStatus(Descriptors.CurrentDirectory, path, false, out FileStatus status) && status.IsDirectory
                    && (status.Mode & 0x5) == 0x5 && (parent != "var" || name == "var/mail"))
                {
                    writer.MakeDirectory(name, status.Mode & 0xFFF, status.UserId, status.GroupId);
                }
            }
        }

        if (Directory.Exists(Path.Combine(root, "var/cache/apt")))
        {
            writer.MakeDirectories("var/cache/apt", "var/cache/apt/archives");
            writer.MakeDirectory("var/cache/apt/archives/partial", RootfsWriter.Private);
        }
    }

    private void CopyEtc(RootfsWriter writer, List<string> leftOut, CancellationToken cancellation)
    {
        writer.MakeDirectory("etc");
        int source = Descriptors.Open(Path.Combine(root, "etc"), OpenFlags.Directory);
        int target = -1;
        try
        {
            target = Descriptors.OpenAt(writer.Root, "etc", OpenFlags.Directory | OpenFlags.NoFollow);
            EtcCopier copier = new(cancellation);
            copier.Copy(source, target);
            foreach (string path in copier.LeftOut)
            {
                leftOut.Add("/etc/" + path);
            }
        }
        finally
        {
            Descriptors.Close(source);
            Descriptors.Close(target);
        }
    }

    private string MakeOverlay(string directory, TemplateContext context, List<string> leftOut)
    {
        string lower = Path.Combine(root, directory);
        string layers = Path.Combine(context.ContainerDirectory, "overlay", directory.Replace('/', '-'));
        OverlayLayers.Make(lower, layers, "upper", "work");
        UnreadableFilter filter = new(lower, layers + "/upper", context.CancellationToken)
        {
            // Names that tell a secret elsewhere are those of public files where only packages write.
            OthersParts = directory.StartsWith("var/", StringComparison.Ordinal) ? [string.Empty] : ["local/", "src/"],
        };
        filter.Hide();
        foreach (string hidden in filter.Hidden)
        {
            leftOut.Add($"/{directory}/{hidden}");
        }

        return $"overlay {directory} overlay lowerdir={MountField.Escape(lower)},upperdir={MountField.Escape(layers + "/upper")},"
            + $"workdir={MountField.Escape(layers + "/work")},create=dir 0 0";
    }

    // systemd compares the times of these files with that of /usr: as old as it, they say that no catalogue has to be built at the boot.
    private void MarkUpdated(RootfsWriter writer)
    {
        int usr = Descriptors.Open(Path.Combine(root, "usr"), OpenFlags.Directory);
        try
        {
            foreach (string name in (ReadOnlySpan<string>)["etc/.updated", "var/.updated"])
            {
                writer.WriteFile(name, string.Empty);
                int file = Descriptors.OpenAt(writer.Root, name, OpenFlags.WriteOnly | OpenFlags.NoFollow);
                try
                {
                    DirectoryTree.CopyTimes(usr, file, name);
                }
                finally
                {
                    Descriptors.Close(file);
                }
            }
        }
        finally
        {
            Descriptors.Close(usr);
        }
    }
}
