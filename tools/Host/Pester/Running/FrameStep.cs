using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>One thing a frame does in its scope: dot-source a script, or run a child frame in a scope below.</summary>
internal sealed class FrameStep
{
    private FrameStep(ScriptBlock? script, Frame? child, Hashtable arguments)
    {
        Script = script;
        Child = child;
        Arguments = arguments;
    }

    public ScriptBlock? Script { get; }
    public Frame? Child { get; }
    public Hashtable Arguments { get; }
    public bool Failed { get; set; }
    public object? Output { get; set; }

    public static FrameStep Run(ScriptBlock script, IDictionary? data = null)
    {
        var arguments = new Hashtable(data ?? new Hashtable(), StringComparer.OrdinalIgnoreCase);
        arguments.Remove("_");
        return new FrameStep(script, null, arguments);
    }

    public static FrameStep Enter(Frame child) => new(null, child, []);
}
