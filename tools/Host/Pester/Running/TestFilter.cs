using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>Decides, after discovery, which blocks and tests run and which are skipped.</summary>
internal sealed class TestFilter(FilterSection filter)
{
    public void Apply(PesterBlock block)
    {
        block.ShouldRun = true;
        if (!block.IsRoot)
        {
            Match(block);
            block.ShouldRun = !block.Exclude;
            block.Skip = (block.Skip && !block.Explicit) || (!block.Skip && block.Owner!.Skip);
        }

        foreach (var test in block.Tests)
        {
            Match(test);
            test.ShouldRun = test.Include && block.ShouldRun;
            test.Skip = (test.Skip || block.Skip) && !(test.ShouldRun && test.Explicit);
        }

        block.Blocks.ForEach(Apply);
        Mark(block.Tests.Where(test => test.ShouldRun));
        Mark(block.Blocks.Where(child => child.ShouldRun));

        // A block runs for the sake of what is in it, and its set-up does not run for skipped tests alone.
        var running = block.Order.Where(item => item.ShouldRun).ToList();
        block.ShouldRun = running.Count > 0;
        if (block.ShouldRun)
        {
            block.Skip = running.TrueForAll(item => item.Skip);
        }
    }

    private void Match(PesterItem item)
    {
        var path = string.Join('.', item.Path);
        var line = $"{item.ScriptBlock.File ?? item.ScriptBlock.Id.ToString()}:{item.StartLine}";
        var included = filter.Line.Contains(line, StringComparer.OrdinalIgnoreCase);
        item.Exclude = item.Owner!.Exclude || Like(filter.ExcludeTag, item.Tag)
            || filter.ExcludeLine.Contains(line, StringComparer.OrdinalIgnoreCase);
        item.Explicit = !item.Exclude && included;
        item.Include = !item.Exclude && (included || item.Owner.Include
            || Like(filter.Tag, item.Tag) || Like(filter.FullName, [path]) || (item is PesterTest && !AnyInclude));
    }

    private bool AnyInclude => filter.Tag.Length + filter.FullName.Length + filter.Line.Length > 0;

    private static bool Like(string[] patterns, string[] values) => patterns.Any(pattern =>
        values.Any(new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch));

    private static void Mark<T>(IEnumerable<T> items) where T : PesterItem
    {
        var list = items.ToList();
        if (list.Count > 0)
        {
            list[0].First = list[^1].Last = true;
        }
    }
}
