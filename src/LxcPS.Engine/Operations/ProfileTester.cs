using System.Globalization;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>What an AppArmor profile denies of things that are named, judged by trying them under it; see <see cref="ProfileProbe"/>.</summary>
public static class ProfileTester
{
    /// <summary>How long the helper may take, in milliseconds: a file system of the container's may never answer.</summary>
    private const int Timeout = 60_000;

    /// <summary>How long the kernel's log is waited for, in milliseconds: a thread of the kernel writes it, and does not tell when it has.</summary>
    private const int LogTimeout = 500;

    /// <summary>Refuses what cannot be tried.</summary>
    /// <exception cref="LxcException">ConfinementFailed: a path that is not absolute, a name that is no capability. ConfigInvalidValue: a line that is no mount.</exception>
    public static void RequireItems(IReadOnlyList<(ProfileItemKind Kind, string Item, string Access)> items)
    {
        foreach ((ProfileItemKind kind, string item, _) in items)
        {
            switch (kind)
            {
                case ProfileItemKind.Mount:
                    MountEntry.Parse(item);
                    break;
                case ProfileItemKind.Path when !item.StartsWith('/') || item.Contains('\0'):
                    throw new LxcException(LxcErrorId.ConfinementFailed, $"'{DisplayText.Of(item)}' is no path that can be tried")
                    {
                        Advice = "Give a path that begins with /; in a container it is the container's.",
                    };
                case ProfileItemKind.Capability when Capabilities.Find(item) < 0:
                    throw new LxcException(LxcErrorId.ConfinementFailed, $"There is no capability '{DisplayText.Of(item)}'")
                    {
                        Advice = "See capabilities(7) for the names, such as net_admin.",
                    };
            }
        }
    }

    /// <summary>Tries under the profile of a container: where it runs in its namespaces, else in the host's under what it would start with.</summary>
    /// <exception cref="LxcException">HostUnsupported: no AppArmor here. ProfileNotFound, ConfinementFailed, Timeout, Canceled.</exception>
    public static IReadOnlyList<ProfileAccess> TestContainer(
        HelperProgram helper, ContainerStore store, string name, IReadOnlyList<(ProfileItemKind Kind, string Item, string Access)> items, CancellationToken cancel)
    {
        RequireAppArmor();
        if (ControlClient.GetInitPid(store.LxcPath, name) > 0)
        {
            return Run(helper, new ProbeRequest { LxcPath = store.LxcPath, Name = name, Items = ItemsOf(items) }, name, cancel);
        }

        ContainerConfig config = store.LoadConfig(name);
        string profile = config.Get("lxc.apparmor.profile") is { Length: > 0 } wanted ? wanted : AppArmorName.Generated;
        if (profile != AppArmorName.Generated)
        {
            return TestNamed(helper, store.LxcPath, name, profile == AppArmorName.Unchanged ? AppArmorKernel.OwnLabel : profile, items, cancel);
        }

        // Under a name of this test's own, so that a start at this moment is not in the way, nor in its.
        string trial = $"{AppArmorName.Prefix}test-{Processes.CurrentId}-{Environment.TickCount64:x}";
        string source = AppArmorPlan.SourceOf(trial, null, config, LaunchPlanner.NamespacesOf(config));
        byte[] policy = AppArmorParser.Compile(source, $"The AppArmor profile of container '{name}'", null);
        try
        {
            AppArmorKernel.Load(policy);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, $"The AppArmor profile of container '{name}' cannot be loaded: {e.Message}", e)
            {
                ContainerName = name,
                Advice = "Loading takes root with CAP_MAC_ADMIN.",
            };
        }

        try
        {
            return Run(helper, new ProbeRequest { LxcPath = store.LxcPath, Label = trial, Items = ItemsOf(items) }, name, cancel);
        }
        finally
        {
            AppArmorKernel.Unload(trial);
        }
    }

    /// <summary>Tries under a profile that is loaded, or <c>unconfined</c>.</summary>
    /// <exception cref="LxcException">As <see cref="TestContainer"/>.</exception>
    public static IReadOnlyList<ProfileAccess> TestProfile(
        HelperProgram helper, string lxcPath, string profile, IReadOnlyList<(ProfileItemKind Kind, string Item, string Access)> items, CancellationToken cancel)
    {
        RequireAppArmor();
        return TestNamed(helper, lxcPath, null, profile, items, cancel);
    }

    private static IReadOnlyList<ProfileAccess> TestNamed(HelperProgram helper, string lxcPath, string? container, string profile,
        IReadOnlyList<(ProfileItemKind Kind, string Item, string Access)> items, CancellationToken cancel)
    {
        if (profile != AppArmorName.Unconfined && !profile.Contains(':') && !AppArmorKernel.IsLoaded(profile))
        {
            throw new LxcException(LxcErrorId.ProfileNotFound, $"The AppArmor profile '{profile}' is not loaded")
            {
                ContainerName = container,
                Advice = "Load it with Register-LxcProfile, or name one that Get-LxcProfile lists.",
            };
        }

        return Run(helper, new ProbeRequest { LxcPath = lxcPath, Label = profile, Items = ItemsOf(items) }, container, cancel);
    }

    private static List<ProbeItem> ItemsOf(IReadOnlyList<(ProfileItemKind Kind, string Item, string Access)> items) =>
        [.. items.Select(item => new ProbeItem(item.Kind, item.Item, item.Access))];

    private static void RequireAppArmor()
    {
        if (!AppArmorKernel.IsEnabled)
        {
            throw new LxcException(LxcErrorId.HostUnsupported, "No profile can be tried: this kernel runs without AppArmor")
            {
                Advice = "Boot a kernel with AppArmor (apparmor=1 security=apparmor).",
            };
        }
    }

    private static IReadOnlyList<ProfileAccess> Run(HelperProgram helper, ProbeRequest request, string? container, CancellationToken cancel)
    {
        List<string[]> lines = HelperCall.Run(helper, request.ToArguments, Timeout, () => new LxcException(LxcErrorId.Timeout, "Trying the profile takes longer than a minute")
        {
            ContainerName = container,
            Advice = "A file system on the way to one of the paths does not answer.",
        }, cancel);
        string label = lines.Find(line => line[0] == ProfileProbe.LabelKind)?[1] ?? AppArmorName.Unconfined;
        List<Attempt> tries = [.. lines.Where(line => line[0] == ProfileProbe.ReportKind).Select(Attempt.Parse)];
        if (tries.Count < request.Items.Count)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, "The helper that tries the profile ended before it had tried all") { ContainerName = container };
        }

        Dictionary<int, string?> rules = RulesOf(tries, cancel);
        return tries.ConvertAll(attempt => new ProfileAccess
        {
            Container = container,
            Profile = label,
            Kind = attempt.Kind,
            Item = attempt.Item,
            Access = attempt.Access,
            IsDenied = attempt.IsDenied,
            Error = TextOf(attempt.With),
            ErrorWithout = TextOf(attempt.Without),
            Rule = attempt.IsDenied == true ? rules.GetValueOrDefault(attempt.Pid) : null,
        });
    }

    private static string TextOf(int error) => error switch
    {
        0 => string.Empty,
        ProbeItem.NotTried => "not tried",
        _ => Errno.Describe(error),
    };

    // A session that may not read the log does without.
    private static Dictionary<int, string?> RulesOf(List<Attempt> tries, CancellationToken cancel)
    {
        HashSet<int> denied = [.. tries.Where(attempt => attempt.IsDenied == true).Select(attempt => attempt.Pid)];
        Dictionary<int, string?> rules = [];
        long end = Environment.TickCount64 + LogTimeout;
        try
        {
            while (rules.Count < denied.Count)
            {
                foreach (AppArmorDenial denial in AppArmorDenial.ReadAll())
                {
                    if (denial.ProcessId is { } pid && denied.Contains(pid) && denial.Time > DateTime.Now.AddMilliseconds(-Timeout))
                    {
                        rules[pid] = DenialRule.Of(denial);
                    }
                }

                if (Environment.TickCount64 >= end || cancel.WaitHandle.WaitOne(20))
                {
                    break;
                }
            }
        }
        catch (LxcException e) when (e.ErrorId is LxcErrorId.PermissionDenied or LxcErrorId.HostUnsupported)
        {
            return rules;
        }

        return rules;
    }

    private readonly record struct Attempt(ProfileItemKind Kind, string Item, string Access, int With, int Without, int Pid)
    {
        // What is refused anyway is not the profile's doing, and what fails for another reason (a missing file) tells nothing of it.
        internal bool? IsDenied => With == 0 ? false : With is Errno.EACCES or Errno.EPERM && Without != With && Without != ProbeItem.NotTried ? true : null;

        internal static Attempt Parse(string[] fields) => new(Enum.Parse<ProfileItemKind>(fields[1]), fields[2], fields[3],
            int.Parse(fields[4], CultureInfo.InvariantCulture), int.Parse(fields[5], CultureInfo.InvariantCulture), int.Parse(fields[6], CultureInfo.InvariantCulture));
    }
}
