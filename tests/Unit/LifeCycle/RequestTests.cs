using System.Runtime.InteropServices;
using LxcPS.Engine;
using LxcPS.Engine.Attach;
using LxcPS.Engine.LifeCycle;
using Xunit;

namespace LxcPS.Tests.LifeCycle;

public class RequestTests
{
    [Fact]
    public void AStartSurvivesItsCommandLine()
    {
        MonitorRequest sent = new()
        {
            LxcPath = "/var/lib/lxc",
            Name = "web 1",
            Foreground = true,
            Settings = ["lxc.uts.name=x y", "lxc.environment=A=B"],
            Command = ["--", "--name", ""],
        };
        List<string> line = sent.ToArguments(reportDescriptor: 3, detach: true);
        Assert.Equal("start", line[0]);
        MonitorRequest got = MonitorRequest.Parse(CollectionsMarshal.AsSpan(line)[1..]);
        Assert.Equal(("/var/lib/lxc", "web 1", true, true, 3), (got.LxcPath, got.Name, got.Foreground, got.Detach, got.ReportDescriptor));
        Assert.Equal(sent.Settings, got.Settings);
        Assert.Equal(sent.Command, got.Command);
    }

    [Fact]
    public void AnAttachSurvivesItsCommandLine()
    {
        AttachRequest sent = new()
        {
            LxcPath = "/x",
            Name = "web1",
            User = "www-data",
            Group = "33",
            WorkingDirectory = "/srv",
            Environment = ["A=s3cret", "B="],
            ClearEnvironment = true,
            Terminal = true,
            Command = ["ps", "--user"],
        };
        List<string> line = sent.ToArguments(reportDescriptor: 3);
        Assert.Equal("attach", line[0]);
        Assert.DoesNotContain(line, word => word.Contains("s3cret"));
        AttachRequest got = AttachRequest.Parse(CollectionsMarshal.AsSpan(line)[1..], [.. sent.ToVariables(), "HOME=/root", "EMPTY="]);
        Assert.Equal((sent.LxcPath, sent.Name, sent.User, sent.Group, sent.WorkingDirectory), (got.LxcPath, got.Name, got.User, got.Group, got.WorkingDirectory));
        Assert.Equal((true, true, 3), (got.ClearEnvironment, got.Terminal, got.ReportDescriptor));
        Assert.Equal(sent.Environment, got.Environment);
        Assert.Equal(["HOME=/root", "EMPTY="], got.CallerEnvironment);
        Assert.Equal(sent.Command, got.Command);
    }

    [Theory]
    [InlineData("--lxcpath")]
    [InlineData("--unknown", "x")]
    [InlineData("--lxcpath", "/x")]
    public void AnIncompleteStartIsRefused(params string[] arguments) =>
        Assert.Equal(LxcErrorId.StartFailed, Assert.Throws<LxcException>(() => MonitorRequest.Parse(arguments)).ErrorId);

    [Fact]
    public void TheUndoOfAFailureDoesNotStopTheOthers()
    {
        List<string> order = [];
        UndoStack stack = new();
        stack.Push("first", () => order.Add("first"));
        stack.Push("second", () => throw new LxcException(LxcErrorId.CgroupFailed, "busy"));
        stack.Push("third", () => order.Add("third"));
        Assert.Equal(["second: busy"], stack.Unwind());
        Assert.Equal(["third", "first"], order);
        Assert.Empty(stack.Unwind());
    }
}
