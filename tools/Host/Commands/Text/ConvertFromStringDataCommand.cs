using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.ConvertFrom, "StringData")]
[OutputType(typeof(Hashtable))]
public sealed class ConvertFromStringDataCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string StringData { get; set; } = "";

    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = '=';

    protected override void ProcessRecord()
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var line in StringData.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var at = line.IndexOf(Delimiter, StringComparison.Ordinal);
            if (at < 0)
            {
                throw new PSInvalidOperationException($"Data line '{line}' is not in 'name=value' format.");
            }

            table[line[..at].Trim()] = Regex.Unescape(line[(at + 1)..].Trim());
        }

        WriteObject(table);
    }
}
