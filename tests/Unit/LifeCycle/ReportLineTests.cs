using LxcPS.Engine;
using LxcPS.Engine.LifeCycle;
using Xunit;

namespace LxcPS.Tests.LifeCycle;

public class ReportLineTests
{
    [Fact]
    public void AnErrorArrivesWithAllItsFields()
    {
        LxcException sent = new(LxcErrorId.MountFailed, "The mount\tentry 'a\\b\nc' failed")
        {
            ContainerName = "web1",
            Step = "mount",
            Call = "move_mount",
            Errno = 13,
            Path = "dev/\r",
            ConfigKey = "lxc.mount.entry",
            Line = 7,
            Advice = "Correct it",
        };
        string line = ReportLine.OfError(sent);
        Assert.DoesNotContain('\n', line);
        LxcException got = ReportLine.ToException(ReportLine.Split(line));
        Assert.Equal(sent.ErrorId, got.ErrorId);
        Assert.Equal(sent.Message, got.Message);
        Assert.Equal((sent.ContainerName, sent.Step, sent.Call, sent.Errno, sent.Path), (got.ContainerName, got.Step, got.Call, got.Errno, got.Path));
        Assert.Equal((sent.ConfigKey, sent.Line, sent.Advice), (got.ConfigKey, got.Line, got.Advice));
    }

    [Fact]
    public void MissingFieldsAreNull()
    {
        LxcException got = ReportLine.ToException(ReportLine.Split(ReportLine.OfError(new LxcException(LxcErrorId.StartFailed, "No"))));
        Assert.Null(got.Advice);
        Assert.Null(got.ConfigKey);
        Assert.Equal(0, got.Errno);
    }

    [Fact]
    public void AStateNamesItsNumber() => Assert.Equal(["state", "Running", "4242"], ReportLine.Split(ReportLine.OfState(ContainerState.Running, 4242)));
}
