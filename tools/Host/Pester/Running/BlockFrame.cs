using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>The scope of a block: its BeforeAll, then its tests and blocks in scopes below, then its AfterAll.</summary>
internal sealed class BlockFrame : Frame
{
    private readonly PesterBlock _block;

    public BlockFrame(RunState run, PesterBlock block) : base(run, block, SessionBinding.Of(block.ScriptBlock))
    {
        _block = block;
    }

    internal override IEnumerable<FrameStep> Steps()
    {
        var since = Run.Clock.Now;
        _block.Executed = true;
        _block.ExecutedAt = DateTime.Now;
        var drive = Run.TestDrive?.Enter(_block);
        var failed = false;

        if (!_block.Skip)
        {
            // Even with no BeforeAll a step must run, because it is what sets the variables of -ForEach.
            var step = FrameStep.Run(_block.BeforeAll ?? SessionBinding.Create("", Session), Given);
            yield return step;
            failed = Abandoned(step);
        }

        _block.ExpandedPath = PathOf(_block.Name);
        if (!failed && !_block.IsRoot)
        {
            if (_block.HasTemplate)
            {
                var step = Expansion();
                yield return step;
                failed = Abandoned(step);
                _block.ExpandedName = failed ? _block.Name : LanguagePrimitives.ConvertTo<string>(step.Output);
            }

            _block.ExpandedPath = PathOf(_block.ExpandedName);
        }

        if (!failed)
        {
            foreach (var step in Children())
            {
                yield return step;
            }
        }

        if (!_block.Skip && _block.AfterAll is { } teardown)
        {
            yield return FrameStep.Run(teardown, Given);
        }

        drive?.Dispose();
        _block.OwnPassed = Errors.Count == 0;
        Run.Clock.Charge(_block, since);
        Run.Screen.BlockEnded(_block);
    }

    private string PathOf(string name) =>
        _block.Parent is { IsRoot: false } parent ? $"{parent.ExpandedPath}.{name}" : name;

    private IEnumerable<FrameStep> Children()
    {
        foreach (var item in _block.Order.Where(item => item.ShouldRun))
        {
            if (Stopping)
            {
                yield break;
            }

            if (item is PesterBlock block)
            {
                var step = FrameStep.Enter(new BlockFrame(Run, block));
                yield return step;
                continue;
            }

            var test = (PesterTest)item;
            var since = Run.Clock.Now;
            test.Executed = true;
            test.ExecutedAt = DateTime.Now;
            test.ExpandedPath = $"{_block.ExpandedPath}.{test.Name}";
            Run.Screen.TestStarts(test);
            if (test.Skip)
            {
                test.Passed = test.Skipped = true;
            }
            else
            {
                yield return FrameStep.Enter(new TestFrame(Run, test));
            }

            Run.Clock.Charge(test, since);
            test.Conclude();
            Run.Screen.TestEnded(test);
        }
    }
}
