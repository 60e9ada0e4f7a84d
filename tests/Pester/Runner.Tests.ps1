# What this project's tests rely on in the test runner itself. Passes under Pester 5 and under the runner in tools/Host/Pester,
# and so says that the two agree.
BeforeDiscovery {
    $isHost = $Host.Name -eq 'LxcPS host'
    $failing = @(
        { 1 | Should -Be 2 }
        { 'a' | Should -Be 'b' }
        { 1, 2 | Should -Be 1, 3 }
        { 1, 2 | Should -Be 1 }
        { $null | Should -Be 0 }
        { 1 | Should -Not -Be 1 }
        { 'a' | Should -Not -Be 'A' }
        { Should -ActualValue 1 -Be 2 }
        { 'a' | Should -BeExactly 'A' }
        { 'a' | Should -Not -BeExactly 'a' }
        { 1 | Should -BeNullOrEmpty }
        { 1, 2 | Should -BeNullOrEmpty }
        { @{ a = 1 } | Should -BeNullOrEmpty }
        { $null | Should -Not -BeNullOrEmpty }
        { '' | Should -Not -BeNullOrEmpty }
        { @() | Should -Not -BeNullOrEmpty }
        { $false | Should -BeTrue }
        { $true, $false | Should -BeTrue }
        { 1 | Should -Not -BeTrue }
        { $true | Should -BeFalse }
        { 0 | Should -Not -BeFalse }
        { 1 | Should -BeGreaterThan 1 }
        { 2 | Should -Not -BeGreaterThan 1 }
        { 5, 1 | Should -BeGreaterThan 2 }
        { 1 | Should -BeGreaterOrEqual 2 }
        { 2 | Should -Not -BeGreaterOrEqual 2 }
        { 1 | Should -BeLessThan 1 }
        { 0 | Should -Not -BeLessThan 1 }
        { 2 | Should -BeLessOrEqual 1 }
        { 1 | Should -Not -BeLessOrEqual 1 }
        { 4 | Should -BeIn 1, 2 }
        { 1 | Should -Not -BeIn 1, 2 }
        { 'abc' | Should -BeLike 'b*' }
        { 'abc' | Should -Not -BeLike 'A*' }
        { 'abc' | Should -BeLikeExactly 'A*' }
        { 'abc' | Should -Not -BeLikeExactly 'a*' }
        { 1 | Should -BeOfType [string] }
        { $null | Should -BeOfType [string] }
        { 1 | Should -Not -BeOfType int }
        { 1 | Should -HaveType ([string]) }
        { 1, 2 | Should -Contain 3 }
        { 1, 2 | Should -Not -Contain 2 }
        { 1, 2 | Should -HaveCount 3 }
        { @() | Should -HaveCount 1 }
        { 1, 2 | Should -Not -HaveCount 2 }
        { 'abc' | Should -Match '^b' }
        { 'abc' | Should -Not -Match '^A' }
        { 'abc' | Should -MatchExactly '^A' }
        { 'abc' | Should -Not -MatchExactly '^a' }
        { "$TestDrive/none" | Should -Exist }
        { $TestDrive | Should -Not -Exist }
        { $lines | Should -FileContentMatch 'three' }
        { $lines | Should -FileContentMatch 'one\r?\ntwo' }
        { $lines | Should -Not -FileContentMatch 'TWO' }
        { $lines | Should -FileContentMatchExactly 'TWO' }
        { $lines | Should -FileContentMatchMultiline 'two\r?\none' }
        { $lines | Should -FileContentMatchMultilineExactly 'ONE\r?\nTWO' }
        { { } | Should -Throw }
        { { throw 'x' } | Should -Not -Throw }
        { { throw 'x' } | Should -Throw 'y' }
        { { throw 'x' } | Should -Throw -ExpectedMessage 'y*' }
        { { throw 'x' } | Should -Throw -ErrorId 'other' }
        { { throw 'x' } | Should -Throw -ExceptionType ([ArgumentException]) }
        { $command | Should -HaveParameter None }
        { $command | Should -Not -HaveParameter Size }
        { $command | Should -HaveParameter Size -Type string }
        { $command | Should -HaveParameter Size -Mandatory }
        { $command | Should -HaveParameter Size -Alias Other }
        { $command | Should -HaveParameter Size -DefaultValue 8 }
        { $command | Should -Not -HaveParameter Name -Mandatory }
    )
    $passing = @(
        { 1 | Should -Be 1 }
        { '1' | Should -Be 1 }
        { 'a' | Should -Be 'A' }
        { 'a' | Should -Not -Be 'b' }
        { 1, 2 | Should -Be 1, 2 }
        { 1, 2 | Should -Be @('1', '2') }
        { $null | Should -Be $null }
        { @() | Should -Be $null }
        { , (1, 2), 3 | Should -Not -Be 1, 2, 3 }
        { 1 | Should -EQ 1 }
        { Should -ActualValue 1 -Be 1 }
        { 'a' | Should -BeExactly 'a' }
        { 'a' | Should -Not -BeExactly 'A' }
        { $null | Should -BeNullOrEmpty }
        { '' | Should -BeNullOrEmpty }
        { @() | Should -BeNullOrEmpty }
        { @{ } | Should -BeNullOrEmpty }
        { 0 | Should -Not -BeNullOrEmpty }
        { 1 | Should -BeTrue }
        { $null | Should -Not -BeTrue }
        { '' | Should -BeFalse }
        { 'a' | Should -Not -BeFalse }
        { 2, 3 | Should -BeGreaterThan 1 }
        { 1 | Should -Not -BeGreaterThan 1 }
        { 2 | Should -GT 1 }
        { 2 | Should -BeGreaterOrEqual 2 }
        { 1 | Should -Not -BeGreaterOrEqual 2 }
        { 1 | Should -BeLessThan 2 }
        { 2 | Should -Not -BeLessThan 2 }
        { 2 | Should -BeLessOrEqual 2 }
        { 3 | Should -Not -BeLessOrEqual 2 }
        { 'A' | Should -BeIn 'a', 'b' }
        { 1, 2 | Should -BeIn 1, 2, 3 }
        { 3 | Should -Not -BeIn 1, 2 }
        { 'abc' | Should -BeLike 'A*' }
        { 'abc' | Should -Not -BeLike 'b*' }
        { 'abc' | Should -BeLikeExactly 'a*' }
        { 'abc' | Should -Not -BeLikeExactly 'A*' }
        { 1 | Should -BeOfType [int] }
        { 1, 2 | Should -BeOfType int }
        { 'a' | Should -BeOfType ([object]) }
        { 1 | Should -HaveType [ValueType] }
        { 1 | Should -Not -BeOfType [string] }
        { 1, 2 | Should -Contain 2 }
        { 'a', 'b' | Should -Contain 'A' }
        { $null | Should -Not -Contain 1 }
        { 1, 2 | Should -HaveCount 2 }
        { @() | Should -HaveCount 0 }
        { 1 | Should -Not -HaveCount 2 }
        { 'abc' | Should -Match '^A' }
        { 'abc' | Should -Not -Match '^b' }
        { 'abc' | Should -MatchExactly '^a' }
        { 'abc' | Should -Not -MatchExactly '^A' }
        { $TestDrive | Should -Exist }
        { 'TestDrive:/lines' | Should -Exist }
        { "$TestDrive/none" | Should -Not -Exist }
        { $lines | Should -FileContentMatch 'TWO' }
        { 'TestDrive:/lines' | Should -FileContentMatch '^two$' }
        { $lines | Should -Not -FileContentMatch 'three' }
        { $lines | Should -FileContentMatchExactly 'two' }
        { $lines | Should -FileContentMatchMultiline 'ONE\r?\ntwo' }
        { $lines | Should -FileContentMatchMultilineExactly 'one\r?\ntwo' }
        { { throw 'x' } | Should -Throw }
        { { } | Should -Not -Throw }
        { { throw 'some text' } | Should -Throw 'some*' }
        { { throw 'some text' } | Should -Throw -ExpectedMessage 'SOME TEXT' }
        { { [int]::Parse('x') } | Should -Throw -ErrorId FormatException }
        { { throw [ArgumentException] 'x' } | Should -Throw -ExceptionType ([ArgumentException]) }
        { { 1 / $null } | Should -Throw -ExceptionType ([Management.Automation.RuntimeException]) }
        { $command | Should -HaveParameter Size }
        { $command | Should -Not -HaveParameter None }
        { $command | Should -HaveParameter Size -Type [int] -DefaultValue 7 -Alias Length, Big -HasArgumentCompleter }
        { $command | Should -HaveParameter Name -Type string -Mandatory }
        { $command | Should -Not -HaveParameter Size -Mandatory }
    )
    function Get-Case($scripts) {
        foreach ($script in $scripts) { @{ Text = $script.ToString().Trim(); Script = $script } }
    }
    $failing = Get-Case $failing
    $passing = Get-Case $passing
}

BeforeAll {
    # Runs the text as a test file; $log gathers what its tests add to $global:RunnerLog.
    function Invoke-Inner([string] $text, [hashtable] $with = @{}) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).Tests.ps1"
        [IO.File]::WriteAllText($file, $text)
        $global:RunnerLog = [Collections.Generic.List[string]]::new()
        Invoke-Pester -Path $file -PassThru -Output None @with
    }
    function Get-Log { $global:RunnerLog -join ' ' }
}

AfterAll {
    Remove-Item variable:global:RunnerLog
}

Describe 'Should' {
    BeforeAll {
        $lines = Join-Path $TestDrive lines
        [IO.File]::WriteAllText($lines, "one`ntwo`n")
        function Test-Parameter {
            param(
                [Parameter(Mandatory)] [string] $Name,
                [Alias('Length', 'Big')] [ArgumentCompleter({ '1' })] [int] $Size = 7
            )
        }
        $command = Get-Command Test-Parameter
    }

    It 'passes: <Text>' -ForEach $passing {
        . $Script
    }

    It 'fails: <Text>' -ForEach $failing {
        $id = try { . $Script } catch { $_.FullyQualifiedErrorId }
        if ($id -ne 'PesterAssertionFailed') { throw "not an assertion's failure: '$id'" }
    }

    It 'tells what was expected, what came, and why' {
        { 1 | Should -Be 2 -Because 'two it is' } | Should -Throw '*2*because two it is*1*'
    }

    It 'points at the difference of strings' {
        $message = try { 'abcdef' | Should -Be 'abcxef' } catch { $_.Exception.Message }
        $message | Should -Match "index 3"
        $message | Should -Match "'abcxef'\r?\n.*'abcdef'\r?\n *---\^"
    }

    It 'rejects what is not a script block for -Throw' {
        { 1 | Should -Throw } | Should -Throw -ExceptionType ([ArgumentException])
    }

    It 'hands out the error with -PassThru' {
        $caught = { throw 'thrown text' } | Should -Throw -PassThru
        $caught.Exception.Message | Should -Be 'thrown text'
    }

    It 'throws out of a function too' {
        function Test-Deep { 1 | Should -Be 2; $script:afterFailure = $true }
        $script:afterFailure = $false
        { Test-Deep } | Should -Throw -ErrorId PesterAssertionFailed
        $script:afterFailure | Should -BeFalse
    }

    It 'goes on after a soft assertion, and the test fails' {
        $result = Invoke-Inner @'
Describe d { It i { 1 | Should -Be 2 -ErrorAction Continue; 3 | Should -Be 4 -ErrorAction Continue; $global:RunnerLog.Add('end') } }
'@
        $result.FailedCount | Should -Be 1
        $result.Tests[0].ErrorRecord | Should -HaveCount 2
        Get-Log | Should -Be 'end'
    }

    It 'takes the default for that from the configuration' {
        $file = Join-Path $TestDrive soft.Tests.ps1
        [IO.File]::WriteAllText($file, 'Describe d { It i { 1 | Should -Be 2; 3 | Should -Be 4 } }')
        $configuration = New-PesterConfiguration
        $configuration.Run.Path = $file
        $configuration.Run.PassThru = $true
        $configuration.Output.Verbosity = 'None'
        $configuration.Should.ErrorAction = 'Continue'
        $result = Invoke-Pester -Configuration $configuration
        $result.Failed[0].ErrorRecord | Should -HaveCount 2
    }
}

Describe 'Phases and scopes' {
    It 'runs set-up and clean-up in order' {
        $null = Invoke-Inner @'
BeforeAll { function Add-Log($what) { $global:RunnerLog.Add($what) } ; Add-Log BA0 }
AfterAll { Add-Log AA0 }
Describe d {
    AfterAll { Add-Log AA1 }
    AfterEach { Add-Log AE1 }
    It a { Add-Log a }
    Context c {
        It b { Add-Log b }
        BeforeEach { Add-Log BE2 }
        AfterEach { Add-Log AE2 }
        BeforeAll { Add-Log BA2 }
        AfterAll { Add-Log AA2 }
    }
    BeforeEach { Add-Log BE1 }
    BeforeAll { Add-Log BA1 }
}
'@
        Get-Log | Should -Be 'BA0 BA1 BE1 a AE1 BA2 BE1 BE2 b AE2 AE1 AA2 AA1 AA0'
    }

    # Pester walks through links, and takes away what it finds there.
    It 'clears the drive after each block, and nothing that a link on it leads to' -Skip:(-not $isHost) {
        $outside = "/tmp/lxcps-runner-$PID"
        [void](New-Item -ItemType Directory $outside)
        try {
            $result = Invoke-Inner @"
Describe d {
    BeforeAll { ln -s $outside "`$TestDrive/door" }
    Context c {
        It a { 'x' > "$outside/kept"; 'y' > "`$TestDrive/gone" }
    }
    It b { "`$TestDrive/gone" | Should -Not -Exist; '$outside/kept' | Should -Exist }
}
"@
            $result.FailedCount | Should -Be 0
            "$outside/kept" | Should -Exist
        }
        finally {
            Remove-Item $outside -Recurse -Force
        }
    }

    It 'reads every file before it runs any test' {
        $folder = Join-Path $TestDrive phases
        $null = [IO.Directory]::CreateDirectory($folder)
        foreach ($name in 'a', 'b') {
            [IO.File]::WriteAllText(
                "$folder/$name.Tests.ps1",
                "`$global:RunnerLog.Add('read-$name'); Describe d { It i { `$global:RunnerLog.Add('run-$name') } }")
        }
        $global:RunnerLog = [Collections.Generic.List[string]]::new()
        $result = Invoke-Pester $folder -PassThru -Output None
        $result.PassedCount | Should -Be 2
        Get-Log | Should -Be 'read-a read-b run-a run-b'
    }

    It 'keeps what discovery set from the tests' {
        $result = Invoke-Inner @'
$top = 1
Describe d { $inBlock = 1; It i { "$top$inBlock" | Should -Be '' } }
'@
        $result.PassedCount | Should -Be 1
    }

    It 'shares BeforeEach, It and AfterEach, and nothing between tests or siblings' {
        $result = Invoke-Inner @'
Describe d {
    BeforeAll { $all = 'all' }
    BeforeEach { $each = 'each' }
    AfterEach { $global:RunnerLog.Add("$each/$own/$all") }
    It a { $own = 'a'; $all = 'changed'; $each = 'changed' }
    It b { "$own" | Should -Be ''; $all | Should -Be 'all'; $each | Should -Be 'each' }
    Context one { BeforeAll { $sibling = 1 }; It c { $sibling | Should -Be 1; $all | Should -Be 'all' } }
    Context two { It d { $sibling | Should -BeNullOrEmpty } }
}
Describe e { It f { $all | Should -BeNullOrEmpty } }
'@
        $result.Failed.ExpandedPath | Should -BeNullOrEmpty
        $result.PassedCount | Should -Be 5
        $global:RunnerLog[0] | Should -Be 'changed/a/changed'
        $global:RunnerLog[1] | Should -Be 'each//all'
    }

    It 'gives a file its own script scope' {
        $result = Invoke-Inner @'
BeforeAll { $script:counter = 1; function Add-One { $script:counter++ } }
Describe d { It a { Add-One; $script:counter | Should -Be 2 } ; It b { $counter | Should -Be 2 } }
'@
        $result.PassedCount | Should -Be 2
        'variable:global:counter' | Should -Not -Exist
    }

    It 'runs AfterEach and AfterAll after a failure' {
        $result = Invoke-Inner @'
Describe d { AfterEach { $global:RunnerLog.Add('AE') }; AfterAll { $global:RunnerLog.Add('AA') }; It a { throw 'x' } }
'@
        $result.FailedCount | Should -Be 1
        Get-Log | Should -Be 'AE AA'
    }

    It 'fails all tests of a block whose BeforeAll fails' {
        $result = Invoke-Inner @'
Describe d {
    BeforeAll { throw 'set-up' }
    AfterAll { $global:RunnerLog.Add('AA') }
    It a { $global:RunnerLog.Add('ran') }
    Context c { It b { $global:RunnerLog.Add('ran') } }
}
Describe e { It f { } }
'@
        $result.FailedCount | Should -Be 2
        $result.PassedCount | Should -Be 1
        $result.FailedBlocksCount | Should -Be 1
        $result.Result | Should -Be 'Failed'
        Get-Log | Should -Be 'AA'
    }

    It 'fails the block, but no test, when AfterAll fails' {
        $result = Invoke-Inner 'Describe d { AfterAll { throw "x" }; It a { } }'
        $result.FailedCount | Should -Be 0
        $result.FailedBlocksCount | Should -Be 1
        $result.Result | Should -Be 'Failed'
    }

    It 'fails the test when its BeforeEach or AfterEach fails' {
        $result = Invoke-Inner @'
Describe d { BeforeEach { throw 'x' }; It a { $global:RunnerLog.Add('ran') } }
Describe e { AfterEach { throw 'x' }; It a { } }
'@
        $result.FailedCount | Should -Be 2
        Get-Log | Should -BeNullOrEmpty
    }

    It 'counts a file that cannot be read as a failed container' {
        $result = Invoke-Inner 'Describe d { It a { } }; throw "broken"'
        $result.FailedContainersCount | Should -Be 1
        $result.Result | Should -Be 'Failed'
    }

    It 'has no BeforeEach at the top of a file' {
        $result = Invoke-Inner 'BeforeEach { }; Describe d { It a { } }'
        $result.FailedContainersCount | Should -Be 1
    }

    It 'ends a test at a terminating error of any kind, and not at others' {
        $result = Invoke-Inner @'
Describe d {
    It 'unknown command' { Get-NoSuchCommand; $global:RunnerLog.Add('after') }
    It 'statement' { 1 / $null; $global:RunnerLog.Add('after') }
    It 'error action' { Get-Item /no/such/file -ErrorAction Stop; $global:RunnerLog.Add('after') }
    It 'non-terminating' { Get-Item /no/such/file 2>$null; $global:RunnerLog.Add('went on') }
    It 'return' { return; throw 'x' }
    It 'break' { break; throw 'x' }
    It 'next' { }
}
'@
        $result.FailedCount | Should -Be 3
        $result.PassedCount | Should -Be 4
        Get-Log | Should -Be 'went on'
    }

    It 'knows where the test file is' {
        $result = Invoke-Inner @'
$where = $PSScriptRoot
Describe d -ForEach @{ where = $where } {
    BeforeAll { $inAll = $PSScriptRoot }
    It a { $PSScriptRoot | Should -Be $where; $inAll | Should -Be $where; $PSCommandPath | Should -BeLike "$where/*.Tests.ps1" }
}
'@
        $result.PassedCount | Should -Be 1
    }
}

Describe 'Data' {
    It 'makes a test for each set, with variables, parameters and names' {
        $result = Invoke-Inner @'
Describe d {
    BeforeAll { $c = 'late' }
    It '<a> and <b.c> and <c>' -ForEach @{ a = 1; b = @{ c = 2 } }, @{ a = 3; b = @{ c = 4 } } {
        $global:RunnerLog.Add("$a-$($b.c)-$($_.a)")
    }
    It 'value <_>' -TestCases 5, 6 { $global:RunnerLog.Add("$_") }
    It 'by parameter' -ForEach @{ a = 7 } { param($a) $global:RunnerLog.Add("$a") }
    It 'kept `<a`> $c "q"' { }
    It 'none' -ForEach @() { throw 'x' }
}
'@
        Get-Log | Should -Be '1-2-1 3-4-3 5 6 7'
        $result.Tests.ExpandedName | Should -Be @(
            '1 and 2 and late', '3 and 4 and late', 'value 5', 'value 6', 'by parameter', 'kept <a> $c "q"')
        $result.Tests[0].ExpandedPath | Should -Be 'd.1 and 2 and late'
        $result.Tests[0].Name | Should -Be '<a> and <b.c> and <c>'
    }

    It 'makes a block for each set' {
        $result = Invoke-Inner @'
BeforeDiscovery { $numbers = 1, 2 }
Describe 'd <_>' -ForEach $numbers {
    BeforeAll { $double = $_ * 2 }
    Context 'c <x>' -ForEach @{ x = $_ } { It 'i <double>' { $global:RunnerLog.Add("$_.x/$x/$double") } }
}
'@
        $result.Tests.ExpandedPath | Should -Be 'd 1.c 1.i 2', 'd 2.c 2.i 4'
        $global:RunnerLog | Should -HaveCount 2
    }

    It 'passes data to the parameters of a file, in both phases' {
        $file = Join-Path $TestDrive parameters.Tests.ps1
        [IO.File]::WriteAllText($file, @'
param($Given, $Default = 'default')
Describe "d $Given" { BeforeAll { $b = $Given }; It i { $global:RunnerLog.Add("$Given/$Default/$b") } }
'@)
        $global:RunnerLog = [Collections.Generic.List[string]]::new()
        $containers = New-PesterContainer -Path $file -Data @{ Given = 1 }, @{ Given = 2; Default = 'other' }
        $result = Invoke-Pester -Container $containers -PassThru -Output None
        $result.Tests.ExpandedPath | Should -Be 'd 1.i', 'd 2.i'
        Get-Log | Should -Be '1/default/1 2/other/2'
    }
}

Describe 'Selection and results' {
    BeforeAll {
        $tagged = @'
Describe d { It a -Tag fast { }; It b -Tag slow { } }
Describe e -Tag slow { It c { }; It f -Tag fast { }; BeforeAll { $global:RunnerLog.Add('e') } }
'@
    }

    It 'runs <expected> with <with>' -ForEach @(
        @{ with = @{ TagFilter = 'fast' }; expected = 'd.a e.f' }
        @{ with = @{ Tag = 'slow' }; expected = 'd.b e.c e.f' }
        @{ with = @{ TagFilter = 'SL*' }; expected = 'd.b e.c e.f' }
        @{ with = @{ ExcludeTagFilter = 'slow' }; expected = 'd.a' }
        @{ with = @{ TagFilter = 'slow'; ExcludeTag = 'fast' }; expected = 'd.b e.c' }
        @{ with = @{ FullNameFilter = '*.a' }; expected = 'd.a' }
        @{ with = @{ FullNameFilter = 'e' }; expected = 'e.c e.f' }
    ) {
        $result = Invoke-Inner $tagged $with
        $result.Passed.ExpandedPath -join ' ' | Should -Be $expected
        $result.TotalCount | Should -Be 4
        $result.NotRunCount | Should -Be (4 - $result.PassedCount)
    }

    It 'does not set up a block of which nothing runs' {
        $null = Invoke-Inner $tagged @{ FullNameFilter = 'd.*' }
        Get-Log | Should -BeNullOrEmpty
    }

    It 'skips, inherits skipping, and does not set up for skipped tests' {
        $result = Invoke-Inner @'
Describe d { It a -Skip { throw 'x' }; It b -Skip:$false { } }
Describe e -Skip { BeforeAll { throw 'x' }; It c { throw 'x' }; Context f { It g { throw 'x' } } }
Describe h { BeforeAll { throw 'x' }; It i -Skip { } }
'@
        $result.SkippedCount | Should -Be 4
        $result.PassedCount | Should -Be 1
        $result.FailedCount | Should -Be 0
        $result.Skipped.Name | Should -Be 'a', 'c', 'g', 'i'
    }

    It 'ends a test by Set-ItResult' {
        $result = Invoke-Inner @'
Describe d {
    It a { Set-ItResult -Skipped -Because 'reasons'; throw 'x' }
    It b { Set-ItResult -Inconclusive; throw 'x' }
}
'@
        $result.SkippedCount | Should -Be 1
        $result.InconclusiveCount | Should -Be 1
        $result.Tests[0].ErrorRecord[0].Exception.Message | Should -BeLike '*skipped*because reasons*'
    }

    It 'reports each test' {
        $result = Invoke-Inner 'Describe d { It a { }; It b { throw "text" } }'
        $result.TotalCount | Should -Be 2
        $result.Tests.Result | Should -Be 'Passed', 'Failed'
        $result.Tests[0].Duration | Should -BeOfType [timespan]
        $result.Failed[0].ErrorRecord[0].Exception.Message | Should -Be 'text'
        $result.Duration | Should -BeGreaterThan ([timespan]::Zero)
    }

    It 'leaves the count of failures in LASTEXITCODE' {
        $null = Invoke-Inner 'Describe d { It a { throw 1 }; It b { throw 2 }; It c { } }'
        $global:LASTEXITCODE | Should -Be 2
    }

    It 'shows names, marks, the failing line and the counts' {
        $file = Join-Path $TestDrive shown.Tests.ps1
        [IO.File]::WriteAllText($file, "Describe 'block' {`nIt 'good' { }`nIt 'bad' { 1 | Should -Be 2 }`nIt 'left' -Skip { }`n}")
        $shown = (Invoke-Pester $file -Output Detailed 6>&1 | ForEach-Object { "$_" }) -join "`n"
        $shown | Should -Match 'Describing block'
        $shown | Should -Match '\[\+\] good'
        $shown | Should -Match '\[-\] bad'
        $shown | Should -Match '\[!\] left'
        $shown | Should -Match 'shown\.Tests\.ps1:3'
        $shown | Should -Match 'Tests Passed: 1'
        $shown | Should -Match 'Failed: 1'
        $shown | Should -Match 'Skipped: 1'
    }

    It 'writes a report' -ForEach 'NUnitXml', 'JUnitXml' {
        $file = Join-Path $TestDrive reported.Tests.ps1
        [IO.File]::WriteAllText($file, "Describe d { It a { }; It b { throw 'text <&>' } }")
        $configuration = New-PesterConfiguration @{
            Run        = @{ Path = $file }
            Output     = @{ Verbosity = 'None' }
            TestResult = @{ Enabled = $true; OutputPath = "$TestDrive/report.xml"; OutputFormat = $_ }
        }
        Invoke-Pester -Configuration $configuration
        $report = [xml][IO.File]::ReadAllText("$TestDrive/report.xml")
        $report.DocumentElement.GetAttribute('failures') | Should -Be 1
        $report.SelectNodes('//failure') | Should -HaveCount 1
    }
}

Describe 'TestDrive' {
    It 'is new for a file, shared by its blocks, and rid of what each block made' {
        $result = Invoke-Inner @'
BeforeAll { [IO.File]::WriteAllText("$TestDrive/file", '') }
Describe a {
    It one { $global:RunnerLog.Add($TestDrive); [IO.Directory]::CreateDirectory("$TestDrive/x/y"); 'TestDrive:/x/y' | Should -Exist }
    It two { 'TestDrive:/x/y' | Should -Exist }
}
Describe b { It three { 'TestDrive:/x' | Should -Not -Exist; 'TestDrive:/file' | Should -Exist; $global:RunnerLog.Add($TestDrive) } }
'@
        $result.PassedCount | Should -Be 3
        $global:RunnerLog[1] | Should -Be $global:RunnerLog[0]
        $global:RunnerLog[0] | Should -Not -Be "$TestDrive"
        $global:RunnerLog[0] | Should -Not -Exist
        $TestDrive | Should -Exist
    }

    It 'does not follow links when it cleans up' {
        $target = Join-Path $TestDrive target
        $null = [IO.Directory]::CreateDirectory($target)
        [IO.File]::WriteAllText("$target/kept", '')
        $global:RunnerTarget = $target
        $null = Invoke-Inner 'Describe d { It a { $null = [IO.Directory]::CreateSymbolicLink("$TestDrive/link", $global:RunnerTarget) } }'
        Remove-Item variable:global:RunnerTarget
        "$target/kept" | Should -Exist
    }
}
