using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LxcPS.Host.Running;

/// <summary>Says of a command that PowerShell has and this host lacks that it is there: in PowerShell.</summary>
internal static class MissingCommands
{
    // What PowerShell's own modules add to the engine, without what this host has too.
    private const string Known = """
        Clear-ItemProperty Compress-Archive ConvertFrom-CliXml ConvertFrom-Markdown ConvertTo-CliXml ConvertTo-Html ConvertTo-Xml
        Copy-ItemProperty Debug-Process Debug-Runspace Disable-PSBreakpoint Disable-RunspaceDebug Enable-PSBreakpoint
        Enable-RunspaceDebug Expand-Archive Export-Alias Export-FormatData Export-PSSession Find-Module Find-PSResource Format-Hex
        Get-Clipboard Get-CmsMessage Get-Event Get-EventSubscriber Get-FormatData Get-InstalledModule Get-MarkdownOption
        Get-PSBreakpoint Get-PSReadLineOption Get-PfxCertificate Get-Runspace Get-RunspaceDebug Get-SecureRandom Get-TimeZone
        Get-TraceSource Import-Alias Import-LocalizedData Import-PSSession Install-Module Install-PSResource Invoke-Item
        Invoke-RestMethod Invoke-WebRequest Move-ItemProperty New-Event New-ItemProperty Protect-CmsMessage Register-EngineEvent
        Register-ObjectEvent Remove-Event Remove-ItemProperty Remove-PSBreakpoint Rename-ItemProperty Restart-Computer Select-Xml
        Send-MailMessage Set-Clipboard Set-Date Set-ExecutionPolicy Set-MarkdownOption Set-PSBreakpoint Set-PSReadLineKeyHandler
        Set-PSReadLineOption Set-TraceSource Show-Markdown Start-ThreadJob Start-Transcript Stop-Computer Stop-Transcript
        Test-Connection Test-Json Trace-Command Unblock-File Unprotect-CmsMessage Unregister-Event Update-List Wait-Debugger
        Wait-Event
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
