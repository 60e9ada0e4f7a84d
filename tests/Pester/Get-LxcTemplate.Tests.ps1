# Template scripts of LXC's kind: Get-LxcTemplate and New-LxcContainer -Template.
BeforeDiscovery {
    $scripts = '/usr/share/lxc/templates'
    $hasBusybox = Test-Path "$scripts/lxc-busybox"
    $hasLocal = Test-Path "$scripts/lxc-local"
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $scripts = [IO.Directory]::CreateDirectory("/tmp/lxcps-templates-$Unique").FullName

    function New-Script {
        # A template script of this file's own.
        param([string] $Text, [string] $Name = 'lxc-own')
        [IO.File]::WriteAllText("$scripts/$Name", "#!/bin/sh`n$Text`n")
        & chmod 755 "$scripts/$Name"
        "$scripts/$Name"
    }

    # What a script has to make, from the busybox of this machine.
    $busybox = 'for a in "$@"; do case $a in --rootfs=*) r=${a#--rootfs=};; --path=*) p=${a#--path=};; --name=*) n=${a#--name=};; esac; done
mkdir -p $r/bin $r/etc $r/proc $r/sys $r/dev $r/tmp && cp "$(command -v busybox)" $r/bin/busybox && for l in sh id cat stat init; do ln -s busybox $r/bin/$l; done && ln -s bin $r/sbin'
}

AfterAll {
    Remove-Item $scripts -Recurse -Force
    Assert-NothingLeft
}

Describe 'Get-LxcTemplate' {
    It 'has the named templates first, and LXC''s scripts' {
        $templates = @(Get-LxcTemplate)
        $templates[0] | Should -BeOfType ([LxcPS.LxcTemplate])
        $templates[0].Name | Should -Be 'Host'
        $templates.Where({ $_.Kind -eq 'Script' }).Name | Should -Be @(Get-ChildItem /usr/share/lxc/templates -Filter lxc-* -ErrorAction Ignore | ForEach-Object Name | Sort-Object { $_ } -Culture '')
        foreach ($template in $templates) {
            $template.Description | Should -Not -BeNullOrEmpty
            $template.Available | Should -Be ($null -eq $template.Missing)
        }
    }

    It 'takes wildcards, and says what is none' {
        (Get-LxcTemplate b*).Name | Should -Be 'Busybox'
        $outcome = Get-Outcome { 'Host', 'nothing', 'Host' | Get-LxcTemplate }
        $outcome.Output.Name | Should -Be 'Host', 'Host'
        $outcome.Errors.FullyQualifiedErrorId | Should -Be 'TemplateFailed,LxcPS.Commands.GetLxcTemplateCommand'
        "$($outcome.Errors[0].CategoryInfo.Category)" | Should -Be 'ObjectNotFound'
    }

    It 'is what -Template completes' {
        $words = (TabExpansion2 'New-LxcContainer x -Template ').CompletionMatches.CompletionText
        $words | Should -Be @(Get-LxcTemplate).Name
    }
}

Describe 'New-LxcContainer with a template script' {
    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
    }

    It 'is given what lxc-create gives, keeps what it writes, and adds the rest: <Kind>' -Tag Vm -ForEach @{ Kind = 'unprivileged' }, @{ Kind = 'privileged' } {
        $file = New-Script "$busybox
echo `"arguments: `$*`"; echo `"config: `$(cat `$p/config)`"; echo `"ids: `$(xargs </proc/self/uid_map)`"; mount -t tmpfs none `$r/tmp
echo 'lxc.tty.max = 2' >>`$p/config; echo 'lxc.environment = MADE=yes' >>`$p/config; chown 12:34 `$r/etc"
        $lines = @(New-LxcContainer "own-$Unique" -Template $file -TemplateArgument '--release', 'two words' -Privileged:($Kind -eq 'privileged') -Verbose 4>&1)
        $text = $lines.Where({ $_ -is [Management.Automation.VerboseRecord] }).Message -join "`n"
        $mapped = if ($Kind -eq 'privileged') { '' } else { ' --mapped-uid 0 --mapped-gid 0' }
        $text | Should -BeLike "*arguments: --path=$LxcPath/own-$Unique --name=own-$Unique --rootfs=$LxcPath/own-$Unique/rootfs --release two words$mapped*"
        $text | Should -BeLike "*config: lxc.rootfs.path = dir:$LxcPath/own-$Unique/rootfs*"
        $text | Should -Match $(if ($Kind -eq 'privileged') { 'ids: 0 0 4294967295' } else { 'ids: 0 [1-9]\d+ 65536' })
        $lines.Where({ $_ -is [LxcPS.LxcContainer] }).Name | Should -Be "own-$Unique"
        (Get-LxcConfig "own-$Unique" lxc.tty.max).Value | Should -Be '2'
        @(Get-LxcConfig "own-$Unique" lxc.cap.drop).Value | Should -Match 'sys_module'
        (Get-LxcContainer "own-$Unique").Unprivileged | Should -Be ($Kind -eq 'unprivileged')
        & stat -c '%u:%g' "$LxcPath/own-$Unique/rootfs/bin/busybox" "$LxcPath/own-$Unique/rootfs/etc" "$LxcPath/own-$Unique/config" | Should -Be '0:0', '12:34', '0:0'
        Get-Content /proc/self/mounts | Should -Not -Match "own-$Unique"
        Start-LxcContainer "own-$Unique" -Command sh '-c' 'id -u; echo $MADE' | Should -Be '0', 'yes'
    }

    It 'makes what LXC''s own script makes: lxc-busybox, <Template> <Kind>' -Skip:(-not $hasBusybox) -ForEach @(
        @{ Kind = 'unprivileged'; Template = 'lxc-busybox' }, @{ Kind = 'privileged'; Template = '/usr/share/lxc/templates/lxc-busybox' }
    ) {
        (New-LxcContainer "busy-$Unique" -Template $Template -Privileged:($Kind -eq 'privileged')).Name | Should -Be "busy-$Unique"
        Start-LxcContainer "busy-$Unique"
        Invoke-LxcCommand "busy-$Unique" sh '-c' 'test -x /bin/passwd && echo made' | Should -Be 'made'
        Stop-LxcContainer "busy-$Unique" -Kill
    }

    It 'makes a container of an image''s files: lxc-local' -Skip:(-not $hasLocal) {
        [IO.File]::WriteAllText("$scripts/maker", $busybox)
        & sh -c 'd=$1; set -- "--rootfs=$d/image/rootfs"; . "$d/maker"; cd "$d/image" && printf "lxc.arch = x86_64\n" >config && cp config config-user && tar -cJf ../meta.tar.xz config config-user && tar -cJf ../root.tar.xz -C rootfs .' sh $scripts
        $LASTEXITCODE | Should -Be 0
        [void] (New-LxcContainer "local-$Unique" -Template local -TemplateArgument '--metadata', "$scripts/meta.tar.xz", '--fstree', "$scripts/root.tar.xz")
        Start-LxcContainer "local-$Unique" -Command id '-u' | Should -Be '0'
    }

    It 'says what a script said that failed, and leaves nothing' {
        $file = New-Script "echo going; echo 'no such release' >&2; exit 3"
        $outcome = Get-Outcome { New-LxcContainer "fails-$Unique" -Template $file }
        Assert-OneError $outcome TemplateFailed InvalidOperation "fails-$Unique"
        $outcome.Errors[0].Exception.Message | Should -Match 'ended with 3: going; no such release'
        Test-Path "$LxcPath/fails-$Unique" | Should -BeFalse
    }

    It 'refuses <Title>' -ForEach @(
        @{ Title = 'a configuration that is none'; Text = 'echo lxc.nonsense = 1 >$p/config'; Match = 'lxc\.nonsense' }
        @{ Title = 'a configuration that is a link'; Text = 'ln -sf /etc/passwd $p/config'; Match = 'cannot be used' }
        @{ Title = 'a root file system that is a link'; Text = 'rm -r $r; ln -s / $r'; Match = 'cannot be used' }
    ) {
        $file = New-Script "$busybox; $Text"
        $outcome = Get-Outcome { New-LxcContainer "evil-$Unique" -Template $file }
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -Match $Match
        Test-Path "$LxcPath/evil-$Unique" | Should -BeFalse
    }

    It 'gives a script of an unprivileged container nothing of the host' {
        $file = New-Script "touch /etc/lxcps-touched && echo touched; cat /etc/shadow >/dev/null && echo read; mount -o remount,ro / && echo mounted; exit 1"
        $outcome = Get-Outcome { New-LxcContainer "held-$Unique" -Template $file }
        Test-Path /etc/lxcps-touched | Should -BeFalse
        $outcome.Errors[0].Exception.Message | Should -Not -Match '(?<!un)touched;|; read|mounted'
    }

    It 'ends all that a script has started when it is stopped' {
        # Root of the script's namespace is nobody here.
        & chmod 1777 $scripts
        $file = New-Script "sleep 4711 & (setsid sleep 4712 &) ; echo `$`$ >$scripts/started; sleep 4713"
        $session = Start-Session "New-LxcContainer 'cut-$Unique' -Template $file -LxcPath '$LxcPath'"
        try {
            Wait-Until { Test-Path "$scripts/started" } -Seconds 30 | Should -BeTrue
            @(Get-ProcessTable).Where({ $_.CommandLine -match '^sleep 471[123]' }) | Should -HaveCount 3
        }
        finally {
            $session.Kill()
            $session.WaitForExit()
        }

        Wait-Until { -not @(Get-ProcessTable).Where({ $_.CommandLine -match '^sleep 471[123]' }) } | Should -BeTrue
        New-Script $busybox | Out-Null
        (New-LxcContainer "cut-$Unique" -Template $file).Name | Should -Be "cut-$Unique"
    }

    It 'refuses arguments for what is no script' {
        Assert-OneError (Get-Outcome { New-LxcContainer "none-$Unique" -Template Busybox -TemplateArgument x }) TemplateFailed InvalidOperation "none-$Unique"
    }
}
