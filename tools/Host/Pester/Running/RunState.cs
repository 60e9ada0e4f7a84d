using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace LxcPS.Host.Pester;

/// <summary>One Invoke-Pester under way. Describe, It, Should and the others find theirs by the runspace they run in.</summary>
internal sealed class RunState : IDisposable
{
    private static readonly ConditionalWeakTable<Runspace, Stack<RunState>> Running = [];
    // Reads the body of a block at discovery, in a scope that has the data of -ForEach.
    private const string BlockText = """
        param($private:______body, $private:______data)
        foreach ($private:______pair in $______data.GetEnumerator()) {
            $ExecutionContext.SessionState.PSVariable.Set($______pair.Key, $______pair.Value)
        }
        . $______body
        """;

    private readonly Dictionary<(string, object?), ScriptBlock> _scripts = [];
    private readonly Stack<RunState> _runs;

    public RunState(PSCmdlet cmdlet, PesterConfiguration configuration)
    {
        Cmdlet = cmdlet;
        Configuration = configuration;
        Screen = new Screen(cmdlet, configuration.Output);
        _runs = Running.GetOrCreateValue(Runspace.DefaultRunspace);
        TestDrive = configuration.TestDrive.Enabled ? new TestDrive(cmdlet.SessionState, nested: _runs.Count > 0) : null;
        _runs.Push(this);
    }

    /// <summary>Null outside Invoke-Pester.</summary>
    public static RunState? Current =>
        Running.TryGetValue(Runspace.DefaultRunspace, out var runs) && runs.TryPeek(out var run) ? run : null;

    public PSCmdlet Cmdlet { get; }
    public PesterConfiguration Configuration { get; }
    public Screen Screen { get; }
    public TestDrive? TestDrive { get; }
    public RunClock Clock { get; } = new();
    /// <summary>The frame whose step runs now; null between containers and during discovery.</summary>
    public Frame? Active { get; set; }
    /// <summary>The block whose body is being read; null when not discovering.</summary>
    public PesterBlock? Discovering { get; set; }
    public PesterContainer? Container { get; set; }
    public bool ParametersTaken { get; set; }

    public static RunState Require(string command) =>
        Current ?? throw new InvalidOperationException($"{command} works only in a test file that Invoke-Pester runs");

    public ScriptBlock FrameScript(object? session) => Script(Frame.Text, session);

    public ScriptBlock BlockScript(object? session) => Script(BlockText, session);

    public void Dispose()
    {
        _runs.Pop();
        TestDrive?.Dispose();
    }

    // Compiled once for each session state, because compiling costs more than most tests.
    private ScriptBlock Script(string text, object? session)
    {
        if (!_scripts.TryGetValue((text, session), out var script))
        {
            _scripts[(text, session)] = script = SessionBinding.Create(text, session);
        }

        return script;
    }
}
