using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Templates;

namespace LxcPS.Commands;

/// <summary>Gets the templates that containers can be made from.</summary>
[Cmdlet(VerbsCommon.Get, "LxcTemplate")]
[OutputType(typeof(LxcTemplate))]
public sealed class GetLxcTemplateCommand : PSCmdlet
{
    /// <summary>The names of the templates; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<TemplateInfo> all = TemplateInfo.List();
        foreach (string name in Name)
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            List<TemplateInfo> found = [.. all.Where(template => pattern.IsMatch(template.Name))];
            found.ForEach(template => WriteObject(new LxcTemplate(template)));
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.Of(new LxcException(LxcErrorId.TemplateFailed, $"There is no template '{name}'") { Errno = 2, Advice = "See Get-LxcTemplate for those that there are." }, name));
            }
        }
    }
}
