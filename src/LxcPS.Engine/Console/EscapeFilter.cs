namespace LxcPS.Engine.Console;

/// <summary>
/// Finds in what is typed the two keys that leave a console: the escape, then q. The escape twice is the key itself; before any other key it is
/// dropped, as lxc-console has it.
/// </summary>
/// <param name="escape">The byte of the escape: 1 for Ctrl+a.</param>
public sealed class EscapeFilter(byte escape)
{
    private bool sawEscape;

    /// <summary>Takes what was typed, which may come in any pieces; true when it says to leave, and then nothing after it counts.</summary>
    /// <param name="typed">The bytes.</param>
    /// <param name="passed">Gets those that go to the container.</param>
    public bool Take(ReadOnlySpan<byte> typed, ICollection<byte> passed)
    {
        foreach (byte key in typed)
        {
            if (sawEscape && key == (byte)'q')
            {
                return true;
            }

            bool begins = key == escape && !sawEscape;
            sawEscape = begins;
            if (!begins)
            {
                passed.Add(key);
            }
        }

        return false;
    }
}
