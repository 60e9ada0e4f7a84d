using LxcPS.Engine.Attach;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;

namespace LxcPS.Engine.Operations;

/// <summary>A program to run by the helper: in a running container, or in one that is started for it.</summary>
public sealed class CommandRequest
{
    private readonly Func<int, List<string>> arguments;

    private CommandRequest(string name, Func<int, List<string>> arguments)
    {
        Name = name;
        this.arguments = arguments;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The caller's own mark, handed back with the result.</summary>
    public object? Tag { get; init; }

    /// <summary>What the helper gets beside the caller's environment.</summary>
    internal IReadOnlyList<string> Variables { get; private init; } = [];

    /// <summary>The running container that is entered, with its directory: a helper that stands ready can do that. Null where one is started.</summary>
    internal string? Entered { get; private init; }

    /// <summary>Ends a program that did not end when the helper was asked to; null where killing the helper does.</summary>
    internal Func<bool>? ForceEnd { get; private init; }

    /// <summary>Runs a program in a running container.</summary>
    public static CommandRequest Attach(AttachRequest request, object? tag = null) =>
        new(request.Name, request.ToArguments) { Tag = tag, Variables = request.ToVariables(), Entered = $"{request.LxcPath}/{request.Name}" };

    /// <summary>Starts a container for one program, which runs under the minimal init.</summary>
    public static CommandRequest Start(MonitorRequest request, object? tag = null) =>
        new(request.Name, report => request.ToArguments(report, detach: false))
        {
            Tag = tag,
            // A monitor that is killed cannot take down what it made: it is told to kill its container.
            ForceEnd = () => ControlClient.Stop(request.LxcPath, request.Name),
        };

    /// <summary>The helper's command line.</summary>
    internal List<string> ToArguments(int reportDescriptor) => arguments(reportDescriptor);
}
