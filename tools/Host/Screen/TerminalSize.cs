namespace LxcPS.Host.Screen;

internal static class TerminalSize
{
    // Without a terminal, lines are as wide as PowerShell makes them there.
    public static int Width => Console.IsOutputRedirected ? 120 : Read(() => Console.WindowWidth, 120);

    public static int Height => Console.IsOutputRedirected ? 50 : Read(() => Console.WindowHeight, 50);

    private static int Read(Func<int> read, int fallback)
    {
        try
        {
            return read() is > 0 and var size ? size : fallback;
        }
        catch (IOException)
        {
            return fallback;
        }
    }
}
