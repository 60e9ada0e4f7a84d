# Dot-sourced by the tests of image servers: a server of HTTP in a runspace of this process that serves a directory, and misbehaves where it is told to.

function Start-ImageServer {
    # Faults, by path: Status; Break (after so many bytes); Silent (the same, and the connection stays); NoRange; Endless. With Times it is so only as often.
    param([string] $Root)
    $shared = [hashtable]::Synchronized(@{ Root = $Root; Faults = @{}; Log = [Collections.ArrayList]::Synchronized([Collections.ArrayList]::new()) })
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $shell = [powershell]::Create()
    [void] $shell.AddScript({
            param($listener, $shared)
            while ($true) {
                try {
                    $client = $listener.AcceptTcpClient()
                }
                catch {
                    # The listener was stopped.
                    return
                }

                try {
                    $stream = $client.GetStream()
                    if ($stream.ReadByte() -eq 0x16) {
                        # A hello of TLS, which is not spoken here.
                        continue
                    }

                    $reader = [IO.StreamReader]::new($stream)
                    $path = ($reader.ReadLine() -split ' ')[1].TrimStart('/')
                    $from = 0
                    while ($line = $reader.ReadLine()) {
                        if ($line -match '^Range: bytes=(\d+)-') {
                            $from = [int] $Matches[1]
                        }
                    }

                    [void] $shared.Log.Add("$path $from")
                    $fault = $shared.Faults[$path]
                    if ($fault -and $fault.ContainsKey('Times') -and $fault.Times-- -le 0) {
                        $fault = $null
                    }

                    $fault ??= @{}
                    $file = "$($shared.Root)/$path"
                    $status = $fault.Status ?? ([IO.File]::Exists($file) ? 200 : 404)
                    $body = $status -eq 200 ? [IO.File]::ReadAllBytes($file) : [byte[]]::new(0)
                    $head = "HTTP/1.1 $status Said`r`nConnection: close`r`n"
                    if ($fault.NoRange) {
                        $from = 0
                    }

                    if ($from -gt 0 -and $status -eq 200) {
                        $head = "HTTP/1.1 206 Part`r`nConnection: close`r`nContent-Range: bytes $from-$($body.Length - 1)/$($body.Length)`r`n"
                    }

                    if (-not $fault.Endless) {
                        $head += "Content-Length: $($body.Length - $from)`r`n"
                    }

                    $stream.Write([Text.Encoding]::ASCII.GetBytes("$head`r`n"))
                    $count = [Math]::Max(0, [Math]::Min($body.Length - $from, $fault.Break ?? $fault.Silent ?? $body.Length))
                    $stream.Write($body, $from, $count)
                    while ($fault.Endless) {
                        $stream.Write($body, 0, $body.Length)
                    }

                    if ($fault.ContainsKey('Silent')) {
                        # Until the other side goes away.
                        [void] $stream.Read([byte[]]::new(1), 0, 1)
                    }
                }
                catch {
                    # Whoever asked went away, mostly.
                    [void] $shared.Log.Add("gone: $_")
                }
                finally {
                    $client.Dispose()
                }
            }
        }).AddArgument($listener).AddArgument($shared)
    $task = $shell.BeginInvoke()
    [pscustomobject]@{ Address = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"; Faults = $shared.Faults; Log = $shared.Log; Listener = $listener; Shell = $shell; Task = $task }
}

function Stop-ImageServer {
    param([object] $Server)
    $Server.Listener.Stop()
    [void] $Server.Shell.Stop()
    $Server.Shell.Dispose()
}

function Get-Sha256 {
    param([string] $Path)
    (Get-FileHash $Path -Algorithm SHA256).Hash.ToLowerInvariant()
}

function New-ServedImage {
    # Files of an image below a server's root, as a version of a product of its index has them; what it says of them is returned.
    param([string] $Root, [string] $Rootfs, [string] $Name, [string] $Version, [switch] $Squashfs)
    $directory = "images/$Name/$Version"
    [void] [IO.Directory]::CreateDirectory("$Root/$directory")
    [IO.File]::WriteAllText("$Root/$directory/metadata.yaml", "architecture: x86_64`ncreation_date: 1`nproperties:`n  os: Served $Name`ntemplates:`n  /etc/served:`n    when: [create]`n    template: served.tpl`n")
    [void] [IO.Directory]::CreateDirectory("$Root/$directory/templates")
    [IO.File]::WriteAllText("$Root/$directory/templates/served.tpl", "{{ config_get('user.served', 'by default') }}`n")
    tar -cJf "$Root/$directory/incus.tar.xz" -C "$Root/$directory" metadata.yaml templates
    $file = $Squashfs ? 'rootfs.squashfs' : 'rootfs.tar.xz'
    if ($Squashfs) {
        [void] (mksquashfs $Rootfs "$Root/$directory/$file" -no-progress -quiet)
    }
    else {
        tar -cJf "$Root/$directory/$file" "--mtime=@$($Version.GetHashCode() -band 0xFFFFFF)" -C $Rootfs .
    }

    $LASTEXITCODE | Should -Be 0
    $both = "$Root/$directory/both"
    [IO.File]::WriteAllBytes($both, [byte[]] ([IO.File]::ReadAllBytes("$Root/$directory/incus.tar.xz") + [IO.File]::ReadAllBytes("$Root/$directory/$file")))
    $combined = Get-Sha256 $both
    [IO.File]::Delete($both)
    @{
        $Version = @{
            items = @{
                'incus.tar.xz' = @{
                    ftype = 'incus.tar.xz'; path = "$directory/incus.tar.xz"; sha256 = Get-Sha256 "$Root/$directory/incus.tar.xz"; size = (Get-Item "$Root/$directory/incus.tar.xz").Length
                    ($Squashfs ? 'combined_squashfs_sha256' : 'combined_rootxz_sha256') = $combined
                }
                root           = @{ ftype = $Squashfs ? 'squashfs' : 'root.tar.xz'; path = "$directory/$file"; sha256 = Get-Sha256 "$Root/$directory/$file"; size = (Get-Item "$Root/$directory/$file").Length }
            }
        }
    }
}

function Write-StreamsIndex {
    # The index of simplestreams over products.
    param([string] $Root, [hashtable] $Products)
    [void] [IO.Directory]::CreateDirectory("$Root/streams/v1")
    [IO.File]::WriteAllText("$Root/streams/v1/index.json", (@{ format = 'index:1.0'; index = @{ images = @{ datatype = 'image-downloads'; path = 'streams/v1/images.json'; products = @($Products.Keys) } } } | ConvertTo-Json -Depth 10))
    [IO.File]::WriteAllText("$Root/streams/v1/images.json", (@{ format = 'products:1.0'; products = $Products } | ConvertTo-Json -Depth 10))
}
