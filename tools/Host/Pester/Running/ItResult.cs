namespace LxcPS.Host.Pester;

/// <summary>The error ids by which an assertion or Set-ItResult tells how its test ends; they are Pester's own.</summary>
internal static class ItResult
{
    public const string AssertionFailed = "PesterAssertionFailed";
    public const string Skipped = "PesterTestSkipped";
    public const string Inconclusive = "PesterTestInconclusive";
}
