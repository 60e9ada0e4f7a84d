namespace LxcPS.Host.Screen;

internal static class TerminalSize
{
    // What a terminal without a size is taken to be, as PowerShell does.
    public static int Width => Read(() => Console.WindowWidth, 80);

    public static int Height => Read(() => Console.WindowHeight, 24);

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
