using System.Buffers.Binary;

namespace LxcPS.Engine.Templates;

/// <summary>The header of an executable; see elf(5).</summary>
internal static class ElfFile
{
    /// <summary>Values of e_machine.</summary>
    internal const ushort X86 = 3, Arm = 40, X64 = 62, Arm64 = 183;

    private const uint PT_INTERP = 3;

    /// <summary>The architecture of an executable and the program interpreter it needs, or null.</summary>
    internal readonly record struct Header(ushort Machine, string? Interpreter);

    /// <summary>Whether the file is an executable that needs no program interpreter, and so no library of the system it runs on.</summary>
    /// <param name="image">The file, or its beginning: the program headers stand right behind the ELF header.</param>
    internal static bool IsStatic(ReadOnlySpan<byte> image) => Read(image, out bool whole) is { Interpreter: null } && whole;

    /// <summary>The header of an executable, or null where it is none.</summary>
    /// <param name="image">The file, or its beginning.</param>
    internal static Header? Read(ReadOnlySpan<byte> image) => Read(image, out _);

    // What cannot be seen does not count as static: whole says whether all program headers are there.
    private static Header? Read(ReadOnlySpan<byte> image, out bool whole)
    {
        whole = false;
        if (image.Length < 64 || !image[..4].SequenceEqual("\u007FELF"u8))
        {
            return null;
        }

        bool wide = image[4] == 2;
        bool little = image[5] == 1;
        ushort machine = Half(image[0x12..]);
        ulong table = wide ? Long(image[0x20..]) : Word(image[0x1C..]);
        int size = Half(image[(wide ? 0x36 : 0x2A)..]);
        int count = Half(image[(wide ? 0x38 : 0x2C)..]);
        if (count == 0 || size < (wide ? 0x38 : 0x20))
        {
            return new Header(machine, null);
        }

        for (int i = 0; i < count; i++)
        {
            ulong at = table + (ulong)(i * size);
            if (at + (ulong)size > (ulong)image.Length)
            {
                return new Header(machine, null);
            }

            ReadOnlySpan<byte> header = image[(int)at..];
            if (Word(header) == PT_INTERP)
            {
                ulong place = wide ? Long(header[0x08..]) : Word(header[0x04..]);
                ulong length = wide ? Long(header[0x20..]) : Word(header[0x10..]);
                whole = true;
                return new Header(machine, place < (ulong)image.Length && length <= (ulong)image.Length - place
                    ? System.Text.Encoding.UTF8.GetString(image.Slice((int)place, (int)length)).TrimEnd('\0') : string.Empty);
            }
        }

        whole = true;
        return new Header(machine, null);

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
