namespace LxcPS.Host;

/// <summary>The exit codes that are not a script's own.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int BadCommandLine = 64;
    public const int HungUp = 129;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
