using System.Globalization;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <summary>The confinement of a running process, as /proc shows it; see proc_pid_status(5).</summary>
internal sealed class ProcessFacts
{
    private int process;

    private ProcessFacts(ulong namespaces, ulong boundingCapabilities, bool noNewPrivileges, bool hasSeccomp, string? label)
    {
        Namespaces = namespaces;
        BoundingCapabilities = boundingCapabilities;
        NoNewPrivileges = noNewPrivileges;
        HasSeccomp = hasSeccomp;
        SecurityLabel = label;
    }

    /// <summary>The namespaces that differ from the caller's: CLONE_NEW flags.</summary>
    internal ulong Namespaces { get; }

    /// <summary>The capabilities that it can have, a bit each.</summary>
    internal ulong BoundingCapabilities { get; }

    /// <summary>Whether no_new_privs is set.</summary>
    internal bool NoNewPrivileges { get; }

    /// <summary>Whether a seccomp filter is installed.</summary>
    internal bool HasSeccomp { get; }

    /// <summary>Its AppArmor label, or null where there is no AppArmor.</summary>
    internal string? SecurityLabel { get; }

    /// <summary>Its SELinux context, or null where there is no SELinux.</summary>
    internal required string? SelinuxContext { get; init; }

    /// <summary>The process, where it is in a core scheduling domain; else 0.</summary>
    internal required int SchedulingDomainOf { get; init; }

    /// <summary>Its resource limits, in the kernel's order.</summary>
    internal required (ulong Soft, ulong Hard)[] ResourceLimits { get; init; }

    /// <summary>How much sooner or later than others it is ended when memory runs out.</summary>
    internal required string OomScoreAdjustment { get; init; }

    /// <summary>Its execution domain, see personality(2); null where only its own user may read it.</summary>
    internal required ulong? Personality { get; init; }

    /// <summary>Reads the facts of a process.</summary>
    internal static ProcessFacts Read(int pid)
    {
        ulong namespaces = 0;
        foreach ((string _, ulong flag) in NamespaceFlags.OthersThanOurs(pid))
        {
            namespaces |= flag;
        }

        ulong capabilities = ulong.MaxValue;
        bool noNewPrivileges = false;
        bool seccomp = false;
        foreach (string line in Descriptors.ReadText($"/proc/{pid}/status").Split('\n'))
        {
            int colon = line.IndexOf(':');
            string value = colon < 0 ? string.Empty : line[(colon + 1)..].Trim();
            switch (colon < 0 ? string.Empty : line[..colon])
            {
                case "CapBnd": capabilities = ulong.Parse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture); break;
                case "NoNewPrivs": noNewPrivileges = value == "1"; break;
                case "Seccomp": seccomp = value != "0"; break;
            }
        }

        return new ProcessFacts(namespaces, capabilities, noNewPrivileges, seccomp, AppArmorKernel.IsEnabled ? AppArmorKernel.LabelOf(pid.ToString(CultureInfo.InvariantCulture)) : null)
        {
            SelinuxContext = SelinuxLabel.Of(pid),
            SchedulingDomainOf = Processes.SchedulingCookieOf(pid) != 0 ? pid : 0,
            ResourceLimits = LimitsOf(pid.ToString(CultureInfo.InvariantCulture)),
            OomScoreAdjustment = Descriptors.ReadText($"/proc/{pid}/oom_score_adj").Trim(),
            Personality = TryReadPersonality(pid),
            process = pid,
        };
    }

    private static ulong? TryReadPersonality(int pid)
    {
        try
        {
            return ReadPersonality(Descriptors.CurrentDirectory, $"/proc/{pid}");
        }
        catch (LinuxException e) when (e.Number == Errno.EACCES && Processes.EffectiveUserId != 0)
        {
            return null;
        }
    }

    private static ulong ReadPersonality(int directory, string process) =>
        ulong.Parse(Descriptors.ReadTextAt(directory, process + "/personality").Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>
    /// Gives the caller, while it has the host's rights, what its children inherit and a container may not raise: the core scheduling domain,
    /// the OOM adjustment, and hard limits that are high enough to be lowered to those of the process.
    /// </summary>
    internal void PrepareInheritance()
    {
        if (SchedulingDomainOf != 0)
        {
            Processes.ShareSchedulingCookie(SchedulingDomainOf);
        }

        try
        {
            Descriptors.WriteText("/proc/self/oom_score_adj", OomScoreAdjustment);
        }
        catch (LinuxException e) when (e.Number is Errno.EACCES or Errno.EPERM)
        {
            // Lower than the caller may: the program is ended sooner than init, which harms nobody else.
        }

        (ulong Soft, ulong Hard)[] own = LimitsOf("self");
        for (int i = 0; i < own.Length; i++)
        {
            if (own[i].Hard < ResourceLimits[i].Hard)
            {
                try
                {
                    Processes.SetResourceLimit(i, own[i].Soft, ResourceLimits[i].Hard, i.ToString());
                }
                catch (LinuxException e) when (e.Number == Errno.EPERM)
                {
                    // More than the caller may: the program gets less than init.
                    ResourceLimits[i] = (Math.Min(ResourceLimits[i].Soft, own[i].Hard), own[i].Hard);
                }
            }
        }
    }

    /// <summary>Gives the caller the limits and the execution domain of the process.</summary>
    /// <param name="procfs">The host's /proc: a caller who has become the container's root reads there what the user could not.</param>
    internal void ApplyLimits(int procfs)
    {
        Processes.SetPersonality(Personality ?? ReadPersonality(procfs, process.ToString(CultureInfo.InvariantCulture)));
        for (int i = 0; i < ResourceLimits.Length; i++)
        {
            Processes.SetResourceLimit(i, ResourceLimits[i].Soft, ResourceLimits[i].Hard, i.ToString());
        }
    }

    // The lines after the heading are in the order of the kernel's numbers: a name of 25 characters, then the two limits and the unit.
    private static (ulong Soft, ulong Hard)[] LimitsOf(string process)
    {
        const int NameWidth = 25;
        List<(ulong, ulong)> limits = [];
        foreach (string line in Descriptors.ReadText($"/proc/{process}/limits").Split('\n').Skip(1).Where(line => line.Length > NameWidth))
        {
            string[] fields = line[NameWidth..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            limits.Add((Value(fields[0]), Value(fields[1])));
        }

        return [.. limits];

        static ulong Value(string text) => text == "unlimited" ? ulong.MaxValue : ulong.Parse(text, CultureInfo.InvariantCulture);
    }
}
