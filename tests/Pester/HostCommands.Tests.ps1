# The utility commands that this project's scripts and tests use. Passes under PowerShell itself and under the small host in tools/Host,
# which has its own of them, and so says that the two agree.
BeforeAll {
    # What is seen of the output: its lines, without colours, blanks at the end and empty lines.
    function Show([scriptblock] $Script) {
        & $Script | Out-String -Width 80 -Stream | ForEach-Object { ($_ -replace '\e\[[0-9;?]*m').TrimEnd() } | Where-Object { $_ }
    }

    $folder = (New-Item -ItemType Directory "$TestDrive/items").FullName
    $null = New-Item -ItemType Directory "$folder/d/e" -Force
    Set-Content "$folder/a.txt" 'hello'
    Set-Content "$folder/n.txt" 1, 2, 3, 4, 5
    Set-Content "$folder/d/b.log" 'x'
    Push-Location $folder
}

AfterAll {
    Pop-Location
}

Describe 'Objects' {
    It '<Name>' -ForEach @(
        @{ Name = 'Select-Object takes from the front'; Run = { 1..5 | Select-Object -First 2 -Skip 1 }; Is = 2, 3 }
        @{ Name = 'Select-Object takes from the back'; Run = { 1..9 | Select-Object -Last 2 -Skip 1 }; Is = 7, 8 }
        @{ Name = 'Select-Object leaves out at the back'; Run = { 1..4 | Select-Object -SkipLast 3 }; Is = 1 }
        @{ Name = 'Select-Object takes by index'; Run = { 'a', 'b', 'c' | Select-Object -Index 2, 0 }; Is = 'a', 'c' }
        @{ Name = 'Select-Object drops what was there'; Run = { 1, 2, 1 | Select-Object -Unique }; Is = 1, 2 }
        @{ Name = 'Select-Object calculates'; Run = { (2 | Select-Object @{ Name = 'Double'; Expression = { $_ * 2 } }).Double }; Is = 4 }
        @{ Name = 'Select-Object adds what is missing'; Run = { (1 | Select-Object None).PSObject.Properties.Name }; Is = 'None' }
        @{
            Name = 'Select-Object excludes'
            Run = { ([pscustomobject] @{ a = 1; b = 2 } | Select-Object * -ExcludeProperty a).PSObject.Properties.Name }
            Is = 'b'
        }
        @{ Name = 'Select-Object expands'; Run = { [pscustomobject] @{ a = 1, 2 } | Select-Object -ExpandProperty a }; Is = 1, 2 }
        @{
            Name = 'Select-Object stops what comes before'
            Run = { 1..3 | ForEach-Object { $script:last = $_; $_ } | Select-Object -First 1; $script:last }
            Is = 1, 1
        }
        @{
            Name = 'Sort-Object sorts, nothing first'
            Run = { 3, $null, 1 | ForEach-Object { @{ v = $_ } } | Sort-Object { $_.v } | ForEach-Object { "$($_.v)" } }
            Is = '', '1', '3'
        }
        @{
            Name = 'Sort-Object sorts by several'
            Run = { ('b1', 'a1', 'a2' | Sort-Object @{ e = { $_[0] } }, @{ e = { $_[1] }; Descending = $true }) }
            Is = 'a2', 'a1', 'b1'
        }
        @{ Name = 'Sort-Object knows no case, unless asked'; Run = { 'b', 'A', 'a' | Sort-Object -Unique }; Is = 'A', 'b' }
        @{ Name = 'Sort-Object gives the top'; Run = { 3, 1, 2 | Sort-Object -Descending -Top 2 }; Is = 3, 2 }
        @{
            Name = 'Group-Object counts'
            Run = { 'b', 'a', 'b' | Group-Object | ForEach-Object { "$($_.Name)=$($_.Count)" } }
            Is = 'a=1', 'b=2'
        }
        @{ Name = 'Group-Object makes a table'; Run = { (1..4 | Group-Object { $_ % 2 } -AsHashTable)[1] }; Is = 1, 3 }
        @{ Name = 'Measure-Object counts'; Run = { (1..3 | Measure-Object).Count }; Is = 3 }
        @{
            Name = 'Measure-Object sums'
            Run = { $m = 1..3 | Measure-Object -Sum -Average -Minimum -Maximum; $m.Sum, $m.Average, $m.Minimum, $m.Maximum }
            Is = 6, 2, 1, 3
        }
        @{ Name = 'Measure-Object measures a property'; Run = { ('a', 'bcd' | Measure-Object Length -Sum).Sum }; Is = 4 }
        @{
            Name = 'Measure-Object counts lines and words'
            Run = { $m = "a b`nc", 'd' | Measure-Object -Line -Word; $m.Lines, $m.Words }
            Is = 3, 4
        }
        @{
            Name = 'Compare-Object tells the sides'
            Run = { Compare-Object 1, 2 2, 3 | ForEach-Object { "$($_.InputObject)$($_.SideIndicator)" } }
            Is = '3=>', '1<='
        }
        @{
            Name = 'Compare-Object includes the equal'
            Run = { (Compare-Object 1, 2 2 -IncludeEqual -ExcludeDifferent).InputObject }
            Is = 2
        }
        @{ Name = 'Get-Unique drops repetitions'; Run = { 1, 1, 2, 1 | Get-Unique }; Is = 1, 2, 1 }
        @{ Name = 'Tee-Object keeps in a variable'; Run = { 1, 2 | Tee-Object -Variable kept; $kept.Count }; Is = 1, 2, 2 }
        @{
            Name = 'New-Object constructs'
            Run = { (New-Object System.Text.StringBuilder 'abc').Length; (New-Object datetime 2020, 1, 2).Day }
            Is = 3, 2
        }
        @{ Name = 'New-Object sets properties'; Run = { (New-Object psobject -Property @{ a = 5 }).a }; Is = 5 }
        @{
            Name = 'Add-Member adds notes and scripts'
            Run = {
                $o = [pscustomobject] @{ a = 1 } | Add-Member b 2 -PassThru
                $o | Add-Member ScriptProperty c { $this.a + $this.b }
                $o.c
            }
            Is = 3
        }
        @{
            Name = 'Get-Member lists'
            Run = { ('x' | Get-Member Length).MemberType.ToString(); ([datetime] | Get-Member -Static Now).Name }
            Is = 'Property', 'Now'
        }
        @{
            Name = 'New-TimeSpan spans'
            Run = { (New-TimeSpan -Minutes 90).TotalHours; (New-TimeSpan 2020-01-01 2020-01-03).Days }
            Is = 1.5, 2
        }
        @{
            Name = 'Get-Date formats'
            Run = { Get-Date 2020-01-02 -Format yyyyMMdd; Get-Date 2020-01-02 -UFormat '%Y/%m'; (Get-Date -UnixTimeSeconds 0 -AsUTC).Year }
            Is = '20200102', '2020/01', 1970
        }
        @{
            Name = 'Get-Random stays in bounds'
            Run = { Get-Random -Minimum 3 -Maximum 4; (1..5 | Get-Random -Count 5 | Sort-Object) -join '' }
            Is = 3, '12345'
        }
        @{ Name = 'New-Guid is a Guid'; Run = { (New-Guid).GetType().Name; (New-Guid -Empty).ToString('N') }; Is = 'Guid', ('0' * 32) }
        @{
            Name = 'Update-TypeData adds a member'
            Run = {
                Update-TypeData -TypeName T.Of.Test -MemberType ScriptProperty -MemberName Two -Value { 2 } -Force
                ([pscustomobject] @{ PSTypeName = 'T.Of.Test' }).Two
            }
            Is = 2
        }
    ) {
        & $Run | Should -Be $Is
    }

    It 'New-Object fails on an unknown type' {
        { New-Object No.Such.Type } | Should -Throw -ErrorId 'TypeNotFound,Microsoft.PowerShell.Commands.NewObjectCommand'
    }
}

Describe 'Text' {
    It '<Name>' -ForEach @(
        @{
            Name = 'ConvertTo-Json compresses'
            Run = { [ordered] @{ a = 1; b = 'x', $null; c = $true } | ConvertTo-Json -Compress }
            Is = '{"a":1,"b":["x",null],"c":true}'
        }
        @{
            Name = 'ConvertTo-Json indents'
            Run = { (@{ a = @{ b = 1 } } | ConvertTo-Json) -split '\r?\n' }
            Is = '{', '  "a": {', '    "b": 1', '  }', '}'
        }
        @{
            Name = 'ConvertTo-Json stops at the depth'
            Run = { @{ a = @{ b = @{ c = 1 } } } | ConvertTo-Json -Depth 1 -Compress -WarningAction SilentlyContinue }
            Is = '{"a":{"b":"System.Collections.Hashtable"}}'
        }
        @{
            Name = 'ConvertTo-Json writes arrays'
            Run = { 1, 2 | ConvertTo-Json -Compress; 1 | ConvertTo-Json -AsArray -Compress; ConvertTo-Json @() -Compress }
            Is = '[1,2]', '[1]', '[]'
        }
        @{
            Name = 'ConvertFrom-Json reads'
            Run = { $o = '{"a":{"b":[1,"x",2.5]},"n":null}' | ConvertFrom-Json; $o.a.b; $null -eq $o.n }
            Is = 1, 'x', 2.5, $true
        }
        @{ Name = 'ConvertFrom-Json makes tables'; Run = { ('{"a":1}' | ConvertFrom-Json -AsHashtable).Keys }; Is = 'a' }
        @{ Name = 'ConvertFrom-Json reads numbers as integers'; Run = { ('[1]' | ConvertFrom-Json).GetType().Name }; Is = 'Int64' }
        @{
            Name = 'ConvertTo-Csv quotes'
            Run = { [pscustomobject] @{ a = 1; b = 'x,"y"' } | ConvertTo-Csv }
            Is = '"a","b"', '"1","x,""y"""'
        }
        @{
            Name = 'ConvertFrom-Csv reads quotes'
            Run = { ('a,b', '1,"2,3"' | ConvertFrom-Csv).b; ('1;2' | ConvertFrom-Csv -Delimiter ';' -Header x, y).y }
            Is = '2,3', '2'
        }
        @{
            Name = 'Export-Csv and Import-Csv agree'
            Run = {
                [pscustomobject] @{ a = 'x y' } | Export-Csv t.csv
                [pscustomobject] @{ a = 'z' } | Export-Csv t.csv -Append
                (Import-Csv t.csv).a
            }
            Is = 'x y', 'z'
        }
        @{ Name = 'Export-Clixml and Import-Clixml agree'; Run = { @{ a = 1 } | Export-Clixml t.xml; (Import-Clixml t.xml).a }; Is = 1 }
        @{
            Name = 'Select-String finds lines'
            Run = { $m = 'one', 'two' | Select-String 'T(.)'; $m.Line, $m.LineNumber, $m.Matches[0].Groups[1].Value }
            Is = 'two', 2, 'w'
        }
        @{
            Name = 'Select-String searches files'
            Run = { (Select-String '^3' *.txt).Filename; 'a.b' | Select-String a.b -SimpleMatch -Quiet }
            Is = 'n.txt', $true
        }
        @{
            Name = 'Select-String leaves out, in the case given'
            Run = { ('a', 'A' | Select-String a -CaseSensitive -NotMatch).Line }
            Is = 'A'
        }
        @{ Name = 'Join-String joins'; Run = { 1..3 | Join-String -Separator ', ' -OutputPrefix '<' -OutputSuffix '>' }; Is = '<1, 2, 3>' }
        @{ Name = 'Out-String makes one text'; Run = { (1, 2 | Out-String) -replace '\s' }; Is = '12' }
        @{
            Name = 'Out-File writes and appends'
            Run = { 1 | Out-File o.txt; 2 | Out-File o.txt -Append; 3 >> o.txt; Get-Content o.txt }
            Is = '1', '2', '3'
        }
        @{
            Name = 'Import-PowerShellDataFile reads data'
            Run = { Set-Content t.psd1 '@{ a = @{ b = 1, 2 } }'; (Import-PowerShellDataFile t.psd1).a.b }
            Is = 1, 2
        }
        @{ Name = 'Get-FileHash hashes'; Run = { (Get-FileHash a.txt).Hash; (Get-FileHash a.txt -Algorithm MD5).Hash }
            Is = '5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03', 'B1946AC92492D2347C6235B4D2611184' }
    ) {
        & $Run | Should -Be $Is
    }

    It 'Import-PowerShellDataFile runs nothing' {
        Set-Content t.psd1 '@{ a = (New-Item made) }'
        { Import-PowerShellDataFile t.psd1 } | Should -Throw
        'made' | Should -Not -Exist
    }

    It 'ConvertFrom-Json refuses what is not JSON' {
        { '{' | ConvertFrom-Json } | Should -Throw -ErrorId 'System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand'
    }
}

Describe 'Items' {
    It '<Name>' -ForEach @(
        @{
            Name = 'Get-Item'
            Run = { (Get-Item a.txt).Length; (Get-Item *.txt).Name; (Get-Item Env:HOME).Name }
            Is = 6, 'a.txt', 'n.txt', 'HOME'
        }
        @{
            Name = 'Get-ChildItem'
            Run = { (Get-ChildItem -Recurse -File -Filter *.log).Name; (Get-ChildItem d -Directory).Name; Get-ChildItem -Name d }
            Is = 'b.log', 'e', 'e', 'b.log'
        }
        @{ Name = 'Get-Content by lines'; Run = { Get-Content n.txt -TotalCount 2; Get-Content n.txt -Tail 1 }; Is = '1', '2', '5' }
        @{ Name = 'Get-Content as it is'; Run = { Get-Content a.txt -Raw; (Get-Content a.txt -AsByteStream)[0] }; Is = "hello`n", 104 }
        @{
            Name = 'Set-Content and Add-Content'
            Run = { 'a', 'b' | Set-Content c.txt; Add-Content c.txt 'c' -NoNewline; Get-Content c.txt }
            Is = 'a', 'b', 'c'
        }
        @{ Name = 'Clear-Content'; Run = { Set-Content c.txt 1; Clear-Content c.txt; (Get-Item c.txt).Length }; Is = 0 }
        @{
            Name = 'New-Item makes files, folders and links'
            Run = {
                (New-Item f.txt -Value 'v').Name
                (New-Item -ItemType Directory x/y).Name
                (New-Item -ItemType SymbolicLink l -Target f.txt).Target
            }
            Is = 'f.txt', 'y', 'f.txt'
        }
        @{ Name = 'Copy-Item'; Run = { Copy-Item d copy -Recurse; (Get-ChildItem copy -Recurse).Name }; Is = 'e', 'b.log' }
        @{
            Name = 'Move-Item and Rename-Item'
            Run = { Set-Content m1 1; Move-Item m1 m2; Rename-Item m2 m3; Test-Path m1, m2, m3 }
            Is = $false, $false, $true
        }
        @{ Name = 'Remove-Item'; Run = { $null = New-Item -ItemType Directory r/s; Remove-Item r -Recurse; Test-Path r }; Is = $false }
        @{
            Name = 'Test-Path'
            Run = { Test-Path a.txt, nothing, d, Env:HOME; Test-Path d -PathType Leaf; Test-Path d -PathType Container }
            Is = $true, $false, $true, $true, $false, $true
        }
        @{ Name = 'Join-Path'; Run = { Join-Path /a b; Join-Path a b c d }; Is = '/a/b', 'a/b/c/d' }
        @{
            Name = 'Split-Path'
            Run = {
                Split-Path /a/b.txt
                Split-Path /a/b.txt -Leaf
                Split-Path /a/b.txt -LeafBase
                Split-Path /a/b.txt -Extension
                Split-Path a -IsAbsolute
            }
            Is = '/a', 'b.txt', 'b', '.txt', $false
        }
        @{
            Name = 'Resolve-Path and Convert-Path'
            Run = { Resolve-Path a*.txt -Relative; (Resolve-Path d).Path -eq (Convert-Path d) }
            Is = './a.txt', $true
        }
        @{
            Name = 'Push-, Set- and Pop-Location'
            Run = {
                Push-Location d
                (Get-Location).Path | Split-Path -Leaf
                Set-Location e
                Pop-Location
                (Get-Location).Path | Split-Path -Leaf
            }
            Is = 'd', 'items'
        }
        @{
            Name = 'New-PSDrive and Remove-PSDrive'
            Run = {
                $null = New-PSDrive HostTest FileSystem (Convert-Path d)
                Test-Path HostTest:/b.log
                Remove-PSDrive HostTest
                [bool] (Get-PSDrive HostTest -ErrorAction Ignore)
            }
            Is = $true, $false
        }
        @{
            Name = 'TestDrive is a drive to them'
            Run = {
                Set-Content TestDrive:/t 1
                Get-Content TestDrive:/t
                Copy-Item TestDrive:/t TestDrive:/u
                (Get-Item TestDrive:/u).Name
            }
            Is = '1', 'u'
        }
        @{ Name = 'New-TemporaryFile'; Run = { $f = New-TemporaryFile; $f.Length; $f | Remove-Item; Test-Path $f }; Is = 0, $false }
    ) {
        & $Run | Should -Be $Is
    }

    It '<_> does nothing with -WhatIf' -ForEach @(
        'Remove-Item a.txt', 'Set-Content a.txt x', 'Move-Item a.txt z.txt', 'Clear-Content a.txt', 'New-Item z.txt', 'Copy-Item a.txt z.txt'
    ) {
        $null = Invoke-Expression "$_ -WhatIf"
        Get-Content a.txt | Should -Be 'hello'
        'z.txt' | Should -Not -Exist
    }

    It '<Command> tells what is missing' -ForEach @(
        @{ Command = 'Get-Item'; Id = 'PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand' }
        @{ Command = 'Get-ChildItem'; Id = 'PathNotFound,Microsoft.PowerShell.Commands.GetChildItemCommand' }
        @{ Command = 'Get-Content'; Id = 'PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand' }
        @{ Command = 'Remove-Item'; Id = 'PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand' }
        @{ Command = 'Set-Location'; Id = 'PathNotFound,Microsoft.PowerShell.Commands.SetLocationCommand' }
    ) {
        { & $Command nothing -ErrorAction Stop } | Should -Throw -ErrorId $Id
    }

    It 'goes on after one path is missing' {
        (Get-Item nothing, a.txt -ErrorAction SilentlyContinue).Name | Should -Be 'a.txt'
    }
}

Describe 'Session' {
    It '<Name>' -ForEach @(
        @{
            Name = 'Set-Variable and Get-Variable'
            Run = { Set-Variable one 1; $one; Get-Variable one -ValueOnly; (Get-Variable on?).Name }
            Is = 1, 1, 'one'
        }
        @{ Name = 'Set-Variable in an outer scope'; Run = { $two = 1; & { Set-Variable two 2 -Scope 1 }; $two }; Is = 2 }
        @{ Name = 'Set-Variable here only'; Run = { $two = 1; & { Set-Variable two 2 }; $two }; Is = 1 }
        @{
            Name = 'Remove-Variable and Clear-Variable'
            Run = { $three = 3; Clear-Variable three; $null -eq $three; Remove-Variable three; Test-Path Variable:three }
            Is = $true, $false
        }
        @{
            Name = 'Set-Alias and Get-Alias'
            Run = { Set-Alias mine Get-Item; (mine a.txt).Name; (Get-Alias mine).Definition }
            Is = 'a.txt', 'Get-Item'
        }
        @{ Name = 'Invoke-Expression in this scope'; Run = { Invoke-Expression '$four = 4'; $four }; Is = 4 }
        @{ Name = 'Measure-Command'; Run = { (Measure-Command { Start-Sleep -Milliseconds 60 }).TotalMilliseconds -ge 50 }; Is = $true }
        @{
            Name = 'Write-Output'
            Run = { Write-Output 1, 2 | ForEach-Object { $_ * 2 }; (Write-Output 1, 2 -NoEnumerate | Measure-Object).Count }
            Is = 2, 4, 1
        }
        @{ Name = 'Write-Host goes to the information stream'; Run = { Write-Host a b 6>&1 | ForEach-Object { "$_" } }; Is = 'a b' }
        @{
            Name = 'Write-Warning and Write-Verbose'
            Run = { Write-Warning w 3>&1 | ForEach-Object Message; Write-Verbose v -Verbose 4>&1 | ForEach-Object Message }
            Is = 'w', 'v'
        }
        @{
            Name = 'Get-Process'
            Run = { (Get-Process -Id $PID).Id -eq $PID; (Get-Process nothing* | Measure-Object).Count }
            Is = $true, 0
        }
        @{ Name = 'Start-Process waits'; Run = { (Start-Process sh '-c "exit 3"' -Wait -PassThru).ExitCode }; Is = 3 }
        @{
            Name = 'Start-Process redirects'
            Run = { Start-Process echo hi -RedirectStandardOutput s.txt -Wait; Get-Content s.txt }
            Is = 'hi'
        }
        @{
            Name = 'Stop-Process'
            Run = { $p = Start-Process sleep 60 -PassThru; Stop-Process $p; $p.WaitForExit(5000); $p.ExitCode }
            Is = $true, 137
        }
        @{ Name = 'Get-Verb'; Run = { (Get-Verb Get).Group }; Is = 'Common' }
        @{
            Name = 'A command by its module'
            Run = { Microsoft.PowerShell.Utility\Write-Output 1; (Get-Command Get-Item).Source }
            Is = 1, 'Microsoft.PowerShell.Management'
        }
    ) {
        & $Run | Should -Be $Is
    }

    It 'Write-Error writes an error of the caller' {
        function Test-Write { [CmdletBinding()] param() Write-Error 'no' -ErrorId Mine -Category InvalidData -TargetObject 5 }
        Test-Write -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors[0].FullyQualifiedErrorId | Should -Be 'Mine,Test-Write'
        $errors[0].CategoryInfo.Category | Should -Be 'InvalidData'
        $errors[0].TargetObject | Should -Be 5
    }
}

Describe 'Views' {
    It '<Name>' -ForEach @(
        @{ Name = 'Format-Table'; Run = { [pscustomobject] @{ a = 1; b = 'x' } | Format-Table }; Is = 'a b', '- -', '1 x' }
        @{
            Name = 'Format-Table without headers'
            Run = { [pscustomobject] @{ a = 1; b = 'x' } | Format-Table b -HideTableHeaders }
            Is = 'x'
        }
        @{
            Name = 'Format-Table groups'
            Run = { [pscustomobject] @{ a = 1; b = 'x' } | Format-Table a -GroupBy b }
            Is = '   b: x', 'a', '-', '1'
        }
        @{ Name = 'Format-List'; Run = { [pscustomobject] @{ a = 1; bc = 'x' } | Format-List }; Is = 'a  : 1', 'bc : x' }
        @{
            Name = 'Format-Wide'
            Run = { 'a', 'b' | ForEach-Object { [pscustomobject] @{ n = $_ } } | Format-Wide n -Column 2 }
            Is = 'a                                        b'
        }
        @{ Name = 'a table as the default for few properties'; Run = { [pscustomobject] @{ a = 1 } }; Is = 'a', '-', '1' }
        @{
            Name = 'the engine''s view of a group'
            Run = { 1, 1 | Group-Object }
            Is = 'Count Name                      Group', '----- ----                      -----', '    2 1                         {1, 1}'
        }
    ) {
        Show $Run | Should -Be $Is
    }

    It 'takes views from a file' {
        $view = '<View><Name>t</Name><ViewSelectedBy><TypeName>Host.View.Test</TypeName></ViewSelectedBy><TableControl><TableHeaders>' +
            '<TableColumnHeader><Label>Shown</Label></TableColumnHeader></TableHeaders><TableRowEntries><TableRowEntry><TableColumnItems>' +
            '<TableColumnItem><ScriptBlock>"[$($_.a)]"</ScriptBlock></TableColumnItem></TableColumnItems></TableRowEntry></TableRowEntries>' +
            '</TableControl></View>'
        Set-Content v.ps1xml "<Configuration><ViewDefinitions>$view</ViewDefinitions></Configuration>"
        Update-FormatData -AppendPath v.ps1xml
        Show { [pscustomobject] @{ PSTypeName = 'Host.View.Test'; a = 1 } } | Should -Be 'Shown', '-----', '[1]'
    }
}
