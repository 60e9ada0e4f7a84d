namespace LxcPS.Host.Pester;

/// <summary>Which tests of those found are run.</summary>
public sealed class FilterSection
{
    public string[] Tag { get; set; } = [];
    public string[] ExcludeTag { get; set; } = [];
    /// <summary>'path:line' of a Describe, Context or It.</summary>
    public string[] Line { get; set; } = [];
    public string[] ExcludeLine { get; set; } = [];
    public string[] FullName { get; set; } = [];
}
