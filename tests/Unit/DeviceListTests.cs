using LxcPS.Engine.Cgroups;
using Xunit;

namespace LxcPS.Tests;

public class DeviceListTests
{
    private const int MakeNode = 1;
    private const int Read = 2;
    private const int Write = 4;

    [Fact]
    public void NoRulesNeedNoProgram() => Assert.Empty(new DeviceList().ToProgram());

    [Fact]
    public void AllowingAllTakesEveryRuleBack() => Assert.Empty(Program("-a", "+c 1:3 rwm", "+a"));

    [Theory]
    [InlineData('c', 1, 3, Read | Write, true)]
    [InlineData('c', 1, 3, MakeNode, true)]
    [InlineData('b', 1, 3, Read, false)]
    [InlineData('c', 1, 4, Read, false)]
    [InlineData('c', 2, 3, Read, false)]
    [InlineData('c', 136, 77, Write, true)]
    [InlineData('b', 8, 0, MakeNode, true)]
    [InlineData('b', 8, 0, Read, false)]
    [InlineData('b', 8, 0, MakeNode | Read, false)]
    [InlineData('c', 10, 200, Read, true)]
    [InlineData('c', 10, 200, Read | Write, false)]
    public void AListOfWhatIsAllowed(char type, int major, int minor, int access, bool allowed) =>
        Assert.Equal(allowed, Run(Program("-a", "+b *:* m", "+c 1:3 rwm", "+c 136:* rwm", "+c 10:200 r"), type, major, minor, access));

    [Theory]
    [InlineData('b', 8, 1, Read, false)]
    [InlineData('b', 8, 1, Read | Write, false)]
    [InlineData('b', 8, 1, Write, true)]
    [InlineData('c', 8, 1, Read, true)]
    public void AListOfWhatIsDenied(char type, int major, int minor, int access, bool allowed) =>
        Assert.Equal(allowed, Run(Program("-b 8:* r"), type, major, minor, access));

    [Theory]
    [InlineData(Read, true)]
    [InlineData(Write, false)]
    public void ALaterRuleTakesBackWhatItNames(int access, bool allowed) =>
        Assert.Equal(allowed, Run(Program("-a", "+c 1:3 rw", "-c 1:3 w"), 'c', 1, 3, access));

    [Theory]
    [InlineData("")]
    [InlineData("c 1:3")]
    [InlineData("d 1:3 rwm")]
    [InlineData("c 1 rwm")]
    [InlineData("c 1:x rwm")]
    [InlineData("c -1:3 rwm")]
    [InlineData("c 1:3 rwx")]
    public void WhatIsNoRule(string rule) => Assert.False(new DeviceList().TryAdd(true, rule));

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void AListThatDeniesByDefault(int minor, bool allowed)
    {
        DeviceList list = new(allowsByDefault: false);
        Assert.True(list.TryAdd(true, "c 1:3 r"));
        Assert.Equal(allowed, Run(list.ToProgram(), 'c', 1, minor, Read));
    }

    private static ulong[] Program(params string[] rules)
    {
        DeviceList all = new();
        foreach (string rule in rules)
        {
            Assert.True(all.TryAdd(rule[0] == '+', rule[1..]));
        }

        return all.ToProgram();
    }

    // As much of the kernel's machine as such programs use; see the kernel's documentation of its instruction set.
    private static bool Run(ulong[] program, char type, int major, int minor, int access)
    {
        uint[] context = [((uint)access << 16) | (type == 'b' ? 1u : 2u), (uint)major, (uint)minor];
        ulong[] registers = new ulong[11];
        for (int next = 0; ; next++)
        {
            ulong instruction = program[next];
            int destination = (int)(instruction >> 8) & 15;
            int source = (int)(instruction >> 12) & 15;
            short offset = (short)(instruction >> 16);
            int value = (int)(instruction >> 32);
            switch (instruction & 0xFF)
            {
                case 0x61: registers[destination] = context[offset / 4]; break;
                case 0x54: registers[destination] = (uint)registers[destination] & (uint)value; break;
                case 0x74: registers[destination] = (uint)registers[destination] >> value; break;
                case 0xBC: registers[destination] = (uint)registers[source]; break;
                case 0xB7: registers[destination] = (ulong)value; break;
                case 0x55: next += registers[destination] != (ulong)value ? offset : 0; break;
                case 0x15: next += registers[destination] == (ulong)value ? offset : 0; break;
                case 0x95: return registers[0] == 1;
                default: throw new InvalidOperationException($"instruction {instruction:x16} at {next}");
            }
        }
    }
}
