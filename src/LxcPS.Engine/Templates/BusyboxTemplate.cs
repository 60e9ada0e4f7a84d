using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>A few directories around the host's static busybox: the smallest container with a shell and an init, made in milliseconds.</summary>
public sealed class BusyboxTemplate : RootfsTemplate
{
    /// <inheritdoc/>
    public override TemplateKind Kind => TemplateKind.Busybox;

    /// <summary>Names the busybox to use instead of the one in PATH.</summary>
    internal string? Program { get; init; }

    private protected override TemplateResult Make(TemplateContext context)
    {
        NeedRoot(context);
        string program = FindProgram(context);
        IReadOnlyList<string> applets = ListApplets(program, context.CancellationToken);
        string path = Path.Combine(context.ContainerDirectory, "rootfs");
        using RootfsWriter writer = new(path);
        writer.MakeDirectories("bin", "dev", "etc", "etc/init.d", "etc/udhcpc", "home", "lib", "mnt", "opt", "proc", "run", "srv", "sys",
            "usr", "usr/share", "var", "var/cache", "var/lib", "var/log", "var/spool");
        writer.MakeDirectory("root", RootfsWriter.Private);
        writer.MakeDirectory("tmp", RootfsWriter.Shared);
        writer.MakeDirectory("var/tmp", RootfsWriter.Shared);
        writer.MakeDirectory("run/lock", RootfsWriter.Shared);
        writer.MakeLink("var/run", "/run");
        writer.MakeLink("var/lock", "/run/lock");

        // One directory of programs under all the names that scripts and PATH use. An applet is one more name of busybox: hundreds of symbolic
        // links would be inodes, which take ten times as long where containers have just been removed (ext4 spares what was freed last).
        writer.MakeLink("sbin", "bin");
        writer.MakeLink("usr/bin", "../bin");
        writer.MakeLink("usr/sbin", "../bin");
        HostFile.Copy(program, writer, "bin/busybox", RootfsWriter.Executable);
        writer.MakeNames("bin/busybox", applets.Where(applet => applet != "busybox"));
        foreach ((string name, string text, uint mode) in BusyboxFiles.Of(context.HostName))
        {
            writer.WriteFile(name, text, mode);
        }

        return new TemplateResult(
        [
            new("lxc.rootfs.path", $"dir:{path}"),

            // busybox's init takes SIGUSR1 as halt and SIGTERM as reboot; SIGPWR means nothing to it.
            new("lxc.signal.halt", "SIGUSR1"),
            new("lxc.signal.reboot", "SIGTERM"),

            // inittab has a shell there: without the terminal init would complain every second.
            new("lxc.tty.max", "1"),
            new("lxc.pty.max", "1024"),
        ], []);
    }

    /// <summary>What the template lacks on this host, or null.</summary>
    internal static string? FindMissing() => Locate() is not { } found ? "the host has no busybox in PATH" : ElfFile.IsStatic(found) ? null : $"{found} is not static";

    private static string? Locate() => HostPrograms.Find("busybox") ?? (File.Exists("/bin/busybox") ? "/bin/busybox" : null);

    private string FindProgram(TemplateContext context)
    {
        string? found = Program ?? Locate();
        const string Advice = "Install the static one, on Debian and Ubuntu: apt-get install busybox-static.";
        return found is null ? throw Failed(context, "The template 'Busybox' needs a static busybox, and this host has none in PATH", Advice)
            : !ElfFile.IsStatic(found) ? throw Failed(context, $"'{found}' is not a static busybox: it needs libraries of the host", Advice)
            : found;
    }

    private static IReadOnlyList<string> ListApplets(string program, CancellationToken cancellation)
    {
        try
        {
            ProgramResult result = ChildProgram.Run(program, ["busybox", "--list"], -1, 1 << 20, cancellation);
            IReadOnlyList<string> applets = BusyboxFiles.ParseApplets(result.Output);
            return result.Exit.ExitCode == 0 && applets.Count > 0 ? applets : BusyboxFiles.CommonApplets;
        }
        catch (LinuxException)
        {
            // A busybox for another machine cannot be run here, and still makes a container for it.
            return BusyboxFiles.CommonApplets;
        }
    }
}
