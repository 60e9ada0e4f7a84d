using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>The calling process's way to another AppArmor label: files of /proc that it opens itself, while it sees one that it can trust.</summary>
internal sealed class AppArmorLabel
{
    private readonly int attributes;

    private AppArmorLabel(int attributes) => this.attributes = attributes;

    /// <summary>Opens the way of the calling process. It holds for this process alone, also after it has lost sight of /proc.</summary>
    /// <param name="directory">The directory that the path begins in.</param>
    /// <param name="self">The calling process's own directory of a trusted proc file system.</param>
    internal static AppArmorLabel Open(int directory, string self)
    {
        // Linux before 5.8 has one place for the labels of all security modules.
        bool own = FileTree.TryStatus(directory, self + "/attr/apparmor", true, out _);
        return new AppArmorLabel(Descriptors.OpenAt(directory, own ? self + "/attr/apparmor" : self + "/attr", OpenFlags.Path | OpenFlags.Directory));
    }

    /// <summary>
    /// Changes the label at once. Not at the next execve(2): the kernel takes that for a gain of privileges, clears the signal that ends the
    /// process with its monitor, and has the loader distrust the environment; see getauxval(3), AT_SECURE.
    /// </summary>
    /// <param name="label">A profile's name, or several with <c>//&amp;</c> between them.</param>
    /// <exception cref="LxcException">ConfinementFailed: the profile is not loaded, or the present one does not allow the change.</exception>
    internal void Set(string label)
    {
        try
        {
            Descriptors.WriteTextAt(attributes, "current", "changeprofile " + label);
        }
        catch (LinuxException e)
        {
            bool missing = e.Number == Errno.ENOENT;
            throw new LxcException(LxcErrorId.ConfinementFailed,
                missing ? $"The AppArmor profile '{label}' is not loaded" : $"The AppArmor profile '{label}' cannot be entered: {e.Message}", e)
            {
                Step = "AppArmor",
                ConfigKey = "lxc.apparmor.profile",
                Advice = missing ? "Load it with Register-LxcProfile, or name one that Get-LxcProfile lists."
                    : "The profile of whoever starts the container must allow the change.",
            };
        }
    }
}
