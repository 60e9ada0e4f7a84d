# The templates of an image of LXC's kind: files that its containers get when they are made.
BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/Probe.ps1"
    . "$PSScriptRoot/Expect.ps1"
    $seed = 'var/lib/cloud/seed/nocloud-net'
    $stage = Join-Path $TestDrive 'stage'
    [void] (New-Item -ItemType Directory "$stage/templates", "$stage/rootfs/bin", "$stage/rootfs/etc" -Force)
    [IO.File]::Copy((Get-Command busybox -CommandType Application -TotalCount 1).Source, "$stage/rootfs/bin/busybox")
    & ln -s busybox "$stage/rootfs/bin/sh"
    # A directory of its own: Pester follows links when it lists TestDrive.
    $outside = "$LxcPath-outside"
    [void] [IO.Directory]::CreateDirectory($outside)
    & ln -s $outside "$stage/rootfs/door"
    [IO.File]::WriteAllText("$stage/rootfs/etc/hosts", "127.0.1.1 maker`n")
    [IO.File]::WriteAllText("$stage/rootfs/etc/hostname", "maker`n")
    [IO.File]::WriteAllText("$stage/rootfs/etc/once", "first`n")
    [IO.File]::WriteAllText("$stage/metadata.yaml", @"
architecture: $(& uname -m)
creation_date: 1700000000
properties: { os: Testix, release: '9', variant: cloud }
templates:
  /etc/hosts: { when: [create, copy], template: hosts.tpl }
  /$seed/meta-data: { when: [create, copy], template: meta-data.tpl }
  /$seed/user-data:
    when: [create, copy]
    template: user-data.tpl
    properties: { default: "#cloud-config\n{}" }
  /etc/once: { when: [create], create_only: true, template: plain.tpl }
  /etc/started: { when: [start], template: plain.tpl }
  /etc/unheard: { when: [create], template: loop.tpl }
  /etc/named: { when: [create], template: hosts.tpl }
  /door/lxcps-escaped: { when: [create], template: plain.tpl }
  /../../lxcps-escaped: { when: [create], template: plain.tpl }
  /etc/theirs: { when: [create], template: link.tpl }
  /etc/theirs-too: { when: [create], template: ../metadata.yaml }
  /etc: { when: [create], template: plain.tpl }
"@)
    foreach ($name in @{
        'hosts'     = "127.0.0.1 localhost`n127.0.1.1 {{ container.name }}`n"
        'meta-data' = "instance-id: {{ container.name }}`nlocal-hostname: {{ instance.name }}`n{{ config_get(`"user.meta-data`", `"`") }}`n"
        'user-data' = "{%- if config_get(`"cloud-init.user-data`", properties.default) == properties.default -%}`n{{ config_get(`"user.user-data`", properties.default) }}`n{%- else -%}`nnone`n{%- endif %}`n"
        'plain'     = "plain`n"
        'loop'      = "{% for device in devices %}{{ device }}{% endfor %}`n"
    }.GetEnumerator()) {
        [IO.File]::WriteAllText("$stage/templates/$($name.Key).tpl", $name.Value)
    }

    & ln -s /etc/hostname "$stage/templates/link.tpl"
    & tar -cf "$stage.tar" --owner=0 --group=0 -C $stage metadata.yaml templates rootfs
    $image = Import-LxcImage "$stage.tar" -WarningVariable warnings -WarningAction SilentlyContinue
    $read = { [IO.File]::ReadAllText("$args") }
}

AfterAll {
    Remove-TestContainers
    if ([IO.Directory]::Exists($outside)) { [IO.Directory]::Delete($outside, $true) }
}

Describe 'Templates of an image' {
    It 'are files of the image where they are the same for all containers' {
        & $read "$($image.Path)/$seed/user-data" | Should -BeExactly "#cloud-config`n{}`n"
        & stat -c '%u:%g %a' "$($image.Path)/$seed/user-data" "$($image.Path)/$seed" | Should -Be '0:0 644', '0:0 755'
        & $read "$($image.Path)/etc/once" | Should -BeExactly "first`n" -Because 'it is made where there is none'
        Test-Path "$($image.Path)/etc/started" | Should -BeFalse
        [IO.Directory]::GetFileSystemEntries([IO.Path]::GetDirectoryName($image.Path)) | Should -HaveCount 2
    }

    It 'name each container: <Case>' -ForEach @{ Case = 'an overlay'; Storage = 'Overlay' }, @{ Case = 'a directory'; Storage = 'Dir' } {
        $name = "$($Storage.ToLowerInvariant())-$Unique"
        [void] (New-LxcContainer $name -Image $image -Storage $Storage -Config @{ 'lxc.init.cmd' = '/bin/busybox sleep 1000' })
        Start-LxcContainer $name -Command /bin/busybox cat /etc/hosts "/$seed/meta-data" /etc/hostname | Should -Be '127.0.0.1 localhost', "127.0.1.1 $name", "instance-id: $name", "local-hostname: $name", '', $name
        & $read "$($image.Path)/etc/hosts" | Should -Not -Match $name
    }

    It 'name a copy, too, and what is the same for all stays as the source has it: <Case>' -ForEach @{ Case = 'an overlay'; Storage = 'Overlay' }, @{ Case = 'a snapshot'; Storage = 'Overlay'; Snapshot = $true }, @{ Case = 'a directory'; Storage = 'Dir' } {
        $name = "source-$($Storage.ToLowerInvariant())-$Snapshot-$Unique".ToLowerInvariant() -replace '--', '-'
        [void] (New-LxcContainer $name -Image $image -Storage $Storage -Config @{ 'lxc.init.cmd' = '/bin/busybox sleep 1000' })
        Start-LxcContainer $name -Command /bin/busybox -ArgumentList sh, '-c', "echo '10.0.0.1 $name' >> /etc/hosts; echo changed > /$seed/user-data"
        [void] (Copy-LxcContainer $name "copy-$name" -Snapshot:([bool] $Snapshot))
        Start-LxcContainer "copy-$name" -Command /bin/busybox cat /etc/hosts "/$seed/meta-data" "/$seed/user-data" | Should -Be '127.0.0.1 localhost', "127.0.1.1 copy-$name", "10.0.0.1 $name", "instance-id: copy-$name", "local-hostname: copy-$name", '', 'changed'
        Start-LxcContainer $name -Command /bin/busybox cat "/$seed/meta-data" | Should -Be "instance-id: $name", "local-hostname: $name", ''
    }

    It 'are not written where they would lead out, are not understood or have no file, and a warning says which' {
        $warnings | Should -HaveCount 7
        foreach ($file in '/etc/unheard', '/etc/named', '/door/lxcps-escaped', '/\.\./\.\./lxcps-escaped', '/etc/theirs', '/etc/theirs-too', '/etc') {
            @($warnings) -match "^Did not write $file, which" | Should -HaveCount 1
        }

        @($warnings) -match 'for device in devices' | Should -HaveCount 1
        Test-Path "$outside/lxcps-escaped", "$LxcPath/lxcps-escaped", "$LxcPath/.images/lxcps-escaped", "$($image.Path)/etc/unheard", "$($image.Path)/etc/named", "$($image.Path)/etc/theirs", "$($image.Path)/etc/theirs-too" |
            Should -Be @($false, $false, $false, $false, $false, $false, $false)
        & $read (New-LxcContainer "told-$Unique" -Image $image).ConfigPath | Should -Match '(?m)^# Did not write /etc/unheard'
    }
}
