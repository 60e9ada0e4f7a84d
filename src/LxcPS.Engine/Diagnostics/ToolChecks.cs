using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Programs of the host and of the module.</summary>
internal static class ToolChecks
{
    private const uint SetUserId = 0x800;

    internal static void Add(CapabilityList list, string? monitorPath)
    {
        bool monitor = monitorPath is not null && Permissions.CanAccess(monitorPath, Permissions.Read | Permissions.Execute);
        list.Require("Monitor", monitor, "The process that keeps a running container company",
            monitorPath is null ? "the module found none" : monitor ? monitorPath : $"'{monitorPath}' cannot be executed",
            "Install the module again for this architecture, and see that its files keep their executable mode.");
        Program(list, "tar", "Unpacking images and archives", "tar");
        Program(list, "xz", "Images compressed with xz", "xz-utils");
        Program(list, "zstd", "Images compressed with zstd", "zstd");
        Program(list, "apparmor_parser", "Compiling AppArmor profiles", "apparmor");
        string? busybox = HostPrograms.Find("busybox");
        bool isStatic = busybox is not null && ElfFile.IsStatic(busybox);
        list.Offer("busybox", isStatic, "The template Busybox",
            busybox is null ? "not found in PATH" : isStatic ? $"'{busybox}', static" : $"'{busybox}' is not static",
            "Install it, on Debian and Ubuntu: apt-get install busybox-static.");
        IdMapProgram(list, "newuidmap", "setuid");
        IdMapProgram(list, "newgidmap", "setgid");
    }

    private static void Program(CapabilityList list, string name, string purpose, string package)
    {
        string? path = HostPrograms.Find(name);
        list.Offer(name, path is not null, purpose, path ?? "not found in PATH", $"Install it, on Debian and Ubuntu: apt-get install {package}.");
    }

    private static void IdMapProgram(CapabilityList list, string name, string capability)
    {
        string? path = HostPrograms.Find(name);
        bool privileged = path is not null && FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status)
            && (((status.Mode & SetUserId) != 0 && status.UserId == 0) || FileCapabilities.Has(path));
        list.RequireOfUser(name, privileged, "Id maps of users other than root",
            path is null ? "not found in PATH" : privileged ? $"'{path}', with its rights" : $"'{path}' is neither setuid root nor has cap_{capability}",
            path is null ? "Install it, on Debian and Ubuntu: apt-get install uidmap." : $"Give it back its mode: chmod u+s {path}.");
    }
}
