# The host has these commands built in: the module is here for scripts that require or import it by name.
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
