# Archives that are others when they are unpacked than when they were looked into, and a tar that takes every name as it is.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $base = "base-$Unique"
    [void] (New-TestContainer $base @{ 'lxc.mount.entry' = "$LxcPath/$base/shared srv none bind,create=dir 0 0" })
    [void] [IO.Directory]::CreateDirectory("$LxcPath/$base/shared")
    [IO.File]::WriteAllText("$LxcPath/$base/shared/file", 'shared')

    # What must stay as it is: a directory of the host's.
    $place = [IO.Directory]::CreateDirectory("/tmp/lxcps-hostile-$Unique").FullName
    $outside = [IO.Directory]::CreateDirectory("$place/outside").FullName
    [IO.File]::WriteAllText("$outside/secret", 'secret')
    & tar --create "--file=$place/good.tar" "--directory=$LxcPath/$base" .

    # What is listed is the good archive; what is unpacked is the one that is given.
    [void] [IO.Directory]::CreateDirectory("$place/bin")
    $tar = (Get-Command tar -CommandType Application | Select-Object -First 1).Source
    [IO.File]::WriteAllText("$place/bin/tar", "#!/bin/sh`ncase `"`$*`" in`n*--list*|*--to-stdout*) exec $tar `"`$@`" < $place/good.tar ;;`n*) exec $tar --absolute-names `"`$@`" ;;`nesac`n")
    & chmod 755 "$place/bin/tar"

    function Get-Outside {
        & find "$place/outside" -printf '%p %y %m %U:%G %n %s %T@ %l\n' | Sort-Object
        [IO.File]::ReadAllText("$outside/secret")
    }

    function New-Archive {
        param([scriptblock] $Change, [string[]] $Arguments = '.')
        $directory = [IO.Directory]::CreateDirectory("$place/made").FullName
        & cp -a "$LxcPath/$base/." $directory
        & $Change $directory
        & $tar --create "--file=$place/evil.tar" "--directory=$directory" @Arguments
        & rm -rf $directory
    }
}

AfterAll {
    Remove-Item $place -Recurse -Force
    Assert-NothingLeft
}

Describe 'Import-LxcContainer of an archive that was exchanged' {
    It 'reaches nothing outside by <Title>' -ForEach @(
        @{ Title = 'an absolute name'; Id = 'ArchiveFailed'; Arguments = '--absolute-names', '--transform=s,^\./shared/file$,OUTSIDE/evil,', '.' }
        @{ Title = 'an absolute name of a file that is there'; Id = 'ArchiveFailed'; Arguments = '--absolute-names', '--transform=s,^\./shared/file$,OUTSIDE/secret,', '.' }
        @{ Title = 'the mode of a directory'; Id = 'ArchiveFailed'; Change = { & mkdir -m 777 "$args/zz" }; Arguments = '--absolute-names', '--transform=s,^\./zz$,OUTSIDE,', '.' }
        @{ Title = 'a link'; Id = 'ArchiveFailed'; Change = { & ln -s $outside "$args/rootfs/a"; & touch "$args/rootfs/b" }; Arguments = '--sort=name', '--transform=s,^\./rootfs/b$,./rootfs/a/evil,', '.' }
        @{ Title = 'a link of /proc'; Id = 'ArchiveFailed'; Change = { & ln -s "/proc/$PID/root$outside" "$args/rootfs/a"; & touch "$args/rootfs/b" }; Arguments = '--sort=name', '--transform=s,^\./rootfs/b$,./rootfs/a/evil,', '.' }
        @{ Title = 'a hard link'; Id = 'ArchiveFailed'; Change = { & ln "$args/shared/file" "$args/shared/two" }; Arguments = '--absolute-names', '--sort=name', '--transform=flags=h;s,^\./shared/file$,OUTSIDE/secret,', '.' }
        @{ Title = 'a device node'; Id = 'ArchiveFailed'; Change = { & mknod "$args/rootfs/disk" b 8 0 } }
        @{ Title = 'a link beside the root file system'; Id = 'ArchiveRefused'; Change = { & ln -s $outside "$args/shared/out" } }
        @{ Title = 'a root file system that is a link'; Id = 'ArchiveRefused'; Change = { & rm -rf "$args/rootfs"; & ln -s $outside "$args/rootfs" } }
        @{ Title = 'a configuration that is a link'; Id = 'ArchiveRefused'; Change = { & mv "$args/config" "$args/shared/"; & ln -s shared/config "$args/config" } }
    ) {
        New-Archive ($Change ?? { }) (($Arguments ?? '.') -replace 'OUTSIDE', $outside)
        $before = Get-Outside
        $old = $env:PATH
        try {
            $env:PATH = "$place/bin:$env:PATH"
            $outcome = Get-Outcome { Import-LxcContainer "$place/evil.tar" "evil-$Unique" }
        }
        finally {
            $env:PATH = $old
        }

        Get-Outside | Should -Be $before
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.ErrorId | Should -BeExactly $Id
        Test-Path "$LxcPath/evil-$Unique" | Should -BeFalse
    }

    It 'reaches nothing outside by ..' {
        New-Archive { & touch "$args/evil" } '--absolute-names', '--transform=s,^\./evil$,../../../evil,', '.'
        $old = $env:PATH
        try {
            $env:PATH = "$place/bin:$env:PATH"
            [void] (Import-LxcContainer "$place/evil.tar" "evil-$Unique")
        }
        finally {
            $env:PATH = $old
        }

        # What is above the directory is itself.
        Test-Path "$LxcPath/evil-$Unique/evil", "$LxcPath/evil", '/evil', '/tmp/evil' | Should -Be $true, $false, $false, $false
    }
}
