using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>The profile that monitors run under where it is loaded: <c>lxcps-monitor.apparmor</c>, which comes with the module.</summary>
internal static class MonitorProfile
{
    /// <summary>Its name.</summary>
    internal const string Name = "lxcps-monitor";

    /// <summary>Changes the calling process, which has one thread, to the profile, where that is loaded and nothing else confines it.</summary>
    /// <returns>The label that it had before: that of whoever starts the container.</returns>
    internal static string Enter()
    {
        if (!AppArmorKernel.IsEnabled)
        {
            return AppArmorName.Unconfined;
        }

        string caller = AppArmorKernel.OwnLabel;
        if (caller == AppArmorName.Unconfined && AppArmorKernel.IsLoaded(Name))
        {
            AppArmorLabel.Open(Descriptors.CurrentDirectory, "/proc/self").Set(Name);
        }

        return caller;
    }
}
