using System.Buffers.Binary;
using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class ElfFileTests
{
    [Fact]
    public void AnInterpreterMeansDynamic()
    {
        Assert.False(ElfFile.IsStatic(Image(6, 3, 1)));
        Assert.True(ElfFile.IsStatic(Image(1, 2, 4)));
    }

    [Fact]
    public void WhatIsNoElfOrCutIsNotStatic()
    {
        Assert.False(ElfFile.IsStatic("#!/bin/sh\n"u8));
        Assert.False(ElfFile.IsStatic(Image(1, 2).AsSpan(0, 80)));
        Assert.False(ElfFile.IsStatic("/nowhere"));
    }

    [Fact]
    public void ThisProcessNeedsAnInterpreter() => Assert.False(ElfFile.IsStatic("/proc/self/exe"));

    private static byte[] Image(params uint[] types)
    {
        byte[] image = new byte[64 + (types.Length * 56)];
        "\u007FELF"u8.CopyTo(image);
        image[4] = 2;
        image[5] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(0x20), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x36), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x38), (ushort)types.Length);
        for (int i = 0; i < types.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(64 + (i * 56)), types[i]);
        }

        return image;
    }
}
