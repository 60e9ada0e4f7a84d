namespace LxcPS.Engine.Cgroups;

/// <summary>
/// The device rules of a container as the devices controller of cgroup v1 understands them, and as the program that v2 wants instead. Rules
/// change a default and a list of departures from it, in order: <c>a</c> sets the default and empties the list.
/// </summary>
public sealed class DeviceList
{
    private const int Any = DeviceRule.Any;
    private readonly List<Departure> departures = [];
    private bool allowsByDefault;

    /// <summary>Begins a list.</summary>
    /// <param name="allowsByDefault">Whether what no rule names is allowed.</param>
    public DeviceList(bool allowsByDefault = true) => this.allowsByDefault = allowsByDefault;

    /// <summary>Applies a rule after those before it.</summary>
    /// <param name="allow">Whether it allows or denies.</param>
    /// <param name="rule"><c>a</c>, or type, numbers and access as in <c>c 1:3 rwm</c>, with <c>*</c> for any number.</param>
    /// <returns>False where that is no rule; nothing changes then.</returns>
    public bool TryAdd(bool allow, string rule)
    {
        if (!DeviceRule.TryParse(allow, rule, out DeviceRule parsed))
        {
            return false;
        }

        Add(parsed);
        return true;
    }

    /// <summary>Applies a rule after those before it.</summary>
    public void Add(DeviceRule rule)
    {
        if (rule.IsForAll)
        {
            allowsByDefault = rule.Allow;
            departures.Clear();
            return;
        }

        Change(new Departure(rule.Type == 'b' ? 1 : 2, rule.Major, rule.Minor, rule.Access), isAdded: rule.Allow != allowsByDefault);
    }

    /// <summary>Whether everything is allowed.</summary>
    public bool AllowsEverything => allowsByDefault && departures.Count == 0;

    /// <summary>What holds for a device that no rule names.</summary>
    public bool AllowsByDefault => allowsByDefault;

    /// <summary>The list as rules that make it: what holds for all, then the departures from that.</summary>
    public IReadOnlyList<DeviceRule> ToRules()
    {
        List<DeviceRule> rules = [DeviceRule.ForAll(allowsByDefault)];
        foreach (Departure departure in departures)
        {
            rules.Add(new DeviceRule(!allowsByDefault, departure.Type == 1 ? 'b' : 'c', departure.Major, departure.Minor, departure.Access));
        }

        return rules;
    }

    /// <summary>The list that rules make.</summary>
    public static DeviceList Of(IEnumerable<DeviceRule> rules)
    {
        DeviceList list = new();
        foreach (DeviceRule rule in rules)
        {
            list.Add(rule);
        }

        return list;
    }

    /// <summary>The list that the rules of a configuration make.</summary>
    /// <param name="rules">The rules, in order.</param>
    /// <param name="areForV2">
    /// Whether they are for v2: as in LXC, a list for v2 that begins with what is allowed denies the rest. One for v1 changes what the kernel
    /// allows at first: all.
    /// </param>
    public static DeviceList OfConfig(IReadOnlyList<DeviceRule> rules, bool areForV2)
    {
        bool deniesRest = areForV2 && rules.Count > 0 && rules[0].Allow && !rules[0].IsForAll;
        return Of(deniesRest ? [DeviceRule.ForAll(false), .. rules] : rules);
    }

    /// <summary>The access to a device that is allowed.</summary>
    /// <param name="type"><c>c</c> or <c>b</c>.</param>
    /// <param name="major">The major number.</param>
    /// <param name="minor">The minor number.</param>
    public DeviceAccess AccessTo(char type, int major, int minor)
    {
        DeviceAccess named = DeviceAccess.None;
        foreach (Departure departure in departures)
        {
            if (departure.Type == (type == 'b' ? 1 : 2) && (departure.Major == Any || departure.Major == major)
                && (departure.Minor == Any || departure.Minor == minor))
            {
                named |= departure.Access;
            }
        }

        return allowsByDefault ? DeviceAccess.All & ~named : named;
    }

    /// <summary>The access that the one rule with just these numbers has, whichever way it departs from the default.</summary>
    public DeviceAccess NamedAccessTo(char type, int major, int minor) =>
        IndexOf(new Departure(type == 'b' ? 1 : 2, major, minor, DeviceAccess.All)) is >= 0 and int index ? departures[index].Access : DeviceAccess.None;

    /// <summary>
    /// The rules that bring a list on which others were applied back to this one. Where they named devices, nothing but these is touched.
    /// </summary>
    public IReadOnlyList<DeviceRule> ToUndo(IReadOnlyList<DeviceRule> applied)
    {
        if (applied.Any(rule => rule.IsForAll))
        {
            return ToRules();
        }

        List<DeviceRule> undo = [];
        foreach (DeviceRule rule in applied.DistinctBy(one => (one.Type, one.Major, one.Minor)))
        {
            int index = IndexOf(new Departure(rule.Type == 'b' ? 1 : 2, rule.Major, rule.Minor, rule.Access));
            DeviceAccess old = index < 0 ? DeviceAccess.None : departures[index].Access;
            if (old != DeviceAccess.None)
            {
                undo.Add(rule with { Allow = !allowsByDefault, Access = old });
            }

            if (old != DeviceAccess.All)
            {
                undo.Add(rule with { Allow = allowsByDefault, Access = DeviceAccess.All & ~old });
            }
        }

        return undo;
    }

    /// <summary>
    /// The program: eBPF instructions that answer 1 for an access that is allowed and 0 for one that is not. Empty where everything is allowed.
    /// </summary>
    public ulong[] ToProgram()
    {
        if (AllowsEverything)
        {
            return [];
        }

        // struct bpf_cgroup_dev_ctx { u32 access_type (access << 16 | type); u32 major; u32 minor; } is what r1 points to.
        List<ulong> program =
        [
            Instruction(0x61, destination: 2, source: 1), // r2 = type
            Instruction(0x54, destination: 2, value: 0xFFFF),
            Instruction(0x61, destination: 3, source: 1), // r3 = access
            Instruction(0x74, destination: 3, value: 16),
            Instruction(0x61, destination: 4, source: 1, offset: 4), // r4 = major
            Instruction(0x61, destination: 5, source: 1, offset: 8), // r5 = minor
        ];
        foreach (Departure departure in departures)
        {
            AddBlock(program, departure);
        }

        program.Add(Instruction(0xB7, destination: 0, value: allowsByDefault ? 1 : 0));
        program.Add(Instruction(0x95));
        return [.. program];
    }

    // A departure from a denial holds when it has all of the access; one from a permission when it has any of it.
    private void AddBlock(List<ulong> program, Departure departure)
    {
        List<ulong> tests = [Instruction(0x55, destination: 2, value: departure.Type)];
        if (allowsByDefault || departure.Access != DeviceAccess.All)
        {
            tests.Add(Instruction(0xBC, destination: 1, source: 3));
            tests.Add(Instruction(0x54, destination: 1, value: (int)(allowsByDefault ? departure.Access : DeviceAccess.All & ~departure.Access)));
            tests.Add(Instruction(allowsByDefault ? 0x15u : 0x55u, destination: 1, value: 0));
        }

        if (departure.Major != Any)
        {
            tests.Add(Instruction(0x55, destination: 4, value: departure.Major));
        }

        if (departure.Minor != Any)
        {
            tests.Add(Instruction(0x55, destination: 5, value: departure.Minor));
        }

        for (int i = 0; i < tests.Count; i++)
        {
            // A jump that is taken goes behind the block: over the other tests and the two instructions of the answer.
            bool isJump = (tests[i] & 0xFF) is 0x55 or 0x15;
            program.Add(isJump ? tests[i] | ((ulong)(ushort)(tests.Count - i - 1 + 2) << 16) : tests[i]);
        }

        program.Add(Instruction(0xB7, destination: 0, value: allowsByDefault ? 0 : 1));
        program.Add(Instruction(0x95));
    }

    // Only the departure of exactly these numbers is touched, as in the kernel: a rule with * does not take back one with a number.
    private void Change(Departure change, bool isAdded)
    {
        int index = IndexOf(change);
        if (index < 0)
        {
            if (isAdded)
            {
                departures.Add(change);
            }

            return;
        }

        DeviceAccess access = isAdded ? departures[index].Access | change.Access : departures[index].Access & ~change.Access;
        if (access == DeviceAccess.None)
        {
            departures.RemoveAt(index);
        }
        else
        {
            departures[index] = change with { Access = access };
        }
    }

    private static ulong Instruction(uint code, int destination = 0, int source = 0, int offset = 0, int value = 0) =>
        code | ((ulong)destination << 8) | ((ulong)source << 12) | ((ulong)(ushort)offset << 16) | ((ulong)(uint)value << 32);

    private int IndexOf(Departure numbers) =>
        departures.FindIndex(one => one.Type == numbers.Type && one.Major == numbers.Major && one.Minor == numbers.Minor);

    private readonly record struct Departure(int Type, int Major, int Minor, DeviceAccess Access);
}
