using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>Internet addresses as text, read as strictly as inet_pton(3) does: no host names, no short or octal forms.</summary>
public static unsafe class InternetAddress
{
    /// <summary>Reads an address; null when the text is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version6">Whether it is an IPv6 address (16 bytes) or an IPv4 address (4 bytes).</param>
    public static byte[]? TryParse(string text, bool version6)
    {
        byte[] address = new byte[version6 ? 16 : 4];
        fixed (byte* source = CString.Of(text, "inet_pton"))
        fixed (byte* target = address)
        {
            return inet_pton(version6 ? Rtnetlink.AF_INET6 : Rtnetlink.AF_INET, source, target) == 1 ? address : null;
        }
    }

    [DllImport("libc.so.6")]
    private static extern int inet_pton(int family, byte* source, byte* target);
}
