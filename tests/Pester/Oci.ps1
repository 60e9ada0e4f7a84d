# Dot-sourced by the tests of images of OCI's kind: layouts and archives that they build themselves.

function Get-Blob {
    # Puts a file into a layout under its digest; what a manifest says of it is returned.
    param([string] $Layout, [string] $Path, [string] $MediaType)
    $digest = Get-Sha256 $Path
    [void] [IO.Directory]::CreateDirectory("$Layout/blobs/sha256")
    [IO.File]::Copy($Path, "$Layout/blobs/sha256/$digest", $true)
    [ordered]@{ mediaType = $MediaType; digest = "sha256:$digest"; size = (Get-Item $Path).Length }
}

function New-Layer {
    # A tar archive of a directory; -Make fills the directory, -Option goes to tar.
    param([scriptblock] $Make, [string[]] $Option = @(), [string[]] $Member = '.')
    # Not below TestDrive: what clears that may go through the links that some layers have.
    $directory = [IO.Directory]::CreateTempSubdirectory('lxcps-layer-').FullName
    $archive = Join-Path $TestDrive "layer-$([guid]::NewGuid().ToString('n')).tar"
    chmod 755 $directory
    Push-Location $directory
    try {
        & $Make
        tar -cf $archive --owner=0 --group=0 --xattrs @Option @Member
        $LASTEXITCODE | Should -Be 0
    }
    finally {
        Pop-Location
        [IO.Directory]::Delete($directory, $true)
    }

    $archive
}

function New-Layout {
    # A layout of layers, the lowest first; the programs that compress them, in turn.
    param([string] $Path, [string[]] $Layer, [hashtable] $Config = @{}, [string] $Tag = 'latest', [string[]] $Compressor = 'gzip')
    [void] [IO.Directory]::CreateDirectory($Path)
    $contents = [Collections.Generic.List[string]]::new()
    $blobs = for ($i = 0; $i -lt $Layer.Count; $i++) {
        $contents.Add("sha256:$(Get-Sha256 $Layer[$i])")
        $program = $Compressor[$i % $Compressor.Count]
        $file = $Layer[$i]
        if ($program) {
            $file = "$($Layer[$i]).$program"
            if (-not [IO.File]::Exists($file)) {
                & $program -q -k $Layer[$i]
                $made = @('gz', 'xz', 'zst', 'bz2') | ForEach-Object { "$($Layer[$i]).$_" } | Where-Object { [IO.File]::Exists($_) }
                [IO.File]::Move($made, $file)
            }
        }

        Get-Blob $Path $file 'application/vnd.oci.image.layer.v1.tar'
    }

    $machine = [LxcPS.Engine.Images.ImageArchitecture]::OfHost
    $temporary = Join-Path $TestDrive 'json'
    [IO.File]::WriteAllText($temporary, ([ordered]@{ architecture = $machine; os = 'linux'; created = '2026-01-02T03:04:05.123Z'; config = $Config; rootfs = @{ type = 'layers'; diff_ids = $contents } } | ConvertTo-Json -Depth 10))
    $configBlob = Get-Blob $Path $temporary 'application/vnd.oci.image.config.v1+json'
    [IO.File]::WriteAllText($temporary, ([ordered]@{ schemaVersion = 2; mediaType = 'application/vnd.oci.image.manifest.v1+json'; config = $configBlob; layers = @($blobs) } | ConvertTo-Json -Depth 10))
    $manifest = Get-Blob $Path $temporary 'application/vnd.oci.image.manifest.v1+json'
    $manifest.annotations = @{ 'org.opencontainers.image.ref.name' = $Tag }
    [IO.File]::WriteAllText("$Path/index.json", (@{ schemaVersion = 2; manifests = @($manifest) } | ConvertTo-Json -Depth 10))
    [IO.File]::WriteAllText("$Path/oci-layout", '{"imageLayoutVersion":"1.0.0"}')
    $Path
}
