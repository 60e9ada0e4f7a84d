using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Hooks;

/// <summary>
/// Scripts that are hooks: files in <c>hooks</c> of a container's directory, or in <c>.hooks</c> of the directory of containers for all of them.
/// One of LXC's events is a line of the container's configuration too, so that LXC's tools run it.
/// </summary>
public static class HookScripts
{
    internal const string Extension = ".ps1";
    private const uint Executable = 0x1ED; // 0755

    /// <summary>The hooks of a container: the lines of its configuration in their order, and the module's own.</summary>
    /// <exception cref="LxcException">ContainerNotFound, or the configuration cannot be read.</exception>
    public static IReadOnlyList<RegisteredHook> Of(ContainerStore store, string name)
    {
        ContainerConfig config = store.LoadConfig(name, out _);
        List<RegisteredHook> hooks = [];
        foreach (HookEvent hook in HookEvents.OfLxc)
        {
            foreach (string command in config.GetAll(HookEvents.KeyOf(hook)))
            {
                string? path = ScriptOf(command, hook, out string script) ? QuotedWords.Split(command)[0] : null;
                hooks.Add(new RegisteredHook(name, hook, path is null ? null : script, command, path));
            }
        }

        hooks.AddRange(OfModule(DirectoryOf(store, name), name));
        return hooks;
    }

    /// <summary>The module's hooks of all containers of a directory.</summary>
    public static IReadOnlyList<RegisteredHook> OfAll(ContainerStore store) => [.. OfModule(DirectoryOf(store, null), null)];

    /// <summary>Makes a script a hook.</summary>
    /// <param name="store">The directory of containers.</param>
    /// <param name="container">The container, or null for all of the directory.</param>
    /// <param name="hook">When it runs.</param>
    /// <param name="name">What it is called; null takes the next number.</param>
    /// <param name="text">The script, with the line that names its interpreter.</param>
    /// <param name="replace">Whether one of the same name is replaced.</param>
    /// <exception cref="LxcException">HookInvalid, HookExists, ContainerNotFound, ContainerBusy, StorageFull or another error of a file; all is as it was.</exception>
    public static RegisteredHook Register(ContainerStore store, string? container, HookEvent hook, string? name, string text, bool replace)
    {
        Require(container, hook, name);
        string directory = DirectoryOf(store, container);
        using ContainerLock held = Lock(store, container);
        ContainerConfig? config = container is null ? null : store.LoadConfig(container);
        name ??= NextName(directory, hook);
        string path = $"{directory}/{HookEvents.TypeOf(hook)}-{name}{Extension}";
        bool exists = FileTree.Exists(path);
        if (exists && !replace)
        {
            throw new LxcException(LxcErrorId.HookExists, $"There is a {hook} hook '{name}' of {Display(container)} already")
            {
                ContainerName = container,
                Path = path,
                Advice = "Give another -HookName, or replace it with -Force.",
            };
        }

        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LxcException(e is UnauthorizedAccessException ? LxcErrorId.PermissionDenied : LxcErrorId.StorageFailed,
                $"The directory of hooks '{DisplayText.Of(directory)}' cannot be made: {e.Message}", e) { ContainerName = container, Path = directory };
        }

        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text), Executable);
        string command = path.AsSpan().IndexOfAnyExcept(PlainCharacters) < 0 ? path : $"'{path.Replace("'", @"'\''")}'";
        if (config is not null && !HookEvents.IsOfModule(hook) && !config.GetAll(HookEvents.KeyOf(hook)).Contains(command))
        {
            try
            {
                config.Add(HookEvents.KeyOf(hook), command);
                config.Save();
            }
            catch (LxcException) when (!exists)
            {
                File.Delete(path);
                throw;
            }
        }

        return new RegisteredHook(container, hook, name, command, path);
    }

    /// <summary>Takes a hook away: its line of the configuration, and its script.</summary>
    /// <exception cref="LxcException">ContainerNotFound, ContainerBusy or an error of a file.</exception>
    public static void Unregister(ContainerStore store, RegisteredHook hook)
    {
        using ContainerLock held = Lock(store, hook.Container);
        if (hook.Container is not null && !HookEvents.IsOfModule(hook.Event))
        {
            ContainerConfig config = store.LoadConfig(hook.Container, out _);
            config.Remove(HookEvents.KeyOf(hook.Event), hook.Command);
            config.Save();
        }

        // A script elsewhere is somebody else's.
        if (hook.Path is not null && Path.GetDirectoryName(hook.Path) is { } directory && directory == DirectoryOf(store, hook.Container))
        {
            try
            {
                File.Delete(hook.Path);
                if (!Directory.EnumerateFileSystemEntries(directory).Any())
                {
                    Directory.Delete(directory);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new LxcException(LxcErrorId.StorageFailed, $"The script '{DisplayText.Of(hook.Path)}' of a hook cannot be removed: {e.Message}", e)
                {
                    ContainerName = hook.Container,
                    Path = hook.Path,
                };
            }
        }
    }

    /// <summary>The module's scripts for an event of a container: first those of all containers, then its own.</summary>
    internal static IEnumerable<RegisteredHook> For(ContainerStore store, string container, HookEvent hook) =>
        OfModule(DirectoryOf(store, null), null).Concat(OfModule(DirectoryOf(store, container), container)).Where(script => script.Event == hook);

    private static System.Buffers.SearchValues<char> PlainCharacters { get; } =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+:,@%");

    // No container's name begins with a dot.
    private static string DirectoryOf(ContainerStore store, string? container) =>
        container is null ? store.DirectoryOf(".hooks") : store.DirectoryOf(container) + "/hooks";

    private static ContainerLock Lock(ContainerStore store, string? container) =>
        container is null ? store.LockHooks(ConfigChanger.LockTimeout) : store.Lock(container, ConfigChanger.LockTimeout);

    private static string Display(string? container) => container is null ? "all containers" : $"container '{container}'";

    private static void Require(string? container, HookEvent hook, string? name)
    {
        string? objection = hook == HookEvent.Start ? "a Start hook is a program of the container, where there is no PowerShell"
            : container is null && !HookEvents.IsOfModule(hook) ? $"a {hook} hook is one of a container's configuration"
            : container is not null && hook == HookEvent.PostCreate ? "a container that there is has been created: a PostCreate hook is one of all containers"
            : name is not null && !ContainerName.IsValid(name) ? $"'{name}' cannot be the name of a hook"
            : null;
        if (objection is not null)
        {
            throw new LxcException(LxcErrorId.HookInvalid, $"The hook cannot be registered: {objection}")
            {
                ContainerName = container,
                Advice = hook == HookEvent.Start ? "Use StartHost, or Mount with the root file system at $env:LXC_ROOTFS_MOUNT; or set lxc.hook.start to a program in the container."
                    : container is null ? "Name containers." : hook == HookEvent.PostCreate ? "Register it with -All." : "Use letters, digits, '-', '_' and '.'.",
            };
        }
    }

    private static bool ScriptOf(string command, HookEvent hook, out string name)
    {
        name = string.Empty;
        return QuotedWords.Split(command) is { Count: > 0 } words && HookEvents.TryParse(Path.GetFileName(words[0]), out HookEvent of, out name) && of == hook;
    }

    private static List<RegisteredHook> OfModule(string directory, string? container)
    {
        List<RegisteredHook> hooks = [];
        if (Directory.Exists(directory))
        {
            foreach (string path in Directory.GetFiles(directory).Order(StringComparer.Ordinal))
            {
                if (HookEvents.TryParse(Path.GetFileName(path), out HookEvent hook, out string name) && HookEvents.IsOfModule(hook))
                {
                    hooks.Add(new RegisteredHook(container, hook, name, path, path));
                }
            }
        }

        return hooks;
    }

    private static string NextName(string directory, HookEvent hook)
    {
        int number = 1;
        while (FileTree.Exists($"{directory}/{HookEvents.TypeOf(hook)}-{number}{Extension}"))
        {
            number++;
        }

        return number.ToString();
    }
}
