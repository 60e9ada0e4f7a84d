namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// How what was made is unmade: each step that makes something pushes its reverse, and <see cref="Unwind"/> runs them last first. A
/// reverse that fails does not keep the others from running; its error is collected.
/// </summary>
public sealed class UndoStack
{
    private readonly Stack<(string Name, Action Undo)> steps = new();

    /// <summary>Registers how a step is unmade.</summary>
    public void Push(string name, Action undo) => steps.Push((name, undo));

    /// <summary>Unmakes everything, in reverse. Returns what could not be unmade.</summary>
    public IReadOnlyList<string> Unwind()
    {
        List<string> failures = [];
        while (steps.TryPop(out (string Name, Action Undo) step))
        {
            try
            {
                step.Undo();
            }
            catch (Exception e) when (e is LxcException or Native.LinuxException)
            {
                failures.Add($"{step.Name}: {e.Message}");
            }
        }

        return failures;
    }
}
