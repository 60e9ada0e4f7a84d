namespace LxcPS.Host.Pester;

/// <summary>One value under one assertion.</summary>
internal sealed class AssertionContext(ShouldCommand should, object? actual)
{
    public ShouldCommand Should { get; } = should;
    public ShouldCommand Cmdlet => Should;
    public object? Actual { get; } = actual;
    public object? Expected => Should.ExpectedValue;
    public bool Not => Should.Not;
    public string Because { get; } = Message.Because(should.Because);

    /// <summary>Null when the assertion holds, and otherwise '{subject} to (not) {verb}, because …, but {…}.'</summary>
    public string? Judge(bool holds, string subject, string verb, string butNot, string butDid) => holds != Not ? null
        : $"{subject} to {(Not ? "not " : "")}{verb},{Because} but {(Not ? butDid : butNot)}.";
}
