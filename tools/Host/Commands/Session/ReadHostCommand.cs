using System.Management.Automation;
using System.Security;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommunications.Read, "Host", DefaultParameterSetName = "AsString")]
[OutputType(typeof(string), typeof(SecureString))]
public sealed class ReadHostCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromRemainingArguments = true)]
    [AllowNull]
    public object? Prompt { get; set; }

    [Parameter(ParameterSetName = "AsSecureString")]
    public SwitchParameter AsSecureString { get; set; }

    [Parameter(ParameterSetName = "AsString")]
    public SwitchParameter MaskInput { get; set; }

    protected override void BeginProcessing()
    {
        if (Prompt is not null)
        {
            var text = LanguagePrimitives.GetEnumerable(Prompt) is { } parts ? string.Join(' ', parts.Cast<object>()) : Prompt.ToString();
            Host.UI.Write($"{text}: ");
        }

        if (AsSecureString || MaskInput)
        {
            var secret = Host.UI.ReadLineAsSecureString();
            WriteObject(AsSecureString ? secret : new PSCredential("_", secret).GetNetworkCredential().Password);
        }
        else
        {
            WriteObject(Host.UI.ReadLine());
        }
    }
}
