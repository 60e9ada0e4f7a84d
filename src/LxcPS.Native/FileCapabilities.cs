using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>Capabilities that a program's file gives; see capabilities(7), "File capabilities".</summary>
public static unsafe class FileCapabilities
{
    /// <summary>Whether the file has any: the extended attribute security.capability.</summary>
    public static bool Has(string path)
    {
        fixed (byte* name = CString.Of(path, "getxattr"))
        fixed (byte* attribute = "security.capability\0"u8)
        {
            return getxattr(name, attribute, null, 0) > 0;
        }
    }

    [DllImport("libc.so.6")]
    private static extern nint getxattr(byte* path, byte* name, void* value, nuint size);
}
