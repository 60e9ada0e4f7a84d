using System.Globalization;

namespace LxcPS.Engine.Cgroups;

/// <summary>
/// The device rules of a container as the devices controller of cgroup v1 understands them, and as the program that v2 wants instead. Rules
/// change a default and a list of departures from it, in order: <c>a</c> sets the default and empties the list.
/// </summary>
public sealed class DeviceList
{
    private const int Any = -1;
    private readonly List<Departure> departures = [];
    private bool allowsByDefault;

    /// <summary>Begins a list.</summary>
    /// <param name="allowsByDefault">Whether what no rule names is allowed.</param>
    public DeviceList(bool allowsByDefault = true) => this.allowsByDefault = allowsByDefault;

    [Flags]
    private enum Access
    {
        None = 0,
        MakeNode = 1,
        Read = 2,
        Write = 4,
        All = MakeNode | Read | Write,
    }

    /// <summary>Applies a rule after those before it.</summary>
    /// <param name="allow">Whether it allows or denies.</param>
    /// <param name="rule"><c>a</c>, or type, numbers and access as in <c>c 1:3 rwm</c>, with <c>*</c> for any number.</param>
    /// <returns>False where that is no rule; nothing changes then.</returns>
    public bool TryAdd(bool allow, string rule)
    {
        // The kernel looks no further than the letter, so "a *:* rwm" is the same.
        if (rule.StartsWith('a'))
        {
            allowsByDefault = allow;
            departures.Clear();
            return true;
        }

        string[] words = rule.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3 || words[0] is not ("b" or "c") || words[1].Split(':') is not [var majorText, var minorText]
            || !TryNumber(majorText, out int major) || !TryNumber(minorText, out int minor) || !TryAccess(words[2], out Access access))
        {
            return false;
        }

        Change(new Departure(words[0] == "b" ? 1 : 2, major, minor, access), isAdded: allow != allowsByDefault);
        return true;
    }

    /// <summary>
    /// The program: eBPF instructions that answer 1 for an access that is allowed and 0 for one that is not. Empty where everything is allowed.
    /// </summary>
    public ulong[] ToProgram()
    {
        if (allowsByDefault && departures.Count == 0)
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
        if (allowsByDefault || departure.Access != Access.All)
        {
            tests.Add(Instruction(0xBC, destination: 1, source: 3));
            tests.Add(Instruction(0x54, destination: 1, value: (int)(allowsByDefault ? departure.Access : Access.All & ~departure.Access)));
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
        int index = departures.FindIndex(one => one.Type == change.Type && one.Major == change.Major && one.Minor == change.Minor);
        if (index < 0)
        {
            if (isAdded)
            {
                departures.Add(change);
            }

            return;
        }

        Access access = isAdded ? departures[index].Access | change.Access : departures[index].Access & ~change.Access;
        if (access == Access.None)
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

    private static bool TryNumber(string text, out int number)
    {
        number = Any;
        return text == "*" || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryAccess(string text, out Access access)
    {
        access = Access.None;
        foreach (char letter in text)
        {
            Access one = letter switch { 'r' => Access.Read, 'w' => Access.Write, 'm' => Access.MakeNode, _ => Access.None };
            if (one == Access.None)
            {
                return false;
            }

            access |= one;
        }

        return access != Access.None;
    }

    private readonly record struct Departure(int Type, int Major, int Minor, Access Access);
}
