using System.Runtime.InteropServices;
using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class StartCheckTests
{
    [Theory]
    [InlineData("/usr/bin/hook one two", "/usr/bin/hook")]
    [InlineData("/usr/bin/hook", "/usr/bin/hook")]
    [InlineData("/usr/bin/hook\t-x", "/usr/bin/hook")]
    [InlineData("hook", null)]
    [InlineData("/usr/bin/h*k", null)]
    [InlineData("'/usr/my bin/hook'", null)]
    [InlineData("$HOME/hook", null)]
    [InlineData("A=1 /usr/bin/hook", null)]
    public void AHookIsJudgedWhereItNamesItsProgram(string hook, string? program) => Assert.Equal(program, HookChecks.ProgramOf(hook));

    [Fact]
    public void OnlyOthersIdsAreARisk()
    {
        IdMapEntry[] maps = [IdMapEntry.Parse("u 0 1000000 65536"), IdMapEntry.Parse("g 0 2000000 65536")];
        const string Table = "root:1000000:65536\n0:1000000:10\nann:1065535:10\nbob:1065536:65536\nann:1000000:1\ncarl:2000000:1\nbroken:x:y\n";
        Assert.Equal(["ann"], IdMapChecks.OthersIn(Table, maps, group: false));
        Assert.Equal(["carl"], IdMapChecks.OthersIn(Table, maps, group: true));
    }

    [Theory]
    [InlineData("#!/bin/sh -e\necho", null, "/bin/sh")]
    [InlineData("#! /usr/bin/env perl", null, "/usr/bin/env")]
    [InlineData("#!\n", "is a script without an interpreter", null)]
    [InlineData("echo hello\n", "is no program", null)]
    [InlineData("", "is no program", null)]
    public void AScriptNeedsItsInterpreter(string text, string? objection, string? interpreter)
    {
        Assert.Equal(objection, ProgramChecks.Objection(Encoding.UTF8.GetBytes(text), Architecture.X64, out string? found));
        Assert.Equal(interpreter ?? (objection is null ? null : found), found);
    }

    [Theory]
    [InlineData(62, Architecture.X64, true)]
    [InlineData(3, Architecture.X64, true)]
    [InlineData(183, Architecture.X64, false)]
    [InlineData(183, Architecture.Arm64, true)]
    [InlineData(62, Architecture.Arm64, false)]
    public void AProgramIsForTheMachine(byte machine, Architecture host, bool suits)
    {
        byte[] image = new byte[256];
        "\u007FELF"u8.CopyTo(image);
        image[4] = 2;
        image[5] = 1;
        image[0x12] = machine;
        image[0x20] = 64;
        image[0x36] = 56;
        image[0x38] = 1;
        image[64] = 3; // PT_INTERP
        image[64 + 8] = 200;
        image[64 + 32] = 8;
        "/lib/ld\0"u8.CopyTo(image.AsSpan(200));
        Assert.Equal(suits, ProgramChecks.Objection(image, host, out string? interpreter) is null);
        Assert.Equal("/lib/ld", interpreter);
    }

    [Fact]
    public void AReportLineIsACheckAgain()
    {
        StartCheck check = StartFindings.Parse(["check", "Init", "Failed", "why", "InitFailed", "lxc.init.cmd", "7", "do"], "/lxc", "c");
        Assert.Equal(("c", "/lxc", "Init", CheckStatus.Failed, "why"), (check.Container, check.LxcPath, check.Name, check.Status, check.Detail));
        Assert.Equal(("InitFailed", "lxc.init.cmd", 7, "do"), (check.ErrorId, check.ConfigKey, check.Line, check.Advice));
        Assert.Null(StartFindings.Parse(["check", "Init", "Passed", "fine", "", "", "0", ""], "/lxc", "c").ErrorId);
    }
}
