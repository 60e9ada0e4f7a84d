namespace LxcPS.Engine.Diagnostics;

/// <summary>Whether users other than root may make user namespaces, and what forbids it.</summary>
/// <param name="IsAllowed">Whether they may.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Advice">How to allow it.</param>
internal readonly record struct UserNamespaceFact(bool IsAllowed, string Detail, string Advice)
{
    /// <summary>Judges by the sysctls, null where the kernel has none.</summary>
    /// <param name="clone">kernel.unprivileged_userns_clone, of Debian's and Arch's kernels.</param>
    /// <param name="appArmor">kernel.apparmor_restrict_unprivileged_userns, of Ubuntu's and later kernels.</param>
    /// <param name="maximum">user.max_user_namespaces.</param>
    internal static UserNamespaceFact Of(string? clone, string? appArmor, string? maximum)
    {
        if (maximum is null)
        {
            return new(false, "the kernel has no user namespaces", "Run a kernel built with CONFIG_USER_NS.");
        }

        if (maximum.Trim() == "0")
        {
            return new(false, "user.max_user_namespaces is 0", "Raise the limit: sysctl user.max_user_namespaces=15000.");
        }

        if (clone?.Trim() == "0")
        {
            return new(false, "kernel.unprivileged_userns_clone is 0", "Allow it: sysctl kernel.unprivileged_userns_clone=1.");
        }

        return appArmor?.Trim() is { Length: > 0 } restricted && restricted != "0"
            ? new(false, $"kernel.apparmor_restrict_unprivileged_userns is {restricted}: only programs with an AppArmor profile that allows it may",
                "Give the program an AppArmor profile with 'userns,', or allow all: sysctl kernel.apparmor_restrict_unprivileged_userns=0.")
            : new(true, "no sysctl forbids it", string.Empty);
    }
}
