using System.Text;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The request for a helper that waits, each string ended by a zero byte: the number that its first descriptor gets, the number of its arguments,
/// these, and its environment.
/// </summary>
internal static class HelperMessage
{
    /// <summary>The longest that a helper takes, in bytes.</summary>
    internal const int MaximumLength = 64 * 1024;

    /// <summary>Writes it; null when it is too long, or a string holds a zero byte itself.</summary>
    internal static byte[]? TryWrite(int firstDescriptor, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        string[] strings = [firstDescriptor.ToString(), arguments.Count.ToString(), .. arguments, .. environment];
        byte[] message = Encoding.UTF8.GetBytes(string.Join('\0', strings) + '\0');
        return message.Length <= MaximumLength && message.AsSpan().Count((byte)0) == strings.Length ? message : null;
    }

    /// <summary>Reads it.</summary>
    internal static (int FirstDescriptor, string[] Arguments, string[] Environment) Read(ReadOnlySpan<byte> message)
    {
        string[] strings = Encoding.UTF8.GetString(message[..^1]).Split('\0');
        int arguments = int.Parse(strings[1]);
        return (int.Parse(strings[0]), strings[2..(2 + arguments)], strings[(2 + arguments)..]);
    }
}
