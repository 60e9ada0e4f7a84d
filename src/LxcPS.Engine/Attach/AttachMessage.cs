using System.Text;

namespace LxcPS.Engine.Attach;

/// <summary>The request for a helper that waits: its arguments and its environment, each string ended by a zero byte, after their number of arguments.</summary>
internal static class AttachMessage
{
    /// <summary>The longest that a helper takes, in bytes.</summary>
    internal const int MaximumLength = 64 * 1024;

    /// <summary>Writes it; null when it is too long, or a string holds a zero byte itself.</summary>
    internal static byte[]? TryWrite(IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        string[] strings = [arguments.Count.ToString(), .. arguments, .. environment];
        byte[] message = Encoding.UTF8.GetBytes(string.Join('\0', strings) + '\0');
        return message.Length <= MaximumLength && message.AsSpan().Count((byte)0) == strings.Length ? message : null;
    }

    /// <summary>Reads it.</summary>
    internal static (string[] Arguments, string[] Environment) Read(ReadOnlySpan<byte> message)
    {
        string[] strings = Encoding.UTF8.GetString(message[..^1]).Split('\0');
        int arguments = int.Parse(strings[0]);
        return (strings[1..(1 + arguments)], strings[(1 + arguments)..]);
    }
}
