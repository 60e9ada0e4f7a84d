using System.Management.Automation;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace LxcPS.Commands;

/// <summary>
/// Finds the files that the module brings for this machine's architecture. Runs at import: Tmds.LibC has an assembly per runtime
/// identifier and must be resolved before the first system call.
/// </summary>
public sealed class ModuleFiles : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly string Root = Path.GetDirectoryName(typeof(ModuleFiles).Assembly.Location)!;

    /// <summary>The helper executable.</summary>
    internal static string MonitorPath => Path.Combine(RuntimeDirectory, "lxcps-monitor");

    /// <summary>The module's manifest.</summary>
    internal static string ManifestPath => Path.Combine(Root, "LxcPS.psd1");

    /// <summary>The seccomp policy that new containers get.</summary>
    internal static string SeccompPolicyPath => Path.Combine(Root, "default.seccomp");

    private static string RuntimeDirectory => Path.Combine(Root, "runtimes",
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64");

    /// <inheritdoc/>
    public void OnImport()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("LxcPS runs Linux containers and needs a Linux kernel. Import it in a PowerShell session on a Linux machine.");
        }

        AssemblyLoadContext.Default.Resolving += Resolve;
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => AssemblyLoadContext.Default.Resolving -= Resolve;

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        string path = Path.Combine(RuntimeDirectory, "Tmds.LibC.dll");
        return name.Name == "Tmds.LibC" && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    }
}
