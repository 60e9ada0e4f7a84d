using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace LxcPS.Host.Screen;

/// <summary>What the engine sees of the host.</summary>
internal sealed class LxcHost : PSHost
{
    private readonly HostUi _ui;

    public LxcHost(bool nonInteractive)
    {
        _ui = new HostUi(nonInteractive, Progress);
        if (Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
    }

    public override string Name => "LxcPS host";
    public override Version Version { get; } = typeof(LxcHost).Assembly.GetName().Version!;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;
    public override PSHostUserInterface UI => _ui;

    public ProgressLine Progress { get; } = new();

    /// <summary>The code of the script's `exit`, once there was one.</summary>
    public int? ExitCode { get; private set; }

    public bool IsExiting => ExitCode is not null;

    /// <summary>A prompt within a running command (the debugger's, or Suspend at a confirmation).</summary>
    public Action? NestedPrompt { get; set; }

    public int NestingLevel { get; private set; }

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt()
    {
        var level = NestingLevel++;
        NestedPrompt?.Invoke();
        NestingLevel = level;
    }

    public override void ExitNestedPrompt() => NestingLevel = Math.Max(0, NestingLevel - 1);

    public override void NotifyBeginApplication() => Progress.Clear();

    public override void NotifyEndApplication()
    {
    }
}
