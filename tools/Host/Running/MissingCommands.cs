using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LxcPS.Host.Running;

/// <summary>Says of a command that PowerShell has and this host lacks that it is there: in PowerShell.</summary>
internal static class MissingCommands
{
    // What PowerShell's own modules add to the engine. Those this host has are found before this list is asked.
    private const string Known = """
        Compress-Archive Expand-Archive Clear-Item Clear-ItemProperty ConvertFrom-CliXml ConvertFrom-Markdown ConvertFrom-SecureString
        ConvertFrom-StringData ConvertTo-CliXml ConvertTo-Html ConvertTo-SecureString ConvertTo-Xml Copy-ItemProperty Debug-Process Debug-Runspace
        Disable-PSBreakpoint Disable-RunspaceDebug Enable-PSBreakpoint Enable-RunspaceDebug Export-Alias Export-Clixml Export-FormatData
        Export-PSSession Find-Module Find-PSResource Format-Custom Format-Hex Get-Clipboard Get-CmsMessage Get-Credential Get-Culture Get-Error
        Get-Event Get-EventSubscriber Get-ExecutionPolicy Get-FormatData Get-InstalledModule Get-MarkdownOption Get-PSBreakpoint Get-PSCallStack
        Get-PSProvider Get-PfxCertificate Get-Runspace Get-RunspaceDebug Get-SecureRandom Get-TimeZone Get-TraceSource Get-TypeData Get-UICulture
        Get-Uptime Get-Verb Import-Alias Import-Clixml Import-LocalizedData Import-PSSession Install-Module Install-PSResource Invoke-Item
        Invoke-RestMethod Invoke-WebRequest Join-String Move-ItemProperty New-Event New-ItemProperty Protect-CmsMessage Register-EngineEvent
        Register-ObjectEvent Remove-Alias Remove-Event Remove-ItemProperty Remove-PSBreakpoint Remove-TypeData Rename-ItemProperty
        Restart-Computer Select-Xml Send-MailMessage Set-Clipboard Set-Date Set-ExecutionPolicy Set-Item Set-ItemProperty Set-MarkdownOption
        Set-PSBreakpoint Set-PSReadLineKeyHandler Set-PSReadLineOption Get-PSReadLineOption Set-TraceSource Show-Markdown Start-ThreadJob
        Start-Transcript Stop-Computer Stop-Transcript Test-Connection Test-Json Trace-Command Unblock-File Unprotect-CmsMessage
        Unregister-Event Update-FormatData Update-List Update-TypeData Wait-Debugger Wait-Event
        """;

    private static readonly HashSet<string> Names =
        new(Known.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    public static void Watch(Runspace runspace) => runspace.SessionStateProxy.InvokeCommand.CommandNotFoundAction = (_, lookup) =>
    {
        if (Names.TryGetValue(lookup.CommandName, out var name))
        {
            lookup.Command = new CmdletInfo(name, typeof(MissingCommand));
        }
    };
}
