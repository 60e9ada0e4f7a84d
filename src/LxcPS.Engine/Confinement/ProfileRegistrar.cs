using System.Text;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>Puts profiles for containers into the directory of policy and into the kernel, and takes them out of both.</summary>
public static class ProfileRegistrar
{
    private const uint FileMode = 0x1A4; // 0644
    private const uint DirectoryMode = 0x1ED; // 0755

    /// <summary>The error of a name that has no profile.</summary>
    public static LxcException NotFound(string name, string policyPath) =>
        new(LxcErrorId.ProfileNotFound, $"There is no AppArmor profile '{DisplayText.Of(name)}': it is not loaded, and no file in '{policyPath}' defines it")
        {
            Path = policyPath,
            Advice = "See Get-LxcProfile for those that there are; New-LxcProfile and Register-LxcProfile make one.",
        };

    /// <summary>Throws unless a profile of that name can have a file and be a container's.</summary>
    /// <exception cref="LxcException">InvalidName.</exception>
    public static void ValidateName(string name)
    {
        // The name is that of a file, too, and stands in rules, where other characters are patterns.
        bool valid = name.Length is > 4 and < 200 && name.StartsWith(AppArmorName.Prefix, StringComparison.Ordinal)
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or ':') && !name.EndsWith('~');
        if (!valid)
        {
            throw new LxcException(LxcErrorId.InvalidName, $"'{DisplayText.Of(name)}' cannot name an AppArmor profile for containers")
            {
                Advice = $"A name begins with {AppArmorName.Prefix} and goes on with letters, digits and . _ - + :",
            };
        }
    }

    /// <summary>The one profile that a policy defines.</summary>
    /// <exception cref="LxcException">InvalidName: none or several, or not a container's.</exception>
    public static string NameIn(string source, string what)
    {
        IReadOnlyList<string> names = ProfileFiles.NamesIn(source);
        if (names.Count != 1)
        {
            throw new LxcException(LxcErrorId.InvalidName, names.Count == 0 ? $"{what} defines no profile for containers" : $"{what} defines {names.Count} profiles: {string.Join(", ", names)}")
            {
                Advice = $"A file has one profile, whose name begins with {AppArmorName.Prefix}: profile {AppArmorName.Prefix}web {{ ... }}",
            };
        }

        ValidateName(names[0]);
        return names[0];
    }

    /// <summary>Compiles a policy and keeps nothing of it; false where no parser is installed.</summary>
    /// <exception cref="LxcException">ConfinementFailed with the parser's words.</exception>
    public static bool TryCompile(string source, string name)
    {
        if (AppArmorParser.Path is null)
        {
            return false;
        }

        AppArmorParser.Compile(source, What(name), cacheDirectory: null);
        return true;
    }

    /// <summary>Writes a profile's file and loads it where the kernel has AppArmor: both or neither.</summary>
    /// <param name="name">The profile.</param>
    /// <param name="source">Its policy.</param>
    /// <param name="policyPath">The directory of policy.</param>
    /// <param name="replace">Whether a file with another content is replaced.</param>
    /// <returns>Whether it was compiled: without a parser and AppArmor it is written as it is.</returns>
    /// <exception cref="LxcException">ProfileExists, ConfinementFailed, PermissionDenied, HostUnsupported or an error of the file.</exception>
    public static bool Register(string name, string source, string policyPath, bool replace)
    {
        ValidateName(name);

        // A second file of the same profile would be a second definition: where there is one, by whatever name, it is the one that changes.
        string path = ProfileFiles.In(policyPath).FirstOrDefault(file => file.Name == name)?.Path ?? $"{policyPath}/{name}";
        RequireAlone(name, source, $"The policy of '{name}'");
        string? old = FileTree.Exists(path) ? ProfileFiles.Read(path) : null;
        if (old is not null && old != source && !replace)
        {
            throw new LxcException(LxcErrorId.ProfileExists, $"The file '{path}' holds another policy")
            {
                Path = path,
                Advice = "Compare the two; -Force replaces it.",
            };
        }

        if (old is not null)
        {
            RequireAlone(name, old, $"The file '{path}'");
        }

        bool load = AppArmorKernel.IsEnabled;
        byte[]? compiled = load || AppArmorParser.Path is not null ? AppArmorParser.Compile(source, What(name), cacheDirectory: null) : null;
        string disabled = DisabledPathOf(policyPath, path);
        bool wasDisabled = FileTree.TryStatus(Descriptors.CurrentDirectory, disabled, false, out _);
        try
        {
            FileTree.MakeDirectories(policyPath, DirectoryMode);
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(source), FileMode);
            try
            {
                FileTree.Remove(Descriptors.CurrentDirectory, disabled);
                if (load)
                {
                    AppArmorKernel.Load(compiled!);
                }
            }
            catch (LinuxException)
            {
                Restore(path, old, wasDisabled ? disabled : null);
                throw;
            }
        }
        catch (LinuxException e)
        {
            throw e.Path == AppArmorKernel.PolicyRoot + "/.replace"
                ? new LxcException(LxcErrorId.ConfinementFailed, $"{What(name)} cannot be loaded: {e.Message}", e) { Advice = "Loading takes root with CAP_MAC_ADMIN." }
                : StorageError.Of(e, $"{What(name)} cannot be registered in '{policyPath}'");
        }

        return compiled is not null;
    }

    /// <summary>Takes a profile out of the kernel, and its file out of what is loaded at the system's start.</summary>
    /// <param name="name">The profile.</param>
    /// <param name="file">Its file, or null.</param>
    /// <param name="policyPath">The directory of policy.</param>
    /// <param name="force">Whether it goes while processes are under it.</param>
    /// <param name="delete">Whether the file goes, too, and with it the link.</param>
    /// <exception cref="LxcException">ProfileInUse, ConfigUnsupported: its file is others' too. PermissionDenied or an error of the file.</exception>
    public static void Unregister(string name, string? file, string policyPath, bool force, bool delete)
    {
        if (!force && AppArmorKernel.IsEnabled && ProcessUnder(name) is { } process)
        {
            throw new LxcException(LxcErrorId.ProfileInUse, $"{What(name)} confines running processes, {process} among them, which would be unconfined without it")
            {
                Advice = "Stop the containers that Get-LxcProfile names first; -Force takes the profile from them.",
            };
        }

        if (file is not null)
        {
            RequireAlone(name, ProfileFiles.Read(file), $"The file '{file}'");
        }

        try
        {
            // The file first: what is left where the kernel refuses is no profile that is gone and comes back unasked.
            string? disabled = file is null ? null : DisabledPathOf(policyPath, file);
            bool linked = false;
            if (disabled is not null)
            {
                FileTree.MakeDirectories(Path.GetDirectoryName(disabled)!, DirectoryMode);
                linked = FileTree.MakeSymbolicLink(file!, Descriptors.CurrentDirectory, disabled);
            }

            try
            {
                if (AppArmorKernel.IsEnabled)
                {
                    AppArmorKernel.Unload(name);
                }
            }
            catch (LinuxException) when (linked)
            {
                FileTree.Remove(Descriptors.CurrentDirectory, disabled!);
                throw;
            }

            if (delete && file is not null)
            {
                FileTree.Remove(Descriptors.CurrentDirectory, file);
                FileTree.Remove(Descriptors.CurrentDirectory, disabled!);
            }
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"{What(name)} cannot be unregistered");
        }
    }

    private static void RequireAlone(string name, string source, string what)
    {
        if (ProfileFiles.NamesIn(source).Where(other => other != name).ToList() is { Count: > 0 } others)
        {
            throw new LxcException(LxcErrorId.ConfigUnsupported, $"{what} defines other profiles besides '{name}': {string.Join(", ", others)}")
            {
                Advice = "Give each profile a file of its own.",
            };
        }
    }

    // apparmor_parser(8) passes over files that have a link of their name there.
    private static string DisabledPathOf(string policyPath, string file) => $"{policyPath}/disable/{Path.GetFileName(file)}";

    private static void Restore(string path, string? old, string? disabled)
    {
        try
        {
            if (old is null)
            {
                FileTree.Remove(Descriptors.CurrentDirectory, path);
            }
            else
            {
                AtomicFile.Write(path, Encoding.UTF8.GetBytes(old), FileMode);
            }

            if (disabled is not null)
            {
                FileTree.MakeSymbolicLink(path, Descriptors.CurrentDirectory, disabled);
            }
        }
        catch (LinuxException)
        {
            // The error that brought us here is the one to be told.
        }
    }

    // A process under it, alone or stacked with others: "lxc-web//&:namespace:unconfined".
    private static int? ProcessUnder(string profile)
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out int process) && AppArmorKernel.LabelOf($"{process}") is { } label
                && label.Split("//&").Any(part => part == profile || part.StartsWith(profile + "//", StringComparison.Ordinal)))
            {
                return process;
            }
        }

        return null;
    }

    private static string What(string name) => $"The AppArmor profile '{name}'";
}
