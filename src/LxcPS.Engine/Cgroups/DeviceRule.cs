using System.Globalization;
using System.Text;

namespace LxcPS.Engine.Cgroups;

/// <summary>What may be done with a device, as the letters of a device rule say it.</summary>
[Flags]
public enum DeviceAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>m</c>: making a node of it.</summary>
    MakeNode = 1,

    /// <summary><c>r</c>: opening it for reading.</summary>
    Read = 2,

    /// <summary><c>w</c>: opening it for writing.</summary>
    Write = 4,

    /// <summary><c>rwm</c>.</summary>
    All = MakeNode | Read | Write,
}

/// <summary>One device rule: it allows or denies some access to a device, to several, or everything to all.</summary>
/// <param name="Allow">Whether it allows.</param>
/// <param name="Type"><c>c</c> for character devices, <c>b</c> for block devices, <c>a</c> for all of both.</param>
/// <param name="Major">The major number, or <see cref="Any"/>.</param>
/// <param name="Minor">The minor number, or <see cref="Any"/>.</param>
/// <param name="Access">The access; everything where the type is <c>a</c>.</param>
public readonly record struct DeviceRule(bool Allow, char Type, int Major, int Minor, DeviceAccess Access)
{
    /// <summary>The number that stands for every one, <c>*</c>.</summary>
    public const int Any = -1;

    /// <summary>Bytes of a rule on LXC's command socket.</summary>
    internal const int WireSize = 40;

    /// <summary>The same in LXC 4.0: without the list node that a client sends along by now, and first with a number more.</summary>
    internal static readonly int[] OldWireSizes = [20, 24];

    /// <summary>Whether it sets what holds for all devices.</summary>
    public bool IsForAll => Type == 'a';

    /// <summary>The rule without what it does: <c>a</c>, or type, numbers and access as in <c>c 1:3 rwm</c>.</summary>
    public string Text => IsForAll ? "a" : $"{Type} {NumberText(Major)}:{NumberText(Minor)} {AccessText(Access)}";

    /// <summary>The rule that sets what holds for all devices.</summary>
    public static DeviceRule ForAll(bool allow) => new(allow, 'a', Any, Any, DeviceAccess.All);

    /// <summary>Reads a rule.</summary>
    /// <param name="allow">Whether it allows or denies.</param>
    /// <param name="text"><c>a</c>, or type, numbers and access as in <c>c 1:3 rwm</c>, with <c>*</c> for any number.</param>
    /// <param name="rule">The rule.</param>
    /// <returns>False where that is no rule.</returns>
    public static bool TryParse(bool allow, string text, out DeviceRule rule)
    {
        // The kernel looks no further than the letter, so "a *:* rwm" is the same.
        if (text.StartsWith('a'))
        {
            rule = ForAll(allow);
            return true;
        }

        rule = default;
        string[] words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3 || words[0] is not ("b" or "c") || words[1].Split(':') is not [var majorText, var minorText]
            || !TryNumber(majorText, out int major) || !TryNumber(minorText, out int minor) || !TryAccess(words[2], out DeviceAccess access))
        {
            return false;
        }

        rule = new DeviceRule(allow, words[0][0], major, minor, access);
        return true;
    }

    /// <summary>Reads letters of access, each at most for itself and at least one.</summary>
    public static bool TryAccess(string text, out DeviceAccess access)
    {
        access = DeviceAccess.None;
        foreach (char letter in text)
        {
            DeviceAccess one = letter switch
            {
                'r' => DeviceAccess.Read, 'w' => DeviceAccess.Write, 'm' => DeviceAccess.MakeNode, _ => DeviceAccess.None,
            };
            if (one == DeviceAccess.None)
            {
                access = DeviceAccess.None;
                return false;
            }

            access |= one;
        }

        return access != DeviceAccess.None;
    }

    /// <summary>The letters of an access, in the kernel's order.</summary>
    public static string AccessText(DeviceAccess access) =>
        ((access & DeviceAccess.Read) != 0 ? "r" : string.Empty) + ((access & DeviceAccess.Write) != 0 ? "w" : string.Empty)
        + ((access & DeviceAccess.MakeNode) != 0 ? "m" : string.Empty);

    // LXC's struct device_item { char type; int major; int minor; char access[4]; int allow; }, and behind it what each version has more.
    // A rule for all has no access in it; between 4.0.0 and 4.0.9 the sixth number told what it does: 0 denies, 1 allows, -1 for other rules.

    /// <summary>Writes it as LXC's clients send it.</summary>
    internal void Write(Span<byte> data, int size)
    {
        data[..size].Clear();
        data[0] = (byte)Type;
        BitConverter.TryWriteBytes(data[4..], Major);
        BitConverter.TryWriteBytes(data[8..], Minor);
        if (!IsForAll)
        {
            Encoding.ASCII.GetBytes(AccessText(Access), data.Slice(12, 3));
        }

        BitConverter.TryWriteBytes(data[16..], Allow ? 1 : 0);
        if (size == 24)
        {
            BitConverter.TryWriteBytes(data[20..], !IsForAll ? -1 : Allow ? 1 : 0);
        }
    }

    /// <summary>Reads it as LXC's clients send it.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out DeviceRule rule)
    {
        char type = (char)data[0];
        int major = BitConverter.ToInt32(data[4..]);
        int minor = BitConverter.ToInt32(data[8..]);
        int allow = data.Length == 24 && type == 'a' ? BitConverter.ToInt32(data[20..]) : BitConverter.ToInt32(data[16..]);
        string letters = Encoding.ASCII.GetString(data.Slice(12, 4)).TrimEnd('\0');
        rule = default;
        if (allow is not (0 or 1) || major < Any || minor < Any)
        {
            return false;
        }

        if (type == 'a')
        {
            rule = ForAll(allow == 1);
            return true;
        }

        if (type is not ('b' or 'c') || !TryAccess(letters, out DeviceAccess access))
        {
            return false;
        }

        rule = new DeviceRule(allow == 1, type, major, minor, access);
        return true;
    }

    private static string NumberText(int number) => number == Any ? "*" : number.ToString(CultureInfo.InvariantCulture);

    private static bool TryNumber(string text, out int number)
    {
        number = Any;
        return text == "*" || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
