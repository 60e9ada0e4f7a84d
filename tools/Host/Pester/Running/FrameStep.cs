using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LxcPS.Host.Pester;

/// <summary>One thing a frame does in its scope: dot-source a script, or run a child frame in a scope below.</summary>
internal sealed class FrameStep
{
    private FrameStep(ScriptBlock? script, Frame? child, IDictionary? data)
    {
        Script = script;
        Child = child;
        Arguments = Bound(script, data);
    }

    public ScriptBlock? Script { get; }
    public Frame? Child { get; }
    public Hashtable Arguments { get; }
    public bool Failed { get; set; }
    public object? Output { get; set; }

    public static FrameStep Run(ScriptBlock script, IDictionary? data = null) => new(script, null, data);

    public static FrameStep Enter(Frame child) => new(null, child, null);

    // Only what the script declares: splatting the rest would fill its $args.
    private static Hashtable Bound(ScriptBlock? script, IDictionary? data)
    {
        var bound = new Hashtable();
        if (data is not null && script?.Ast is ScriptBlockAst { ParamBlock: { } block })
        {
            foreach (var name in block.Parameters.Select(parameter => parameter.Name.VariablePath.UserPath))
            {
                foreach (DictionaryEntry entry in data)
                {
                    if (string.Equals(entry.Key.ToString(), name, StringComparison.OrdinalIgnoreCase))
                    {
                        bound[name] = entry.Value;
                    }
                }
            }
        }

        return bound;
    }
}
