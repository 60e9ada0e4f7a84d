# ./pwsh: which PowerShell it takes, and when it builds. Nothing real is started or built here: stand-ins say what they were called with.
BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $fresh = (New-Item -ItemType Directory (Join-Path $TestDrive 'fresh')).FullName
    Copy-Item "$root/pwsh" $fresh
    $null = New-Item -ItemType Directory "$fresh/tools/Host"
    Set-Content "$fresh/tools/Host/LxcPS.Host.csproj" '<Project/>'
    Set-Content "$fresh/Directory.Build.props" '<Project/>'
    Set-Content "$fresh/Directory.Packages.props" '<Project/>'

    # A PATH of only these commands, so that the machine's own pwsh and dotnet are out of sight.
    function New-PathFolder([string] $Name, [hashtable] $Script = @{}) {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive $Name)).FullName
        foreach ($one in 'sh', 'readlink', 'find', 'mkdir', 'rm', 'mv', 'ln', 'flock', 'sleep', 'chmod', 'cat') {
            $null = New-Item -ItemType SymbolicLink -Path (Join-Path $folder $one) -Target (Get-Command $one -CommandType Application)[0].Source
        }
        foreach ($one in $Script.Keys) {
            Set-Content (Join-Path $folder $one) "#!/bin/sh`n$($Script[$one])"
            chmod +x (Join-Path $folder $one)
        }
        $folder
    }

    function Invoke-Launcher([string] $Path, [string[]] $Argument) {
        $before = $env:PATH, $env:LXCPS_HOST
        try {
            $env:PATH = $Path
            $env:LXCPS_HOST = $forced
            & "$fresh/pwsh" @Argument 2>&1
        }
        finally {
            $env:PATH, $env:LXCPS_HOST = $before
        }
    }
    $forced = $null

    # Stands in for the SDK: a build takes a moment, is noted, and leaves a host that says how it was called.
    $dotnet = @'
echo built >> "$LAUNCHER_LOG"
if [ -n "${LAUNCHER_FAIL-}" ]; then echo 'error CS0000: no'; exit 1; fi
sleep 1
printf '#!/bin/sh\necho "host: $*"\n' > "$6/lxcps-host"
chmod +x "$6/lxcps-host"
'@
    $env:LAUNCHER_LOG = Join-Path $TestDrive 'log'
    $sdk = New-PathFolder 'sdk' @{ dotnet = $dotnet }
}

AfterAll {
    Remove-Item Env:LAUNCHER_LOG
}

Describe './pwsh' {
    It 'says what to install where there is neither PowerShell nor dotnet' {
        $said = Invoke-Launcher (New-PathFolder 'bare') '-NoProfile'
        $LASTEXITCODE | Should -Be 127
        "$said" | Should -BeLike '*install PowerShell, or the .NET 10 SDK*'
    }

    It 'says why when the build fails, and leaves nothing behind' {
        $env:LAUNCHER_FAIL = 'yes'
        $said = Invoke-Launcher $sdk '-Command', '1'
        Remove-Item Env:LAUNCHER_FAIL
        $LASTEXITCODE | Should -Be 1
        "$said" | Should -BeLike '*CS0000*could not be built*'
        "$fresh/out/host" | Should -Not -Exist
    }

    It 'builds once for two that start together' {
        Set-Content $env:LAUNCHER_LOG ''
        $before = $env:PATH
        $env:PATH = $sdk
        $both = & sh -c "'$fresh/pwsh' a & '$fresh/pwsh' b & wait"
        $env:PATH = $before
        $both | Sort-Object | Should -Be 'host: a', 'host: b'
        @(Get-Content $env:LAUNCHER_LOG | Where-Object { $_ }).Count | Should -Be 1
    }

    It 'does not build again' {
        Set-Content $env:LAUNCHER_LOG ''
        Invoke-Launcher $sdk '-File', 'a b' | Should -Be 'host: -File a b'
        Get-Content $env:LAUNCHER_LOG | Where-Object { $_ } | Should -BeNullOrEmpty
    }

    It 'builds again when a source is newer' {
        Set-Content $env:LAUNCHER_LOG ''
        Set-Content "$fresh/tools/Host/New.cs" '//'
        Invoke-Launcher $sdk 'x' | Should -Be 'host: x'
        @(Get-Content $env:LAUNCHER_LOG | Where-Object { $_ }).Count | Should -Be 1
    }

    It 'takes the pwsh on PATH if it is version <Version>' -ForEach @(
        @{ Version = '7.6.0' }, @{ Version = '7.10.2' }, @{ Version = '8.0.0-preview.1' }
    ) {
        $path = New-PathFolder "own-$Version" @{ pwsh = "case `"`$*`" in *-Version) echo 'PowerShell $Version';; *) echo `"own: `$*`";; esac" }
        Invoke-Launcher $path '-NoProfile', '-Command', '1' | Should -Be 'own: -NoProfile -Command 1'
    }

    It 'passes over the pwsh on PATH if it says <Says>' -ForEach @(
        @{ Says = 'PowerShell 7.5.4' }, @{ Says = 'PowerShell 6.2.0' }, @{ Says = 'nothing of the kind' }
    ) {
        $path = New-PathFolder "old-$($Says -replace '\W')" @{ pwsh = "echo '$Says'"; dotnet = $dotnet }
        Invoke-Launcher $path 'x' | Should -Be 'host: x'
    }

    It 'takes the host in any case if LXCPS_HOST is set' {
        $path = New-PathFolder 'forced' @{ pwsh = "echo 'PowerShell 7.6.0'"; dotnet = $dotnet }
        $forced = '1'
        Invoke-Launcher $path 'x' | Should -Be 'host: x'
    }

    It 'does not find itself on PATH' {
        Invoke-Launcher "${fresh}:$sdk" 'x' | Should -Be 'host: x'
    }
}
