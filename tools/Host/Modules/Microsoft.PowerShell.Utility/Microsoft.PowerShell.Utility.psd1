# The host has these commands built in: the module is here for scripts that require or import it by name.
@{
    ModuleVersion = '7.0.0.0'
    GUID = 'a9683a29-95ae-44f4-8e71-bc38520cc9af'
    Author = 'The LxcPS authors'
    CompatiblePSEditions = @('Core')
    FunctionsToExport = @()
    CmdletsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
}
