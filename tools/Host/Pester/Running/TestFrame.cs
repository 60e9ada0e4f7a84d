using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>The scope that the BeforeEach, the It and the AfterEach of one test share.</summary>
internal sealed class TestFrame : Frame
{
    private readonly PesterTest _test;

    public TestFrame(RunState run, PesterTest test) : base(run, test, SessionBinding.Of(test.ScriptBlock))
    {
        _test = test;
    }

    internal override IEnumerable<FrameStep> Steps()
    {
        var failed = false;
        foreach (var setup in _test.Block!.Ancestry().Reverse().Select(block => block.BeforeEach).OfType<ScriptBlock>())
        {
            var step = FrameStep.Run(setup, Given);
            yield return step;
            if (failed = Abandoned(step))
            {
                break;
            }
        }

        if (!failed && _test.HasTemplate)
        {
            var step = Expansion();
            yield return step;
            failed = Abandoned(step);
            _test.ExpandedName = failed ? _test.Name : LanguagePrimitives.ConvertTo<string>(step.Output);
        }

        if (!failed)
        {
            _test.ExpandedPath = $"{_test.Block.ExpandedPath}.{_test.ExpandedName}";
            var step = FrameStep.Run(_test.ScriptBlock, Given);
            yield return step;
            _test.StandardOutput = step.Output;
        }

        foreach (var teardown in _test.Block.Ancestry().Select(block => block.AfterEach).OfType<ScriptBlock>())
        {
            yield return FrameStep.Run(teardown, Given);
        }

        Judge();
    }

    private void Judge()
    {
        _test.Inconclusive = Errors.Exists(error => error.FullyQualifiedErrorId == ItResult.Inconclusive);
        _test.Skipped = !_test.Inconclusive && Errors.Exists(error => error.FullyQualifiedErrorId == ItResult.Skipped);
        // A test that a stop cut short has no error of its own, and has not passed either.
        _test.Passed = _test.Skipped || _test.Inconclusive || (Errors.Count == 0 && !Stopping);
    }
}
