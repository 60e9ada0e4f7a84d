using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>
/// A scope of the tests. The script decides scopes, this decides what happens in them: the script asks for the next step,
/// dot-sources it, and tells how it went. Public members are those the script uses.
/// </summary>
public abstract class Frame
{
    // After a stop or an exit the finally part goes on with what is left, which by then is only clean-up.
    // The outer loop is there because a stray 'break' in a test would otherwise end the frame.
    private const string Loop = """
        do {
            while ($______frame.MoveNext()) {
                try {
                    if ($______frame.Child) {
                        & $______frame.Child.Block $______frame.Child
                    }
                    else {
                        foreach ($______pair in $______frame.NewVariables.GetEnumerator()) {
                            $ExecutionContext.SessionState.PSVariable.Set($______pair.Key, $______pair.Value)
                        }
                        $______with = $______frame.Arguments
                        $______frame.Receive((. $______frame.Script @______with))
                    }
                }
                catch { $______frame.Fail($_) }
            }
        } until ($______frame.Finished)
        """;

    internal const string Text = $$"""
        param($______frame)
        try {
            {{Loop}}
        }
        finally {
            if (-not $______frame.Finished) {
                $______frame.Stop()
                {{Loop}}
            }
        }
        """;

    private IEnumerator<FrameStep>? _steps;
    private FrameStep? _step;
    private Frame? _outer;
    private bool _variablesSet;

    internal Frame(RunState run, PesterItem item, object? session)
    {
        Run = run;
        Item = item;
        Block = run.FrameScript(session);
        Session = session;
        Data = Variables.Of(item.Data);
    }

    public ScriptBlock Block { get; }
    public bool Finished { get; private set; }
    public Frame? Child => _step?.Child;
    public ScriptBlock? Script => _step?.Script;
    public Hashtable Arguments => _step?.Arguments ?? [];

    /// <summary>Set once, in the frame's own scope, before the first script runs in it.</summary>
    public Hashtable NewVariables
    {
        get
        {
            if (_variablesSet)
            {
                return [];
            }

            _variablesSet = true;
            return Data;
        }
    }

    internal RunState Run { get; }
    internal PesterItem Item { get; }
    internal bool Stopping { get; private set; }
    /// <summary>What the errors of the running step belong to.</summary>
    internal List<ErrorRecord> Errors => Item.ErrorRecord;
    private protected object? Session { get; }
    /// <summary>The variables of this scope.</summary>
    private protected Hashtable Data { get; }
    /// <summary>
    /// What the scripts get by name. Pester hands every script its own state besides the data, so that one with [Parameter()] on a
    /// parameter fails there: it has to fail here too, or tests would pass only here.
    /// </summary>
    private protected Hashtable Given => new(Data, StringComparer.OrdinalIgnoreCase) { ["____Pester"] = Run };

    public bool MoveNext()
    {
        if (_steps is null)
        {
            _outer = Run.Active;
            _steps = Steps().GetEnumerator();
        }

        Run.Active = this;
        Run.Clock.EnterFramework();
        Finished = true;
        if (_steps.MoveNext())
        {
            Finished = false;
            _step = _steps.Current;
            Run.Clock.EnterUser();
            return true;
        }

        Run.Active = _outer;
        return false;
    }

    public void Receive(object? output) => _step!.Output = output;

    public void Fail(ErrorRecord error)
    {
        ArgumentNullException.ThrowIfNull(error);
        _step!.Failed = true;
        Errors.Add(error);
    }

    public void Stop() => Stopping = true;

    internal abstract IEnumerable<FrameStep> Steps();

    internal bool Abandoned(FrameStep step) => step.Failed || Stopping;

    /// <summary>A step that works out the &lt;templates&gt; of the name from the variables in scope.</summary>
    private protected FrameStep Expansion() => FrameStep.Run(SessionBinding.Create(NameTemplate.ToScript(Item.Name), Session));
}
