<#
.SYNOPSIS
Builds, tests, demonstrates, measures and packages LxcPS.
.DESCRIPTION
./pwsh build.ps1 <task>, where the task is one of
  Build    the module folder out/LxcPS/<version>, ready for Import-Module
  Test     every test layer that this machine can run, LXC's own tools among them; the last line is 'N passed, N failed, N skipped'
  Demo     real containers: created, limited, started, entered, listed, suspended, stopped and removed
  Bench    our times beside those of the peers that are installed, in one table
  Help     docs/help as en-US/LxcPS.dll-Help.xml
  Package  Build and Help for every runtime that this machine can link for, and an archive of the folder
  Clean    removes out
What is missing on the machine is installed through apt-get where that is possible, and named where it is not.
Test boots a virtual machine, too, for what this one may not have: a kernel with AppArmor, cgroup v2 alone. It takes minutes; -NoVm
leaves it out.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Bench', 'Help', 'Package', 'Clean')]
    [string] $Task = 'Build',

    # Of the Pester tests: only files whose name matches.
    [string] $TestName = '*',

    # How many times Bench measures each line.
    [int] $Runs = 30,

    # Also the tests that take minutes: thousands of cycles, hundreds of kills, inputs that are made for ten minutes.
    [switch] $Long,

    # Without the tests in the virtual machine of tests/Vm.
    [switch] $NoVm
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$out = Join-Path $root 'out'
$version = ([xml][IO.File]::ReadAllText((Join-Path $root 'Directory.Build.props'))).SelectSingleNode('/Project/PropertyGroup/Version').InnerText
$module = Join-Path $out "LxcPS/$version"
$triples = @{ 'linux-x64' = 'x86_64-linux-gnu'; 'linux-arm64' = 'aarch64-linux-gnu' }
$crossPackages = @{ 'linux-x64' = 'gcc-x86-64-linux-gnu', 'libc6-dev-amd64-cross'; 'linux-arm64' = 'gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross' }
$rid = if ([Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -eq 'Arm64') { 'linux-arm64' } else { 'linux-x64' }

function Invoke-Tool {
    # Runs a program whose failure ends the build; its output is shown only then, unless -Show.
    param([string] $Program, [string[]] $ArgumentList, [switch] $Show)
    if ($Show) {
        & $Program @ArgumentList | Out-Host
    }
    else {
        $text = & $Program @ArgumentList 2>&1
    }

    if ($LASTEXITCODE -ne 0) {
        if (-not $Show) {
            $text | Out-Host
        }

        throw "$Program $($ArgumentList -join ' ') ended with $LASTEXITCODE"
    }
}

function Install-Missing {
    # Packages: a table of the command or file that shows that a package is there, and the package.
    param([System.Collections.IDictionary] $Need, [switch] $Optional)
    $missing = @(foreach ($probe in $Need.Keys) {
        $there = if ($probe.StartsWith('/')) { Test-Path $probe } else { [bool](Get-Command $probe -CommandType Application -ErrorAction Ignore) }
        if (-not $there) { $Need[$probe] }
    }) | Select-Object -Unique
    if (-not $missing) {
        return
    }

    $isRoot = [Environment]::UserName -eq 'root'
    if ($isRoot -and (Get-Command apt-get -CommandType Application -ErrorAction Ignore)) {
        Write-Host "Installing $($missing -join ', ') with apt-get"
        $env:DEBIAN_FRONTEND = 'noninteractive'
        try {
            Invoke-Tool apt-get @('-qq', 'update')
            Invoke-Tool apt-get (@('-qq', 'install', '-y', '--no-install-recommends') + $missing)
        }
        catch {
            if (-not $Optional) {
                throw
            }

            Write-Host "Not installed: $($_.Exception.Message)"
        }
    }
    elseif (-not $Optional) {
        throw "Missing: $($missing -join ', '). Run: sudo apt-get install $($missing -join ' ')"
    }
}

function Get-PackageRoot {
    if ($env:NUGET_PACKAGES) { $env:NUGET_PACKAGES } else { Join-Path $HOME '.nuget/packages' }
}

function Build-Module {
    param([string[]] $Runtime = @($rid))
    $linker = @{ 'ld' = 'binutils'; 'gcc' = 'gcc'; '/usr/include/zlib.h' = 'zlib1g-dev'; '/usr/include/stdlib.h' = 'libc6-dev' }
    Install-Missing $linker

    # With the archives of libseccomp and libc the helper is linked with them; without, it finds them on the host at each start.
    Install-Missing @{ "/usr/lib/$($triples[$rid])/libseccomp.a" = 'libseccomp-dev' } -Optional
    Write-Host "Building LxcPS $version"
    # With native code of this machine's architecture beside the IL, which the others run: the first calls of a session do not wait for the compiler.
    $built = Join-Path $out 'stage'
    Invoke-Tool dotnet @('publish', (Join-Path $root 'src/LxcPS/LxcPS.csproj'), '-r', $rid, '--self-contained', 'false', '-p:PublishReadyToRun=true',
        '-c', 'Release', '-v', 'quiet', '--nologo', '-o', $built)
    New-Item -ItemType Directory -Force $module | Out-Null
    foreach ($name in 'LxcPS.dll', 'LxcPS.Engine.dll', 'LxcPS.Native.dll', 'LxcPS.Format.ps1xml') {
        Copy-Item (Join-Path $built $name) (Join-Path $module $name) -Force
    }

    Copy-Item (Join-Path $root 'src/LxcPS.Engine/Seccomp/default.seccomp') (Join-Path $module 'default.seccomp') -Force
    Copy-Item (Join-Path $root 'src/LxcPS/hook.ps1') (Join-Path $module 'hook.ps1') -Force
    Copy-Item (Join-Path $root 'src/LxcPS.Engine/Confinement/lxcps-monitor.apparmor') (Join-Path $module 'lxcps-monitor.apparmor') -Force
    foreach ($name in 'LICENSE', 'NOTICE') {
        Copy-Item (Join-Path $root $name) (Join-Path $module $name) -Force
    }

    $manifest = [IO.File]::ReadAllText((Join-Path $root 'src/LxcPS/LxcPS.psd1'))
    [IO.File]::WriteAllText((Join-Path $module 'LxcPS.psd1'), $manifest.Replace("'0.0.0'", "'$version'"))
    foreach ($runtime in $Runtime) {
        $target = Join-Path $module "runtimes/$runtime"
        New-Item -ItemType Directory -Force $target | Out-Null
        $stage = Join-Path $out "monitor/$runtime"
        $cross = if ($runtime -ne $rid) { "-p:CppCompilerAndLinker=$($triples[$runtime])-gcc", "-p:ObjCopyName=$($triples[$runtime])-objcopy" }
        Invoke-Tool dotnet (@('publish', (Join-Path $root 'src/LxcPS.Monitor/LxcPS.Monitor.csproj'), '-r', $runtime, '-c', 'Release', '-v', 'quiet', '--nologo', '-o', $stage) + $cross)
        # A new file in the old one's place: containers that run keep the old one.
        $monitor = Join-Path $target 'lxcps-monitor'
        Copy-Item (Join-Path $stage 'lxcps-monitor') "$monitor.new" -Force
        [IO.File]::Move("$monitor.new", $monitor, $true)
        $libc = Join-Path (Get-PackageRoot) "tmds.libc/0.5.0/runtimes/$runtime/lib/netstandard2.0/Tmds.LibC.dll"
        Copy-Item $libc (Join-Path $target 'Tmds.LibC.dll') -Force
    }
}

function Build-Help {
    Write-Host 'Making help'
    $target = Join-Path $module 'en-US'
    New-Item -ItemType Directory -Force $target | Out-Null
    Invoke-Tool dotnet @('run', '--project', (Join-Path $root 'tools/Help/LxcPS.Help.csproj'), '-c', 'Release', '-v', 'quiet', '--',
        (Join-Path $root 'docs/help'), (Join-Path $target 'LxcPS.dll-Help.xml'))
}

function Get-ShellPath {
    # The PowerShell that runs this script, to be started again: the real one, or the host through ./pwsh.
    Join-Path $root 'pwsh'
}

function Invoke-UnitTest {
    $log = Join-Path $out 'unit.log'
    $env:LXCPS_LONG = if ($Long) { '1' } else { '' }
    & dotnet run --project (Join-Path $root 'tests/Unit/LxcPS.Tests.csproj') -c Release -v quiet -- -noLogo -noColor 2>&1 | Tee-Object -FilePath $log | Out-Host
    $code = $LASTEXITCODE
    $summary = Select-String -Path $log -Pattern 'Total: (\d+), Errors: (\d+), Failed: (\d+), Skipped: (\d+)' | Select-Object -Last 1
    if (-not $summary) {
        throw 'The unit tests did not run to their end'
    }

    $groups = $summary.Matches[0].Groups
    $failed = [int]$groups[2].Value + [int]$groups[3].Value
    if ($code -ne 0 -and $failed -eq 0) {
        throw "The unit tests ended with $code"
    }

    [pscustomobject]@{ Layer = 'Unit'; Passed = [int]$groups[1].Value - $failed - [int]$groups[4].Value; Failed = $failed; Skipped = [int]$groups[4].Value
        Reasons = @(Select-String -Path $log -Pattern '\[FAIL\]' -Context 0, 8 | ForEach-Object { $_.Line; $_.Context.PostContext }) }
}

function Read-PesterResult {
    # What tests/Invoke-PesterTests.ps1 writes: three counts, then what failed and why.
    param([string] $Layer, [string] $Path)
    $lines = @(Get-Content $Path)
    [pscustomobject]@{ Layer = $Layer; Passed = [int]$lines[0]; Failed = [int]$lines[1]; Skipped = [int]$lines[2]; Reasons = @($lines | Select-Object -Skip 3) }
}

function Invoke-PesterTest {
    # A directory of tests as a layer; nothing where no file of it has the name that is asked for.
    param([string] $Layer = 'Pester', [string] $Directory = $Layer)
    if (-not (Test-Path (Join-Path $root "tests/$Directory/$TestName.Tests.ps1"))) {
        return
    }

    $env:LXCPS_MODULE = Join-Path $module 'LxcPS.psd1'
    $env:LXCPS_LONG = if ($Long) { '1' } else { '' }
    $result = Join-Path $out 'pester.txt'
    Remove-Item $result -Force -ErrorAction Ignore
    & (Get-ShellPath) -NoProfile -NonInteractive -File (Join-Path $root 'tests/Invoke-PesterTests.ps1') -Directory $Directory -Name "$TestName" `
        -ResultPath $result -ListPath (Join-Path $out "$($Directory.ToLowerInvariant().Replace('/', '-')).tsv") | Out-Host
    if (-not (Test-Path $result)) {
        throw "The tests of tests/$Directory did not run to their end (exit code $LASTEXITCODE)"
    }

    Read-PesterResult $Layer $result
}

function Invoke-InteropTest {
    # LXC's own tools on our containers and ours on theirs, and the page that says what works.
    Install-Missing @{ 'lxc-start' = 'lxc'; '/usr/share/lxc/templates/lxc-busybox' = 'lxc-templates'; '/usr/lib/python3/dist-packages/lxc' = 'python3-lxc'
        'newuidmap' = 'uidmap'; 'xz' = 'xz-utils' } -Optional
    Invoke-PesterTest Interop
    if ($TestName -eq '*') { Invoke-PesterTest Interop Interop/Page }
}

function Invoke-VmTest {
    # Nothing where there can be no machine: the tests that need one are left out of the Pester layer already.
    $leftOut = 'left out are tests that need AppArmor or cgroup v2, where this machine has none'
    if ($NoVm) {
        Write-Host "Without the virtual machine (-NoVm): $leftOut"
        return
    }

    Install-Missing @{ 'qemu-system-x86_64' = 'qemu-system-x86'; 'mmdebstrap' = 'mmdebstrap'; 'mke2fs' = 'e2fsprogs' } -Optional
    $directory = Join-Path $out 'vm'
    $result = Join-Path $directory 'pester.txt'
    Remove-Item $result -Force -ErrorAction Ignore
    $only = if ($TestName -ne '*') { "$TestName.Tests.ps1" }
    & (Join-Path $root 'tests/Vm/run.sh') -m -o $directory $only | Out-Host
    if ($LASTEXITCODE -eq 2) {
        Write-Host "Without the virtual machine: $leftOut"
        return
    }

    if (-not (Test-Path $result)) {
        throw "The tests in the virtual machine did not run to their end (exit code $LASTEXITCODE)"
    }

    Read-PesterResult Vm $result
}

switch ($Task) {
    'Clean' {
        if (Test-Path $out) {
            Remove-Item $out -Recurse -Force
        }
    }
    'Build' {
        Build-Module
        Build-Help
        Write-Host "Import-Module $module"
    }
    'Help' {
        Build-Help
    }
    'Package' {
        $runtimes = @($rid)
        $other = if ($rid -eq 'linux-x64') { 'linux-arm64' } else { 'linux-x64' }
        $gcc = "$($triples[$other])-gcc"
        $compiler, $library = $crossPackages[$other]
        Install-Missing @{ $gcc = $compiler; "/usr/$($triples[$other])/include/stdlib.h" = $library } -Optional
        if (Get-Command $gcc -CommandType Application -ErrorAction Ignore) {
            $runtimes += $other
        }
        else {
            Write-Host "Without $other`: it needs $gcc (apt-get install $compiler $library)"
        }

        Build-Module -Runtime $runtimes
        Build-Help
        $archive = Join-Path $out "LxcPS-$version.tar.gz"
        Invoke-Tool tar @('-C', $out, '-czf', $archive, "LxcPS/$version")
        Write-Host $archive
    }
    'Test' {
        Install-Missing @{ '/bin/busybox' = 'busybox-static'; 'tar' = 'tar'; 'mkfs.btrfs' = 'btrfs-progs'; 'mkfs.xfs' = 'xfsprogs'; 'newuidmap' = 'uidmap'; 'lxc-start' = 'lxc'
            'mmdebstrap' = 'mmdebstrap'; 'skopeo' = 'skopeo'; 'xz' = 'xz-utils'; 'zstd' = 'zstd'; 'unsquashfs' = 'squashfs-tools'; 'gpg' = 'gnupg'; 'gpgv' = 'gpgv'
            "/usr/lib/$($triples[$rid])/libseccomp.so.2" = 'libseccomp2' } -Optional
        if (@(Test-Path "$root/tests/Pester/$TestName.Tests.ps1", "$root/tests/Interop/$TestName.Tests.ps1") -notcontains $true) {
            throw "No test file matches $TestName"
        }

        Build-Module
        Build-Help
        $results = @(
            if ($TestName -eq '*') { Invoke-UnitTest }
            Invoke-PesterTest
            Invoke-InteropTest
            Invoke-VmTest
        )
        $passed = ($results | Measure-Object Passed -Sum).Sum
        $failed = ($results | Measure-Object Failed -Sum).Sum
        $skipped = ($results | Measure-Object Skipped -Sum).Sum
        # Once more at the end, where they are not lost between thousands of lines.
        $results | Where-Object Failed | ForEach-Object { "Failed in the layer $($_.Layer):"; $_.Reasons } | Out-Host
        $results | Format-Table Layer, Passed, Failed, Skipped | Out-Host
        Write-Host "$passed passed, $failed failed, $skipped skipped"
        exit ([int]($failed -gt 0))
    }
    'Demo' {
        Install-Missing @{ '/bin/busybox' = 'busybox-static' } -Optional
        Build-Module
        Build-Help
        & (Get-ShellPath) -NoProfile -File (Join-Path $root 'tools/Demo.ps1') -Module (Join-Path $module 'LxcPS.psd1')
        exit $LASTEXITCODE
    }
    'Bench' {
        Install-Missing ([ordered]@{ 'lxc-start' = 'lxc'; 'crun' = 'crun'; '/bin/busybox' = 'busybox-static'; 'rsync' = 'rsync'; 'mmdebstrap' = 'mmdebstrap'; 'mkfs.btrfs' = 'btrfs-progs' }) -Optional
        Build-Module
        & (Get-ShellPath) -NoProfile -File (Join-Path $root 'bench/Measure-LxcPS.ps1') -Module (Join-Path $module 'LxcPS.psd1') -Runs $Runs
        exit $LASTEXITCODE
    }
}
