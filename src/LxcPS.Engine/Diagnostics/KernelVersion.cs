namespace LxcPS.Engine.Diagnostics;

/// <summary>The version of a kernel, of which the first two numbers say what it can do.</summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second number.</param>
public readonly record struct KernelVersion(int Major, int Minor) : IComparable<KernelVersion>
{
    /// <summary>Reads a release as uname(2) gives it, e.g. <c>6.1.0-18-amd64</c>; 0.0 for a text that is none.</summary>
    public static KernelVersion Parse(string release)
    {
        int at = 0;
        int major = Number(release, ref at);
        at++;
        return new KernelVersion(major, Number(release, ref at));
    }

    /// <inheritdoc/>
    public int CompareTo(KernelVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <summary>Whether the version is another or a later one.</summary>
    public bool IsAtLeast(int major, int minor) => CompareTo(new KernelVersion(major, minor)) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}";

    private static int Number(string text, ref int at)
    {
        int value = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]) && value < 100_000)
        {
            value = (value * 10) + (text[at++] - '0');
        }

        return value;
    }
}
