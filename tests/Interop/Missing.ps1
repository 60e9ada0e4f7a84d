# Dot-sourced in BeforeDiscovery by every test file: which of LXC's tools this machine lacks. Without one of them none of the layer runs, and says why.
$tools = [ordered]@{ 'lxc-start' = 'lxc'; '/usr/share/lxc/templates/lxc-busybox' = 'lxc-templates'; '/usr/lib/python3/dist-packages/lxc/__init__.py' = 'python3-lxc'
    'script' = 'bsdutils'; 'unshare' = 'util-linux'; 'newuidmap' = 'uidmap'; 'busybox' = 'busybox-static'; 'xz' = 'xz-utils' }
$missing = @(foreach ($tool in $tools.Keys) {
    $there = if ($tool.StartsWith('/')) { Test-Path $tool } else { [bool] (Get-Command $tool -CommandType Application -ErrorAction Ignore) }
    if (-not $there) { "$tool (apt-get install $($tools[$tool]))" }
})
if ([Environment]::UserName -ne 'root') {
    $missing += 'root'
}

if ($missing) {
    Write-Host "Skipped, because this machine lacks: $($missing -join ', ')"
}

$kinds = @{ Kind = 'privileged' }, @{ Kind = 'unprivileged' }
