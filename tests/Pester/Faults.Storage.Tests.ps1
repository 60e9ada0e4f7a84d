# What copies, keeps, brings back and moves containers, killed at random moments and on a full disk: no half container is ever listed, none is lost,
# and the next try works.
BeforeDiscovery {
    . $PSScriptRoot/Interrupted.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Interrupted.ps1
    $owner = 0
    $shift = 0
}

AfterAll {
    Remove-Item $outside -Recurse -Force
    Assert-NothingLeft
}

Describe 'Death at any moment' {
    BeforeAll {
        $place = $LxcPath
        New-Base
    }

    AfterAll {
        Remove-Item "$place/archives", "$place/images" -Recurse -Force -ErrorAction Ignore
    }

    It 'of <Operation> leaves what is whole, and the next try works' -ForEach $operations { Assert-SurvivesDeath }
}

Describe 'A full disk at any moment' {
    BeforeAll {
        $place = [IO.Directory]::CreateDirectory("/tmp/lxcps-full-$Unique").FullName
        & mount -t tmpfs -o size=200m tmpfs $place
        New-Base
    }

    AfterAll {
        & mount -o remount,size=200m $place
        Get-LxcContainer -LxcPath $place | Remove-LxcContainer -LxcPath $place -Force
        & umount $place
        Remove-Item $place, "/run/lxc/lock$place" -Recurse -Force -ErrorAction Ignore
    }

    It 'under <Operation> leaves what is whole, and the next try works' -ForEach $operations { Assert-SurvivesFullDisk }
}
