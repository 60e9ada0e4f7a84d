using LxcPS.Engine.LifeCycle;
using Xunit;

namespace LxcPS.Tests.LifeCycle;

public sealed class ChildProgramTests
{
    [Fact]
    public void WhatAProgramHasStartedIsGoneWithItWhenItHasWrittenEnough()
    {
        // As a decompressor that tar has started: it would read on from the descriptor that the next program is to read from its beginning.
        ProgramResult result = ChildProgram.Run("/bin/sh", ["sh", "-c", "sleep 60 & echo $!; while :; do echo more; done"], -1, 4096, CancellationToken.None);

        Assert.True(result.Exit.Signaled);
        string state = $"/proc/{result.Output.Split('\n')[0]}/stat";

        // Its descriptors are closed; a moment later it has ended.
        Assert.True(SpinWait.SpinUntil(() => HasEnded(state), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void WhoHasLeftTheSessionDoesNotHoldUpACancellation()
    {
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(200));
        long start = Environment.TickCount64;
        string pid = string.Empty;
        string path = Path.GetTempFileName();
        try
        {
            Assert.Throws<OperationCanceledException>(() => ChildProgram.Run("/bin/sh", ["sh", "-c", $"setsid sh -c 'echo $$ > {path}; exec sleep 30' & sleep 60"], -1, 4096, cancel.Token));
            Assert.InRange(Environment.TickCount64 - start, 0, 20_000);
            pid = File.ReadAllText(path).Trim();
        }
        finally
        {
            File.Delete(path);
            if (pid.Length > 0)
            {
                System.Diagnostics.Process.GetProcessById(int.Parse(pid)).Kill();
            }
        }
    }

    private static bool HasEnded(string state)
    {
        try
        {
            return File.ReadAllText(state).Split(' ')[2] is "Z" or "X";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Reaped: ENOENT, or ESRCH while it is read.
            return true;
        }
    }
}
