@{
    RootModule           = 'LxcPS.dll'
    # build.ps1 writes the version of Directory.Build.props here.
    ModuleVersion        = '0.0.0'
    GUID                 = '5f0b7c9e-3a52-4f0e-9d6b-8f5a1c2e7d40'
    Author               = 'The LxcPS authors'
    CompanyName          = 'The LxcPS authors'
    Copyright            = '(c) 2026 The LxcPS authors. MIT licence.'
    Description          = 'LXC for PowerShell: creates, confines, limits, starts, enters, watches and removes Linux system containers. Containers are objects of the pipeline; directories, configuration and command socket are LXC''s own.'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '7.6'
    FormatsToProcess     = @('LxcPS.Format.ps1xml')
    FunctionsToExport    = @()
    CmdletsToExport      = @(
        'Add-LxcConfig'
        'Add-LxcDevice'
        'Checkpoint-LxcContainer'
        'Copy-LxcContainer'
        'Copy-LxcItem'
        'Dismount-LxcItem'
        'Enter-LxcContainer'
        'Get-LxcCgroup'
        'Get-LxcConfig'
        'Get-LxcConfigKey'
        'Get-LxcContainer'
        'Get-LxcDenial'
        'Get-LxcDevice'
        'Get-LxcHook'
        'Get-LxcImage'
        'Get-LxcKernelLog'
        'Get-LxcProfile'
        'Get-LxcSeccomp'
        'Get-LxcSnapshot'
        'Import-LxcImage'
        'Invoke-LxcCommand'
        'Mount-LxcItem'
        'New-LxcContainer'
        'New-LxcProfile'
        'Register-LxcHook'
        'Register-LxcProfile'
        'Remove-LxcConfig'
        'Remove-LxcContainer'
        'Remove-LxcDevice'
        'Remove-LxcImage'
        'Remove-LxcProfile'
        'Remove-LxcSnapshot'
        'Rename-LxcContainer'
        'Restart-LxcContainer'
        'Restore-LxcSnapshot'
        'Resume-LxcContainer'
        'Save-LxcImage'
        'Set-LxcCgroup'
        'Set-LxcConfig'
        'Set-LxcContainer'
        'Set-LxcProfile'
        'Set-LxcSeccomp'
        'Show-LxcContainer'
        'Start-LxcContainer'
        'Stop-LxcContainer'
        'Suspend-LxcContainer'
        'Test-LxcConfig'
        'Test-LxcContainer'
        'Test-LxcHost'
        'Test-LxcProfile'
        'Unregister-LxcHook'
        'Unregister-LxcProfile'
        'Update-LxcConfig'
        'Wait-LxcContainer'
        'Watch-LxcContainer'
    )
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('LXC', 'container', 'Linux', 'cgroup', 'namespace', 'AppArmor', 'seccomp', 'PSEdition_Core')
            LicenseUri = 'https://opensource.org/licenses/MIT'
        }
    }
}
