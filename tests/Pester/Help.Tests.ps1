# The pages of docs/help against the compiled cmdlets, what Get-Help makes of them, and their examples, which are run.
BeforeDiscovery {
    function Get-Section {
        # The lines between '## name' and the next heading of that level; code has its own lines.
        param([string] $Text, [string] $Name)
        if ($Text -match "(?ms)^## $Name\r?\n(.*?)(?=^## |\z)") { $Matches[1] } else { '' }
    }

    $directory = Join-Path $PSScriptRoot '../../docs/help'
    $pages = foreach ($file in Get-ChildItem $directory -Filter '*-*.md' | Sort-Object Name) {
        @{ Name = [IO.Path]::GetFileNameWithoutExtension($file.Name); Path = $file.FullName }
    }

    # What cannot be run here, each with its reason; the rest is.
    $notRun = @{
        'Start-LxcContainer 8' = 'joins the terminal'
        'Invoke-LxcCommand 8'  = 'needs other hosts'
        'Enter-LxcContainer 1' = 'needs a terminal'
        'Enter-LxcContainer 2' = 'needs a terminal'
        'Enter-LxcContainer 3' = 'needs a terminal'
        'Enter-LxcContainer 4' = 'needs a terminal'
        'Enter-LxcContainer 6' = 'needs a terminal'
        'Enter-LxcContainer 7' = 'needs a terminal'
        'Register-LxcProfile 3'   = 'changes the policy of this machine'
        'Unregister-LxcProfile 1' = 'needs a registered profile'
        'Remove-LxcProfile 1'     = 'needs a registered profile'
        'Test-LxcProfile 6'       = 'needs a registered profile'
        'Save-LxcImage 1'         = 'needs packages of a distribution'
        'Save-LxcImage 2'         = 'needs packages of a distribution'
        'Save-LxcImage 3'         = 'needs packages of a distribution'
        'Find-LxcImage 1'         = 'needs an image server'
        'Find-LxcImage 2'         = 'needs an image server'
        'Find-LxcImage 3'         = 'needs an image server'
        'Save-LxcImage 4'         = 'needs an image server'
        'Save-LxcImage 5'         = 'needs a registry'
    }
    if (-not (Test-Path /sys/kernel/security/apparmor/profiles)) {
        $notRun['Test-LxcProfile 4'] = $notRun['Test-LxcProfile 5'] = 'needs a kernel with AppArmor'
    }

    if (-not ([Console]::IsInputRedirected -or [Console]::IsOutputRedirected)) {
        $notRun['Enter-LxcContainer 5'] = 'opens a shell where there is a terminal'
        1..3 | ForEach-Object { $notRun["Show-LxcContainer $_"] = 'goes on until q where there is a terminal' }
    }

    foreach ($device in '/dev/fuse', '/dev/kvm', '/dev/snd') {
        # Examples of devices that this machine lacks.
        if (-not (Test-Path $device)) {
            $named = @{
                '/dev/fuse' = 'Add-LxcDevice 1', 'Get-LxcDevice 2', 'Remove-LxcDevice 1', 'Remove-LxcDevice 2', 'Remove-LxcDevice 3'
                '/dev/kvm'  = 'Add-LxcDevice 2', 'Add-LxcDevice 4'
                '/dev/snd'  = , 'Add-LxcDevice 3'
            }
            foreach ($key in $named[$device]) {
                $notRun[$key] = "needs $device"
            }
        }
    }

    # What this machine lacks for those: the device is root's and mostly not in a container, and the parser is a package.
    if (-not $(try { [IO.File]::OpenRead('/dev/kmsg').Dispose(); $true } catch { $false })) {
        1..3 | ForEach-Object { $notRun["Get-LxcDenial $_"] = 'the log of the kernel cannot be read' }
    }
    if (-not (Get-Command apparmor_parser -ErrorAction Ignore)) {
        1..3 | ForEach-Object { $notRun["Test-LxcProfile $_"] = 'apparmor_parser is not installed' }
    }

    # What the pages say, or the cmdlets are for, as a pattern of the output. An example that is not here has none, or none that is certain.
    $expected = @{
        'Add-LxcConfig 1'         = 'lxc\.cap\.drop\s+sys_nice'
        'Add-LxcConfig 2'         = '^STAGE=test\s+TZ=UTC\s+STAGE=test\s+TZ=UTC$'
        'Get-LxcConfig 1'         = 'web1\s+lxc\.uts\.name\s+web1\s+\d+'
        'Get-LxcConfig 3'         = '^web1$'
        'Get-LxcConfig 5'         = '(?s)lxc\.cap\.drop\s+mknod.*lxc\.cap\.drop\s+sys_time'
        'Get-LxcConfigKey 1'      = 'lxc\.cap\.drop.*\n.*lxc\.cap\.keep'
        'Get-LxcConfigKey 2'      = '(?s)lxc\.net\.\[i\]\.type.*veth'
        'Get-LxcConfigKey 3'      = 'lxc\.namespace\.share\.mnt'
        'Get-LxcConfigKey 4'      = 'lxc\.mount\.fstab'
        'Remove-LxcConfig 1'      = '^$'
        'Set-LxcConfig 1'         = 'web1\s+lxc\.uts\.name\s+front'
        'Set-LxcConfig 2'         = 'web1\s+True\s+\{onboot, web\}'
        'Set-LxcConfig 5'         = '^Did you mean lxc\.tty\.max\?$'
        'Set-LxcConfig 6'         = '^# for all\s+lxc\.tty\.max = 2$'
        'Test-LxcConfig 1'        = '^$'
        'Test-LxcConfig 2'        = '(?s)lxc\.uts\.name.*lxc\.cap\.drop.*it must be a number'
        'Test-LxcConfig 3'        = '^valid$'
        'Update-LxcConfig 1'      = '^# of 2015\s+lxc\.uts\.name = web9\s+lxc\.net\.0\.type = veth\s+lxc\.net\.0\.link = lxcbr0$'
        'Update-LxcConfig 2'      = '(?s)lxc\.tty\.max = 4.*\(removed\)'
        'Update-LxcConfig 3'      = '^$'
        'Add-LxcDevice 1'         = 'web1\s+/dev/fuse\s+Character\s+10:229\s+rwm\s+True\s+/dev/fuse'
        'Add-LxcDevice 2'         = 'crw-------\s+1 0\s+0\s.*/dev/kvm'
        'Get-LxcDevice 1'         = 'web1\s+/dev/null\s+Character\s+1:3\s+rwm\s+True'
        'Get-LxcDevice 2'         = 'web1\s+/dev/fuse\s+/dev/fuse'
        'Get-LxcDevice 3'         = '^$'
        'Get-LxcDevice 4'         = '^1:8 rwm$'
        'Remove-LxcDevice 2'      = '^$'
        'Remove-LxcDevice 3'      = 'True$'
        'Get-LxcCgroup 1'         = 'db1.*\n.*web1.*\n.*web2'
        'Get-LxcCgroup 3'         = 'db1'
        'Get-LxcCgroup 4'         = 'pids\.current\s+\d+'
        'Get-LxcCgroup 5'         = '^\s*\d'
        'New-LxcProfile 2'        = '(?s)mount fstype=nfs\*,.*mount fstype=fuse\.sshfs,'
        'New-LxcProfile 4'        = 'lxc-tiny'
        'Register-LxcProfile 2'   = 'lxc-web.*/tmp/lxcps-policy/lxc-web'
        'Set-LxcProfile 1'        = 'web1\s+Stopped.*\n.*web2\s+Stopped'
        'Test-LxcProfile 1'       = 'lxc-web\s+True'
        'Test-LxcProfile 2'       = '(?s)IsValid\s+: False.*Line\s+: 2'
        'Test-LxcProfile 3'       = '^valid$'
        'Get-LxcContainer 1'      = 'db1\s+Running.*\n.*web1\s+Running.*\n.*web2\s+Running'
        'Get-LxcContainer 2'      = 'web1\s+Running.*\n.*web2\s+Running'
        'Checkpoint-LxcContainer 2' = 'db1\s+snap0\s+20.*before the update'
        'Get-LxcSnapshot 1'       = 'web1\s+snap0\s+20.*as it came'
        'Restore-LxcSnapshot 2'   = 'web1-then\s+Stopped'
        'Import-LxcImage 1'       = '(?s)tiny/none/\w+/default.*Name\s+: t1\b.*Name\s+: t2\b'
        'Import-LxcImage 2'       = 'busybox/1\.35/\w+/default'
        'Remove-LxcImage 3'       = '^$'
        'Copy-LxcContainer 1'     = 'web2-test\s+Stopped'
        'Copy-LxcContainer 2'     = 'db2\s+Running.*\n.*db3\s+Running'
        'Copy-LxcContainer 3'     = '^(?!.*trial)'
        'Copy-LxcContainer 4'     = 'web1-old\s+Stopped.*\n.*web2-old\s+Stopped'
        'Copy-LxcContainer 5'     = 'web1-small\s+Stopped'
        'Export-LxcContainer 1'   = 'web1-again\s+Stopped'
        'Export-LxcContainer 2'   = '(?s)db1\.tar\.zst.*web1\.tar\.zst'
        'Export-LxcContainer 3'   = '(?s)lxcps-archive\s+config\s+rootfs/'
        'Export-LxcContainer 4'   = 'web1-app\s+Stopped'
        'Get-LxcTemplate 3'       = '^Host$'
        'Get-LxcTemplate 1'       = '(?s)Host\s+Host.*Busybox\s+Busybox\s+True'
        'Import-LxcContainer 1'   = 'web2-again\s+Stopped'
        'Import-LxcContainer 2'   = 'web1\s+Stopped'
        'Import-LxcContainer 3'   = '(?s)lxc\.hook\.start = /bin/true.*hooked\s+Stopped'
        'New-LxcContainer 7'      = 'tiny\s+Stopped'
        'Copy-LxcItem 1'          = '^Welcome$'
        'Copy-LxcItem 2'          = 'web1\s+directory\s.*/opt/lxcps-site.*\n.*web2\s+directory\s.*/opt/lxcps-site'
        'Copy-LxcItem 3'          = '(?s)passwd.*group'
        'Copy-LxcItem 4'          = 'root:.*:0:'
        'Mount-LxcItem 1'         = '^from the host$'
        'Mount-LxcItem 2'         = 'web1\s+True\s+/etc/hostname\s+/etc/name-of-the-host\s*\n.*web2\s+True\s'
        'Mount-LxcItem 3'         = 'True$'
        'Dismount-LxcItem 1'      = '^$'
        'Dismount-LxcItem 2'      = 'web1\s+Running.*\n.*web2\s+Running'
        'Dismount-LxcItem 3'      = '^ItemInvalid,LxcPS\.Commands\.DismountLxcItemCommand$'
        'Register-LxcHook 2'      = '(?s)STARTED=20.*STARTED=20'
        'Register-LxcHook 3'      = '268435456|256\.0 MiB'
        'Get-LxcContainer 3'      = '(?s)db1.*web|web.*db1'
        'Get-LxcContainer 5'      = 'HostName\s+: web1'
        'Get-LxcKernelLog 1'      = 'logged\s+Error\s+User\s+disk on fire'
        'Get-LxcKernelLog 3'      = '^\s*$'
        'Get-LxcSeccomp 1'        = 'web1\s+2 allow.*\n.*web2\s+2 allow'
        'Get-LxcSeccomp 2'        = 'bpf\s+errno 1'
        'Get-LxcSeccomp 4'        = 'mount\s+errno 1\s*\n.*bpf\s+errno 1'
        'Invoke-LxcCommand 1'     = '(?s)web1.*web2|web2.*web1'
        'Invoke-LxcCommand 2'     = 'echo runs as 0|sh runs as 0'
        'Invoke-LxcCommand 3'     = '(?s)web1\s+0\s.*web2\s+0\s|web2\s+0\s.*web1\s+0\s'
        'Invoke-LxcCommand 4'     = '^into\s+it\s+streams\s*$'
        'Invoke-LxcCommand 5'     = '^web1\s*$'
        'Invoke-LxcCommand 6'     = '^Timeout,LxcPS\.Commands\.InvokeLxcCommandCommand\s*$'
        'Invoke-LxcCommand 7'     = 'STAGE=test'
        'Enter-LxcContainer 5'    = '^ConsoleFailed,LxcPS\.Commands\.EnterLxcContainerCommand\s*$'
        'New-LxcContainer 1'      = 'dev\s+Stopped'
        'New-LxcContainer 2'      = 'web3\s+Running.*\n.*web4\s+Running'
        'New-LxcContainer 3'      = 'api\s+Stopped'
        'New-LxcContainer 4'      = 'copy1\s+Stopped.*\n.*copy2\s+Stopped'
        'New-LxcContainer 5'      = '(?s)vault\s+Stopped'
        'New-LxcContainer 6'      = '(?s)good\s+Stopped.*InvalidName,LxcPS\.Commands\.NewLxcContainerCommand'
        'New-LxcContainer 8'      = 'loop:.*/box/rootdev'
        'Remove-LxcContainer 4'   = '^[0-9a-f]{64}\s+/bin/busybox\s*$'
        'Rename-LxcContainer 1'   = 'front\s+Stopped'
        'Rename-LxcContainer 2'   = 'front1\s+Stopped.*\n.*front2\s+Stopped'
        'Rename-LxcContainer 3'   = 'blue\s+Stopped.*\n.*green\s+Stopped'
        'Restart-LxcContainer 1'  = 'web1\s+Running.*\n.*web2\s+Running'
        'Restart-LxcContainer 2'  = '^front\s*$'
        'Resume-LxcContainer 1'   = 'web1\s+Running'
        'Set-LxcCgroup 2'         = 'web1.*256\.0 MiB.*\n.*web2.*256\.0 MiB'
        'Set-LxcCgroup 6'         = '^419430400\s*$'
        'Set-LxcCgroup 7'         = '^Access\s+-+\s+r\s*$'
        'Set-LxcContainer 1'      = 'web1\s+True'
        'Set-LxcContainer 4'      = ' /srv '
        'Set-LxcSeccomp 2'        = 'web1\s+2 allow.*\n.*web2\s+2 allow'
        'Set-LxcSeccomp 3'        = '^False\s*$'
        'Set-LxcSeccomp 4'        = 'web1.*mine\.seccomp.*\n.*web2.*mine\.seccomp'
        'Set-LxcSeccomp 6'        = '^Did you mean mount\?\s*$'
        'Start-LxcContainer 1'    = 'web1\s+Running.*\n.*web2\s+Running'
        'Start-LxcContainer 3'    = '^line: one\s+line: two\s*$'
        'Start-LxcContainer 4'    = '^7\s*$'
        'Start-LxcContainer 5'    = '(?s)web1\s+0\s+\{web1\}.*web2\s+0\s+\{web2\}|web2\s+0\s+\{web2\}.*web1\s+0\s+\{web1\}'
        'Start-LxcContainer 6'    = '^trial\s*$'
        'Start-LxcContainer 7'    = '^InitFailed,LxcPS\.Commands\.StartLxcContainerCommand\s+\S'
        'Suspend-LxcContainer 1'  = 'web1\s+Frozen'
        'Suspend-LxcContainer 2'  = 'web1\s+Running.*\n.*web2\s+Running'
        'Suspend-LxcContainer 3'  = 'db1\s+\d+\s+\d+'
        'Test-LxcHost 1'          = '^(True|False)\s*$'
        'Test-LxcHost 3'          = 'Controller memory'
        'Test-LxcHost 5'          = 'Id-mapped mounts\s+(True|False)'
        'Wait-LxcContainer 1'     = 'web1\s+Stopped'
        'Wait-LxcContainer 3'     = '^Timeout,LxcPS\.Commands\.WaitLxcContainerCommand\s*$'
    }

    # The containers that are there before an example; web1, web2 and db1 run where nothing else is said.
    $states = @{ 'Start-LxcContainer' = 'Stopped'; 'Rename-LxcContainer' = 'Stopped'; 'New-LxcContainer' = 'Stopped'; 'Test-LxcHost' = 'None'
        'Set-LxcProfile' = 'Stopped'; 'Get-LxcProfile' = 'Stopped'; 'New-LxcProfile' = 'None'; 'Register-LxcProfile' = 'None'; 'Unregister-LxcProfile' = 'None'
        'Remove-LxcProfile' = 'None'; 'Test-LxcProfile' = 'None'; 'Copy-LxcContainer' = 'Stopped'; 'Export-LxcContainer' = 'Stopped'; 'Import-LxcContainer' = 'Stopped'; 'Get-LxcTemplate' = 'None'; 'Register-LxcHook' = 'Stopped'
        'Get-LxcHook' = 'Stopped'; 'Unregister-LxcHook' = 'Stopped'; 'Checkpoint-LxcContainer' = 'Stopped'; 'Get-LxcSnapshot' = 'Stopped'
        'Restore-LxcSnapshot' = 'Stopped'; 'Remove-LxcSnapshot' = 'Stopped' }
    $examples = foreach ($page in $pages) {
        $text = Get-Section ([IO.File]::ReadAllText($page.Path)) 'EXAMPLES'
        foreach ($match in [regex]::Matches($text, '(?ms)^### Example (\d+): ([^\r\n]+)\s+```powershell\r?\n(.*?)\r?\n```')) {
            $key = "$($page.Name) $($match.Groups[1].Value)"
            @{
                Key    = $key
                Title  = $match.Groups[2].Value
                Code   = $match.Groups[3].Value
                Reason = $notRun[$key]
                Expect = $expected[$key]
                State  = if ($states[$page.Name]) { $states[$page.Name] } else { 'Running' }
            }
        }
    }

    $listed = @{ Keys = @($notRun.Keys) + @($expected.Keys); Found = @($examples.Key) }
    $topic = [IO.File]::ReadAllText((Join-Path $directory 'about_LxcPS.md'))
    $aboutCode = [regex]::Matches($topic, '(?ms)^```powershell\r?\n(.*?)\r?\n```') | ForEach-Object { $_.Groups[1].Value }
    $about = @{ Code = $aboutCode -join "`n"; State = 'None' }
    $hasPlatyPS = [bool](Get-Module platyPS -ListAvailable)
    $hasNewPlatyPS = [bool](Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $directory = Join-Path $PSScriptRoot '../../docs/help'

    # What examples write without a directory goes with the containers.
    $before = Get-Location
    Set-Location $LxcPath
    $commonNames = [System.Management.Automation.Cmdlet]::CommonParameters

    function Get-Section {
        param([string] $Text, [string] $Name)
        if ($Text -match "(?ms)^## $Name\r?\n(.*?)(?=^## |\z)") { $Matches[1] } else { '' }
    }

    function Get-TypeName {
        param([type] $Type)
        $plain = [Nullable]::GetUnderlyingType($Type)
        if ($plain) { $plain.Name } else { $Type.Name }
    }

    function Get-PipelineText {
        param($Parameter)
        $ways = @(if ($Parameter.ValueFromPipelineByPropertyName) { 'ByPropertyName' }; if ($Parameter.ValueFromPipeline) { 'ByValue' })
        if ($ways) { "True ($($ways -join ', '))" } else { 'False' }
    }

    function Get-Fact {
        # What a page has to say of each parameter of a cmdlet in each set: one line a fact, to be compared as text.
        param([System.Management.Automation.CommandInfo] $Command)
        foreach ($set in $Command.ParameterSets) {
            foreach ($parameter in $set.Parameters | Where-Object Name -NotIn $commonNames) {
                $attribute = $Command.Parameters[$parameter.Name].Attributes
                $element = $parameter.ParameterType.IsArray ? $parameter.ParameterType.GetElementType() : $parameter.ParameterType
                $position = $parameter.Position -lt 0 ? 'Named' : "$($parameter.Position)"
                $wild = [bool]($attribute | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] })
                $values = $element.IsEnum ? [Enum]::GetNames($element) -join ', ' : ''
                "$($set.Name) -$($parameter.Name): $(Get-TypeName $parameter.ParameterType); aliases $($parameter.Aliases -join ', '); values $values; " +
                    "required $($parameter.IsMandatory); position $position; pipeline $(Get-PipelineText $parameter); wildcards $wild"
            }
        }
    }

    function Get-PageFact {
        # The same, of a page.
        param([string] $Text, [string[]] $AllSets)
        foreach ($part in [regex]::Matches((Get-Section $Text 'PARAMETERS'), '(?ms)^### -(\w+)\r?\n(.*?)(?=^### |\z)')) {
            foreach ($block in [regex]::Matches($part.Groups[2].Value, '(?ms)^```yaml\r?\n(.*?)^```')) {
                $yaml = @{}
                foreach ($line in $block.Groups[1].Value -split '\r?\n' -match ':') {
                    $key, $value = $line -split ':', 2
                    $yaml[$key] = $value.Trim()
                }

                foreach ($set in $yaml['Parameter Sets'] -eq '(All)' ? $AllSets : $yaml['Parameter Sets'] -split ', ') {
                    "$set -$($part.Groups[1].Value): $($yaml['Type']); aliases $($yaml['Aliases']); values $($yaml['Accepted values']); " +
                        "required $($yaml['Required']); position $($yaml['Position']); pipeline $($yaml['Accept pipeline input']); " +
                        "wildcards $($yaml['Accept wildcard characters'])"
                }
            }
        }
    }

    function Get-Syntax {
        # The syntax of a set as the pages write it: by position, then what is required, the rest by the declaration, -WhatIf and -Confirm last.
        param([string] $Name, $Set)
        $parameters = @($Set.Parameters | Where-Object Name -NotIn $commonNames)
        $last = 'WhatIf', 'Confirm'
        $words = @(
            $parameters | Where-Object Position -GE 0 | Sort-Object Position
            $parameters | Where-Object { $_.Position -lt 0 -and $_.IsMandatory }
            $parameters | Where-Object { $_.Position -lt 0 -and -not $_.IsMandatory -and $_.Name -notin $last }
            $last | ForEach-Object { $common = $_; $parameters | Where-Object Name -EQ $common }
        ) | ForEach-Object {
            $dashed = $_.Position -ge 0 ? "[-$($_.Name)]" : "-$($_.Name)"
            $word = $_.ParameterType -eq [switch] ? $dashed : "$dashed <$(Get-TypeName $_.ParameterType)>"
            $_.IsMandatory ? $word : "[$word]"
        }
        (@($Name) + $words + '[<CommonParameters>]') -join ' '
    }
}

AfterAll {
    Set-Location $before
    Remove-TestContainers
    # What examples make for files that they then have none of.
    if ((Test-Path /tmp/lxcps-images) -and -not (Get-ChildItem /tmp/lxcps-images -Force)) { Remove-Item /tmp/lxcps-images }
}

Describe 'The pages of help' {
    It 'are one for each cmdlet of the module, and no other' {
        $names = Get-ChildItem $directory -Filter '*-*.md' | ForEach-Object { [IO.Path]::GetFileNameWithoutExtension($_.Name) } | Sort-Object
        $names | Should -Be (Get-Command -Module LxcPS | ForEach-Object Name | Sort-Object)
    }

    It 'have the examples that this file lists' -ForEach $listed {
        $Keys | Where-Object { $_ -notin $Found } | Should -BeNullOrEmpty
    }

    It 'are taken by platyPS itself' -Skip:(-not $hasPlatyPS) {
        # Skipped where platyPS is not installed.
        Import-Module platyPS
        New-ExternalHelp -Path $directory -OutputPath $TestDrive -Force | ForEach-Object Name | Should -Be 'LxcPS.dll-Help.xml', 'about_LxcConfigKeys.help.txt', 'about_LxcPS.help.txt'
        $commands = ([xml][IO.File]::ReadAllText("$TestDrive/LxcPS.dll-Help.xml")).helpItems.command
        $commands | ForEach-Object { $_.details.name } | Sort-Object | Should -Be (Get-Command -Module LxcPS | ForEach-Object Name | Sort-Object)
    }

    It 'are taken by platyPS 1.0 and later, without an error' -Skip:(-not $hasNewPlatyPS) {
        # Skipped where Microsoft.PowerShell.PlatyPS is not installed. In a process of its own: the older platyPS brings another version of a library.
        $script = {
            Import-Module Microsoft.PowerShell.PlatyPS
            $pages = Get-ChildItem $args[0] -Filter '*-*.md'
            $pages | Where-Object { -not (Test-MarkdownCommandHelp -Path $_.FullName) } | ForEach-Object Name
            $pages | ForEach-Object { Import-MarkdownCommandHelp -Path $_.FullName } | ForEach-Object { $_.Diagnostics.Messages } |
                Where-Object Severity -EQ Error | ForEach-Object ToString
        }
        $program = [Environment]::ProcessPath
        $prefix = @(if ((Split-Path $program -Leaf) -eq 'dotnet') { [Environment]::GetCommandLineArgs()[0] })
        & $program @prefix -NoProfile -Command "& { $script } '$directory'" | Should -BeNullOrEmpty
    }

    It 'have the keys of the configuration as the module''s table has them' {
        & "$PSScriptRoot/../../tools/Write-ConfigKeys.ps1" -Module $env:LXCPS_MODULE -Path "$TestDrive/keys.md"
        [IO.File]::ReadAllText("$TestDrive/keys.md") | Should -BeExactly ([IO.File]::ReadAllText("$directory/about_LxcConfigKeys.md"))
    }

    It 'have an example that is not run here, <Key> (<Reason>), and PowerShell reads it' -ForEach ($examples | Where-Object { $_.Reason }) {
        $problems = $null
        [void][System.Management.Automation.Language.Parser]::ParseInput($Code, [ref]$null, [ref]$problems)
        $problems | Should -BeNullOrEmpty
    }

    It 'introduce the module in about_LxcPS' {
        (Get-Help about_LxcConfigKeys | Out-String) | Should -Match '(?s)lxc\.uts\.name \(HostName\): The host name'
        (Get-Help about_LxcPS | Out-String) | Should -Match '(?s)TOPIC\s+about_LxcPS.*SHORT DESCRIPTION.*EXAMPLES.*New-LxcContainer web1'
    }
}

Describe 'The page of <Name>' -ForEach $pages {
    BeforeAll {
        $text = [IO.File]::ReadAllText($Path)
        $command = Get-Command $Name -Module LxcPS
        $help = Get-Help $Name -Full
    }

    It 'says of each parameter what the cmdlet says, and leaves none out' {
        $facts = Get-Fact $command | Sort-Object
        $facts.Count | Should -BeGreaterThan 0
        Get-PageFact $text $command.ParameterSets.Name | Sort-Object | Should -Be $facts
    }

    It 'has the syntax of the cmdlet, the default set first' {
        $sets = $command.ParameterSets | Sort-Object { -not $_.IsDefault }
        $found = [regex]::Matches((Get-Section $text 'SYNTAX'), '(?ms)^```\r?\n(.*?)\r?\n```') | ForEach-Object { $_.Groups[1].Value -replace '\s+', ' ' }
        $found | Should -Be ($sets | ForEach-Object { Get-Syntax $Name $_ })
    }

    It 'names what the cmdlet emits' {
        $types = $command.OutputType | ForEach-Object { $_.Type -eq [void] ? 'None' : $_.Name } | Sort-Object
        $found = [regex]::Matches((Get-Section $text 'OUTPUTS'), '(?m)^### (\S+)') | ForEach-Object { $_.Groups[1].Value } | Sort-Object
        $found | Should -Be $types
    }

    It 'names errors that there are' {
        $own = 'AllAndGroup', 'ArgumentListWithoutCommand', 'ConsoleAndCommand', 'ExecuteWithCommand', 'KeyWithoutValue', 'KillAndNoKill', 'NoCommand', 'NoContainer', 'SeveralContainers', 'NativeCommandError', 'TtyWithoutConsole'
        $known = @([LxcPS.Engine.LxcErrorId].GetFields() | ForEach-Object Name) + $own
        $notes = Get-Section $text 'NOTES'
        $list = $notes -match '(?s)Errors, by their ErrorId: (.*?)\.(\s|$)' ? $Matches[1] -replace '\([^)]*\)' : ''
        [regex]::Matches($list, '\b[A-Z][a-z]+(?:[A-Z][A-Za-z]*)?\b') | ForEach-Object Value | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
    }

    It 'is what Get-Help shows' {
        $help.Name | Should -Be $Name
        $synopsis = (Get-Section $text 'SYNOPSIS').Trim() -replace '\s+', ' '
        $synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis.Trim() | Should -Be $synopsis
        ($help.description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        ($help.alertSet | Out-String).Trim() | Should -Not -BeNullOrEmpty
        $count = [regex]::Matches((Get-Section $text 'EXAMPLES'), '(?m)^### ').Count
        @($help.examples.example).Count | Should -Be $count
        $count | Should -BeGreaterOrEqual 3
        foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $commonNames }) {
            $shown = Get-Help $Name -Parameter $parameter
            $shown.name | Should -Be $parameter
            ($shown.description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "-$parameter is described"
        }
    }
}

Describe 'The examples' {
    BeforeEach {
        # The containers of the last example serve the next, unless it changed what they are.
        if ($State -ne 'None') {
            if (-not (Get-LxcContainer)) {
                [void](New-TestContainer web1, web2, db1)
            }

            Get-LxcContainer -State Frozen | Resume-LxcContainer
            if ($State -eq 'Running') {
                Get-LxcContainer -State Stopped | Start-LxcContainer
            }
            else {
                Get-LxcContainer -State Running | Stop-LxcContainer -Kill
            }
        }
    }

    AfterEach {
        if ($Code -match '(New|Set|Rename|Remove|Add|Copy|Checkpoint|Import)-Lxc|Register-LxcHook') {
            Get-LxcHook -All | Unregister-LxcHook
            Get-LxcHook | Unregister-LxcHook
            Get-LxcContainer | Remove-LxcContainer -Force
            Get-LxcImage | Remove-LxcImage -Confirm:$false
        }
    }

    It '<Key>: <Title>' -ForEach ($examples | Where-Object { -not $_.Reason }) {
        # $ErrorActionPreference is Stop: an error that the example does not ask for fails it.
        $output = & ([scriptblock]::Create($Code)) | Out-String -Width 200
        if ($Expect) {
            $output.Trim() | Should -Match $Expect
        }
    }

    It 'about_LxcPS' -ForEach $about {
        Get-LxcContainer | Remove-LxcContainer -Force
        $output = & ([scriptblock]::Create($Code)) | Out-String -Width 200
        $output | Should -Match '(?s)web1.*web2.*268435456'
        Get-LxcContainer | Should -BeNullOrEmpty
    }
}
