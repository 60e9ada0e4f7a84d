using System.Management.Automation;
using LxcPS.Host;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Format, "Wide")]
public sealed class FormatWideCommand : OuterFormatShapeCommandBase
{
    private const string Format = "Microsoft.PowerShell.Commands.Internal.Format.";

    public FormatWideCommand() => Formatter.Attach(this, "Wide");

    [Parameter(Position = 0)]
    public object? Property { get; set; }

    [Parameter]
    public SwitchParameter AutoSize { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Column { get; set; }

    protected override void BeginProcessing()
    {
        base.BeginProcessing();

        var parameters = Internals.Create(Format + "FormattingCommandLineParameters");
        Internals.Set(parameters, "viewName", View);
        Internals.Set(parameters, "forceFormattingAlsoOnOutOfBand", Force.ToBool());
        Internals.Set(parameters, "groupByParameter", Internals.Call(this, "ProcessGroupByParameter"));
        Internals.Set(parameters, "expansion", Internals.Call(this, "ProcessExpandParameter"));
        if (Property is not null)
        {
            var processor = Internals.Create(Format + "ParameterProcessor", Internals.Create(Format + "FormatWideParameterDefinition"));
            var context = Internals.Create(Format + "TerminatingErrorContext", this);
            Internals.Set(parameters, "mshParameterList", Internals.Call(processor, "ProcessParameters", new[] { Property }, context));
        }

        if (AutoSize)
        {
            Internals.Set(parameters, "autosize", true);
        }

        if (Column > 0)
        {
            var wide = Internals.Create(Format + "WideSpecificParameters");
            Internals.Set(wide, "columns", Column);
            Internals.Set(parameters, "shapeParameters", wide);
        }

        Internals.Call(Internals.Get(this, "implementation")!, "SetCommandLineParameters", parameters);
    }
}
