using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>Gives a command the engine's own formatter, so that every view, of the engine's or a module's, is honoured as it is.</summary>
internal static class Formatter
{
    private const string Format = "Microsoft.PowerShell.Commands.Internal.Format.";

    /// <summary>For the commands that lay out, as tables, lists and so on.</summary>
    public static void Attach(PSCmdlet command, string shape) =>
        Internals.Set(command, "implementation",
            Internals.Create(Format + "InnerFormatShapeCommand", Enum.Parse(Internals.Type(Format + "FormatShape"), shape)));

    /// <summary>For the commands that write what was laid out as lines; what has no layout yet gets the default one.</summary>
    public static void AttachWriter(PSCmdlet command) =>
        Internals.Set(command, "implementation", Internals.Create(Format + "OutputManagerInner"));

    /// <summary>Lines of that width go to the writer.</summary>
    public static void WriteTo(PSCmdlet command, TextWriter writer, int width) =>
        Internals.Set(Internals.Get(command, "implementation")!, "LineOutput",
            Internals.Create(Format + "TextWriterLineOutput", writer, width));
}
