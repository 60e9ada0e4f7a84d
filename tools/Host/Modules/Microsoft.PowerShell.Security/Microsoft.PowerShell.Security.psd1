# Microsoft.PowerShell.Utility has the commands; this is here to be required or imported by name.
@{
    ModuleVersion = '7.0.0.0'
    GUID = 'e4c89e4e-36ff-4ada-a94c-39b7f1700b5c'
    Author = 'The LxcPS authors'
    CompatiblePSEditions = @('Core')
    FunctionsToExport = @()
    CmdletsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
}
