using System.Text;

namespace LxcPS.Engine.Templates;

/// <summary>Paths in a line of fstab(5).</summary>
internal static class MountField
{
    /// <summary>Escapes what would end the field or the option: blanks, backslash, comma and hash, as three octal digits.</summary>
    internal static string Escape(string path)
    {
        StringBuilder text = new(path.Length);
        foreach (char c in path)
        {
            if (c is ' ' or '\t' or '\n' or '\r' or '\\' or ',' or '#')
            {
                text.Append('\\').Append((char)('0' + (c >> 6))).Append((char)('0' + ((c >> 3) & 7))).Append((char)('0' + (c & 7)));
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
