# The host's own session has its commands built in. Other sessions (of jobs, and of scripts that make their own) load them from
# here, all from one module: an assembly is a module once only.
@{
    ModuleVersion = '7.0.0.0'
    GUID = 'a9683a29-95ae-44f4-8e71-bc38520cc9af'
    Author = 'The LxcPS authors'
    CompatiblePSEditions = @('Core')
    RootModule = '../../lxcps-host.dll'
    FunctionsToExport = @()
    CmdletsToExport = @(
        'Add-Content', 'Add-Member', 'Add-Type', 'Clear-Content', 'Clear-Item', 'Clear-Variable', 'Compare-Object', 'Convert-Path',
        'ConvertFrom-Csv', 'ConvertFrom-Json', 'ConvertFrom-SecureString', 'ConvertFrom-StringData', 'ConvertTo-Csv',
        'ConvertTo-Json', 'ConvertTo-SecureString', 'Copy-Item', 'Export-Clixml', 'Export-Csv', 'Format-Custom', 'Format-List',
        'Format-Table', 'Format-Wide', 'Get-Alias', 'Get-ChildItem', 'Get-Content', 'Get-Credential', 'Get-Culture', 'Get-Date',
        'Get-Error', 'Get-ExecutionPolicy', 'Get-FileHash', 'Get-Host', 'Get-Item', 'Get-ItemProperty', 'Get-ItemPropertyValue',
        'Get-Location', 'Get-Member', 'Get-PSCallStack', 'Get-PSDrive', 'Get-PSProvider', 'Get-Process', 'Get-Random',
        'Get-TypeData', 'Get-UICulture', 'Get-Unique', 'Get-Uptime', 'Get-Variable', 'Get-Verb', 'Group-Object', 'Import-Clixml',
        'Import-Csv', 'Import-PowerShellDataFile', 'Invoke-Expression', 'Join-Path', 'Join-String', 'Measure-Command',
        'Measure-Object', 'Move-Item', 'New-Alias', 'New-Guid', 'New-Item', 'New-Object', 'New-PSDrive', 'New-TemporaryFile',
        'New-TimeSpan', 'New-Variable', 'Out-File', 'Out-String', 'Pop-Location', 'Push-Location', 'Read-Host', 'Remove-Alias',
        'Remove-Item', 'Remove-PSDrive', 'Remove-TypeData', 'Remove-Variable', 'Rename-Item', 'Resolve-Path', 'Select-Object',
        'Select-String', 'Set-Alias', 'Set-Content', 'Set-Item', 'Set-ItemProperty', 'Set-Location', 'Set-Variable', 'Sort-Object',
        'Split-Path', 'Start-Process', 'Start-Sleep', 'Stop-Process', 'Tee-Object', 'Test-Path', 'Update-FormatData',
        'Update-TypeData', 'Wait-Process', 'Write-Debug', 'Write-Error', 'Write-Host', 'Write-Information', 'Write-Output',
        'Write-Progress', 'Write-Verbose', 'Write-Warning'
    )
    VariablesToExport = @()
    AliasesToExport = @()
}
