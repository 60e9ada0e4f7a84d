# Microsoft.PowerShell.Utility has the commands; this is here to be required or imported by name.
@{
    ModuleVersion = '7.0.0.0'
    GUID = '5c854984-fd22-44f4-b1fb-6f2725c7a0b6'
    Author = 'The LxcPS authors'
    CompatiblePSEditions = @('Core')
    FunctionsToExport = @()
    CmdletsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
}
