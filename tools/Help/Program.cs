using LxcPS.Help;

// Turns the pages of docs/help (platyPS schema 2.0.0) into the help files that Get-Help reads.
if (args.Length != 2)
{
    Console.Error.WriteLine("usage: lxcps-help <directory of pages> <target, .../en-US/LxcPS.dll-Help.xml>");
    return 2;
}

try
{
    HelpBuilder.Build(Path.GetFullPath(args[0]), Path.GetFullPath(args[1]));
    return 0;
}
catch (PageException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}
