using System.Buffers.Binary;

namespace LxcPS.Engine.Templates;

/// <summary>The header of an executable; see elf(5).</summary>
internal static class ElfFile
{
    private const uint PT_INTERP = 3;

    /// <summary>Whether the file is an executable that needs no program interpreter, and so no library of the system it runs on.</summary>
    /// <param name="image">The file, or its beginning: the program headers stand right behind the ELF header.</param>
    internal static bool IsStatic(ReadOnlySpan<byte> image)
    {
        if (image.Length < 64 || !image[..4].SequenceEqual("\u007FELF"u8))
        {
            return false;
        }

        bool wide = image[4] == 2;
        bool little = image[5] == 1;
        ulong table = wide ? Long(image[0x20..]) : Word(image[0x1C..]);
        int size = Half(image[(wide ? 0x36 : 0x2A)..]);
        int count = Half(image[(wide ? 0x38 : 0x2C)..]);
        if (count == 0 || size < 4)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            ulong at = table + (ulong)(i * size);
            if (at + 4 > (ulong)image.Length || Word(image[(int)at..]) == PT_INTERP)
            {
                // What cannot be seen does not count as static.
                return false;
            }
        }

        return true;

        ushort Half(ReadOnlySpan<byte> at) => little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
        uint Word(ReadOnlySpan<byte> at) => little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
        ulong Long(ReadOnlySpan<byte> at) => little ? BinaryPrimitives.ReadUInt64LittleEndian(at) : BinaryPrimitives.ReadUInt64BigEndian(at);
    }

    /// <summary>The same for a path; false for one that cannot be read.</summary>
    internal static bool IsStatic(string path)
    {
        byte[] head = new byte[4096];
        try
        {
            using FileStream file = File.OpenRead(path);
            return IsStatic(head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
