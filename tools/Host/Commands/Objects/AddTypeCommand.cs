using System.Management.Automation;
using System.Reflection;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Add, "Type", DefaultParameterSetName = "FromSource")]
[OutputType(typeof(Type))]
public sealed class AddTypeCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "FromSource", ValueFromPipeline = true)]
    public string? TypeDefinition { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "FromMember")]
    public string? Name { get; set; }

    [Parameter(Position = 1, Mandatory = true, ParameterSetName = "FromMember")]
    public string[]? MemberDefinition { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "FromPath")]
    public string[]? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "FromLiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[]? LiteralPath { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "FromAssemblyName")]
    [Alias("AN")]
    public string[]? AssemblyName { get; set; }

    [Parameter(ParameterSetName = "FromSource")]
    [Parameter(ParameterSetName = "FromMember")]
    public string? Language { get; set; }

    [Parameter(ParameterSetName = "FromMember")]
    [Alias("NS")]
    public string? Namespace { get; set; }

    [Parameter]
    [Alias("RA")]
    public string[]? ReferencedAssemblies { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        if (TypeDefinition is not null || MemberDefinition is not null)
        {
            // A compiler would be larger than all of this host.
            ThrowTerminatingError(new ErrorRecord(
                new NotSupportedException("This small host cannot compile source: install PowerShell 7.6 or later (pwsh) for "
                    + "Add-Type -TypeDefinition and "
                    + "-MemberDefinition."), "SOURCE_CODE_ERROR", ErrorCategory.NotImplemented, null));
        }

        var files = (LiteralPath ?? Path ?? []).SelectMany(path => this.ResolveForReading(path, LiteralPath is not null));
        foreach (var assembly in files.Select(file => (Name: file, IsFile: true))
            .Concat((AssemblyName ?? []).Select(name => (Name: name, IsFile: false))))
        {
            try
            {
                var loaded = assembly.IsFile ? Assembly.LoadFrom(assembly.Name) : Assembly.Load(new AssemblyName(assembly.Name));
                if (PassThru)
                {
                    WriteObject(loaded.GetTypes(), enumerateCollection: true);
                }
            }
            catch (Exception exception) when (exception is IOException or BadImageFormatException)
            {
                WriteError(new ErrorRecord(exception, exception.GetType().FullName, ErrorCategory.InvalidData, assembly.Name));
            }
        }
    }
}
