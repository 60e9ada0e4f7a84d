using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>The second phase, for one container: runs the root block's frame in a script scope of its own.</summary>
internal sealed class ContainerRun(RunState run, string scopeFile)
{
    /// <summary>
    /// What the scope file holds. Only a script file gives a session state a new script scope, without which $script: variables
    /// of the tests would be the caller's.
    /// </summary>
    public const string ScopeScript = "param($______frame)\n& $______frame.Block $______frame\n";

    private const string Text = "param($private:______path, $private:______frame) $null = & $______path $______frame";

    public void Start(PesterBlock root)
    {
        if (root.BeforeEach is not null || root.AfterEach is not null)
        {
            root.OwnPassed = false;
            root.ErrorRecord.Add(new ErrorRecord(
                new InvalidOperationException("BeforeEach and AfterEach belong in a Describe or Context, not at the top of the file"),
                "PesterRootEachTest", ErrorCategory.InvalidOperation, root));
            return;
        }

        // Errors of discovery fail the container, but what was found before them still runs.
        var found = root.ErrorRecord.ToList();
        root.ErrorRecord.Clear();
        var frame = new BlockFrame(run, root);
        try
        {
            var script = SessionBinding.Create(Text, SessionBinding.Of(run.Cmdlet.SessionState));
            run.Cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, script, null, scopeFile, frame);
        }
        finally
        {
            root.ErrorRecord.InsertRange(0, found);
            run.Active = null;
            run.Clock.EnterFramework();
        }
    }
}
