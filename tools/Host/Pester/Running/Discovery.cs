using System.Diagnostics;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>The first phase: reads the files, running what is outside It, BeforeAll and the like, and so learns what there is.</summary>
internal sealed class Discovery(RunState run)
{
    // The catch is not only for the error: it also lets a statement's error end the file, as it does in a test.
    private const string Text = """
        param($private:______file)
        try {
            $private:______with = $______file.Arguments
            if ($______file.Script) { $null = & $______file.Script @______with }
            else { $null = . $______file.Path @______with }
        }
        catch { $______file.Fail($_) }
        """;

    public PesterContainerResult Find(PesterContainer container)
    {
        var watch = Stopwatch.StartNew();
        var session = SessionBinding.Of(run.Cmdlet.SessionState);
        var root = new PesterBlock("Root", SessionBinding.Create("", session), 0, "Root") { Data = container.Data };
        (run.Container, run.Discovering, run.ParametersTaken) = (container, root, false);
        try
        {
            run.Cmdlet.InvokeCommand.InvokeScript(
                useLocalScope: true, SessionBinding.Create(Text, session), null, new DiscoveredFile(container, root));
        }
        finally
        {
            run.Discovering = null;
        }

        return new PesterContainerResult(container, root) { DiscoveryDuration = watch.Elapsed };
    }

    /// <summary>Reads the body of a Describe or Context, in a scope of its own.</summary>
    public static void Read(RunState run, PSCmdlet cmdlet, PesterBlock block)
    {
        var parent = run.Discovering!;
        block.Owner = parent;
        block.Path = [.. parent.Path, block.Name];
        block.ExpandedPath = string.Join('.', block.Path);
        parent.Blocks.Add(block);
        parent.Order.Add(block);
        run.Discovering = block;
        try
        {
            var reader = run.BlockScript(SessionBinding.Of(block.ScriptBlock));
            cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, reader, null, block.ScriptBlock, Variables.Of(block.Data));
        }
        finally
        {
            run.Discovering = parent;
        }
    }

    /// <summary>Default values of the file's parameters: known once its first block is read, and wanted when it runs.</summary>
    public static void TakeParameters(RunState run, SessionState session)
    {
        if (run.ParametersTaken)
        {
            return;
        }

        run.ParametersTaken = true;
        foreach (var name in DiscoveredFile.Parameters(run.Container!))
        {
            if (!run.Container!.Data.ContainsKey(name) && session.PSVariable.Get(name) is { } variable)
            {
                run.Container.Data[name] = variable.Value;
            }
        }
    }
}
