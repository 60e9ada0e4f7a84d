namespace LxcPS.Help;

/// <summary>A page breaks the schema: the message begins with file and line, as compilers write it.</summary>
internal sealed class PageException(string file, int line, string message)
    : Exception($"{file}({line}): error: {message}");
