using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Seccomp;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Operations;

/// <summary>The seccomp policies of containers. A policy that does not compile is refused, and everything stays as it was.</summary>
public static class SeccompSettings
{
    private const string ProfileKey = "lxc.seccomp.profile";

    /// <summary>The file of a container's policy, or null.</summary>
    public static string? PathOf(ContainerConfig config) => config.Get(ProfileKey) is { Length: > 0 } path ? path : null;

    /// <summary>Reads a policy.</summary>
    /// <exception cref="LxcException">ConfinementFailed: no such file; ConfigSyntax with line and word.</exception>
    public static SeccompPolicy Read(string path) => SeccompPolicy.Parse(SeccompCache.ReadPolicy(path), path);

    /// <summary>Names a policy for a container.</summary>
    /// <param name="store">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="path">The absolute path of the policy; null for none.</param>
    /// <param name="warn">Told of rules that the filter leaves out.</param>
    public static void Use(ContainerStore store, string name, string? path, Action<string> warn)
    {
        if (path is not null)
        {
            SeccompCompiler.Compile(Read(path), path, warn);
        }

        ConfigChanger.Apply(store, name, [new ConfigChange(ProfileKey, path is null ? [] : [path])]);
    }

    /// <summary>Gives a container the default policy, which containers share; a policy of its own goes.</summary>
    /// <param name="store">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="defaultPath">The default policy.</param>
    /// <param name="warn">Told of rules that the filter leaves out.</param>
    /// <returns>The path of the shared file.</returns>
    public static string UseDefault(ContainerStore store, string name, string defaultPath, Action<string> warn)
    {
        using ContainerLock held = store.Lock(name, ConfigChanger.LockTimeout);
        ContainerConfig config = store.LoadConfig(name);
        string shared = SharedPolicy.Of(defaultPath);
        SeccompCompiler.Compile(Read(shared), shared, warn);
        string? before = PathOf(config);
        if (before != shared)
        {
            config.Set(ProfileKey, shared);
            config.Save();
        }

        if (before == OwnPathOf(store, name))
        {
            File.Delete(before);
        }

        return shared;
    }

    /// <summary>Gives a container a policy of its own: a file in its directory.</summary>
    /// <param name="store">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="defaultPath">The default policy.</param>
    /// <param name="change">What is changed in the policy that the container has, or in the default where it has none.</param>
    /// <param name="warn">Told of rules that the filter leaves out.</param>
    /// <returns>The path of the file.</returns>
    public static string UseOwn(ContainerStore store, string name, string defaultPath, PolicyChange change, Action<string> warn)
    {
        using ContainerLock held = store.Lock(name, ConfigChanger.LockTimeout);
        ContainerConfig config = store.LoadConfig(name);
        string own = OwnPathOf(store, name);
        string source = PathOf(config) ?? defaultPath;
        string text = PolicyEdit.Apply(SeccompCache.ReadPolicy(source), source, change);
        SeccompCompiler.Compile(SeccompPolicy.Parse(text, own), own, warn);

        // The file first: a configuration that names it must find it, and one that does not has nothing of it.
        AtomicFile.Write(own, Encoding.UTF8.GetBytes(text), 0x1A4 /* 0644 */);
        if (PathOf(config) != own)
        {
            config.Set(ProfileKey, own);
            config.Save();
        }

        return own;
    }

    private static string OwnPathOf(ContainerStore store, string name) => Path.Combine(store.DirectoryOf(name), "seccomp");
}
