BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1

    function Get-Range {
        # The ids of containers on the host: first and last of users and of groups.
        param([string[]] $Name)
        foreach ($one in $Name) {
            foreach ($line in [IO.File]::ReadAllLines("$LxcPath/$one/config") -match '^lxc\.idmap') {
                $words = ($line -split '=')[1].Trim() -split ' '
                [pscustomobject]@{ Name = $one; Kind = $words[0]; First = [uint] $words[2]; Last = [uint] $words[2] + [uint] $words[3] - 1 }
            }
        }
    }

    function Get-Overlap {
        # Pairs of ranges that have an id in common.
        param([object[]] $Range)
        for ($i = 0; $i -lt $Range.Count; $i++) {
            for ($j = 0; $j -lt $i; $j++) {
                if ($Range[$i].Kind -eq $Range[$j].Kind -and $Range[$i].First -le $Range[$j].Last -and $Range[$j].First -le $Range[$i].Last) {
                    "$($Range[$i].Name) and $($Range[$j].Name)"
                }
            }
        }
    }

    function Invoke-WithRanges {
        # Runs a script in a session of its own, for which /etc/subuid and /etc/subgid hold these lines; the host's stay as they are.
        param([string[]] $Line, [string] $Script)
        $file = "$LxcPath/ranges"
        [IO.File]::WriteAllLines($file, $Line)
        $Shell = @('unshare', '-m', '--propagation', 'private', 'sh', '-c',
            "for f in subuid subgid; do [ -e /etc/`$f ] || exit 9; mount --bind $file /etc/`$f || exit 9; done; exec `"`$@`"", 'sh') + $Shell
        $session = Start-Session $Script
        $session.StandardInput.Close()
        $errors = $session.StandardError.ReadToEndAsync()
        $text = $session.StandardOutput.ReadToEnd()
        $session.WaitForExit()
        $errors.Result | Should -BeNullOrEmpty
        $text
    }
}

AfterAll {
    if ([IO.File]::Exists("$LxcPath/ranges")) {
        [IO.File]::Delete("$LxcPath/ranges")
    }

    Assert-NothingLeft
}

Describe 'New-LxcContainer -Isolated' {
    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
    }

    It 'gives a container ids of its own, which it runs with' {
        $one = "one-$Unique"
        New-LxcContainer $one -Template Busybox -Isolated | Start-LxcContainer
        $range = Get-Range $one
        $range.Kind | Should -Be 'u', 'g'
        foreach ($each in $range) {
            $each.Last - $each.First | Should -Be 65535
        }

        $init = (Get-LxcContainer $one).ProcessId
        [IO.File]::ReadAllText("/proc/$init/status") | Should -Match "(?m)^Uid:\s+$($range[0].First)\s"
        foreach ($file in '/etc/subuid', '/etc/subgid') {
            if ([IO.File]::Exists($file)) {
                foreach ($line in [IO.File]::ReadAllLines($file)) {
                    $words = $line -split ':'
                    Get-Overlap ($range + [pscustomobject]@{ Name = $line; Kind = 'u'; First = [uint] $words[1]; Last = [uint] $words[1] + [uint] $words[2] - 1 }) |
                        Should -BeNullOrEmpty
                }
            }
        }
    }

    It 'takes a range that is free again, and none that is not' {
        $one = "one-$Unique"
        $two = "two-$Unique"
        [void] (New-LxcContainer $one, $two -Template Busybox -Isolated)
        $first = (Get-Range $one).First
        (Get-Range $two).First | Should -Not -Be $first
        Remove-LxcContainer $one -Confirm:$false
        [void] (New-LxcContainer "three-$Unique" -Template Busybox -Isolated)
        (Get-Range "three-$Unique").First | Should -Be $first
    }

    It 'keeps ranges apart when many are created at once, beside others' {
        $sessions = foreach ($number in 1..6) {
            $how = if ($number % 3) { '-Isolated' } else { '' }
            Start-Beside "foreach (`$i in 1..5) { New-LxcContainer `"many$number-`$i-$Unique`" -Template Busybox $how -ErrorAction Stop }"
        }

        foreach ($session in $sessions) {
            [void] $session.Pipeline.EndInvoke($session.Handle)
            $session.Pipeline.HadErrors | Should -BeFalse
            $session.Pipeline.Dispose()
        }

        $names = (Get-LxcContainer "many*-$Unique").Name
        $names.Count | Should -Be 30
        $ranges = @(Get-Range $names)
        $ranges.Count | Should -Be 60
        Get-Overlap $ranges | Should -BeNullOrEmpty
    }

    It 'keeps clear of ranges that users share with root, which the default does not' -Skip:(-not ([IO.File]::Exists('/etc/subuid') -and [IO.File]::Exists('/etc/subgid'))) {
        $shared = 'root:100000:65536', 'alice:100000:65536', 'bob:1879048192:10'
        Invoke-WithRanges $shared "New-LxcContainer plain-$Unique -Template Busybox; New-LxcContainer alone-$Unique -Template Busybox -Isolated" |
            Should -Match "alone-$Unique"
        $plain = Get-Range "plain-$Unique"
        $alone = Get-Range "alone-$Unique"
        $plain.First | Should -Be 100000, 100000 -Because 'the default takes what the files give to root'
        $alone.First | Should -Be 1879113728, 1879113728 -Because 'the first range of our own area has ids of bob''s'

        # The only range of root's is taken: the default has none left.
        $text = Invoke-WithRanges $shared "try { New-LxcContainer next-$Unique -Template Busybox -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }"
        $text | Should -Match 'IdMapFailed,'
        Invoke-WithRanges $shared "New-LxcContainer next-$Unique -Template Busybox -Isolated" | Should -Match "next-$Unique"
        Get-Overlap @(Get-Range (Get-LxcContainer).Name) | Should -BeNullOrEmpty
    }

    It 'is refused with ids that somebody names' {
        $name = "no-$Unique"
        Assert-OneError (Get-Outcome { New-LxcContainer $name -Template Busybox -Isolated -Privileged }) ConfigInvalidValue InvalidArgument $name
        Assert-OneError (Get-Outcome { New-LxcContainer $name -Template Busybox -Isolated -Config @{ 'lxc.idmap' = 'u 0 100000 65536', 'g 0 100000 65536' } }) `
            ConfigInvalidValue InvalidArgument $name
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
    }
}
