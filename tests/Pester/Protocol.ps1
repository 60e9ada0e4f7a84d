# Dot-sourced after Common.ps1 and Probe.ps1 by tests of the command socket: a client that may say anything.

# The commands by their numbers on the wire.
$Commands = [LxcPS.Engine.Protocol.ControlCommand]

function Connect-Monitor {
    param([string] $Name)
    $connection = [LxcPS.Native.LocalSockets]::TryConnect("$LxcPath/$Name/command")
    if ($connection -lt 0) {
        throw "Nobody listens for $Name"
    }

    $connection
}

function Close-Descriptor {
    param([int[]] $Descriptor)
    foreach ($number in $Descriptor) {
        [LxcPS.Native.Descriptors]::Close($number)
    }
}

function New-Request {
    # 16 bytes: the command, the length of the data, a word; and the data.
    param([int] $Command, [byte[]] $Data = @(), [long] $Word = 0, [int] $Length = $Data.Length)
    [byte[]] ([BitConverter]::GetBytes($Command) + [BitConverter]::GetBytes($Length) + [BitConverter]::GetBytes($Word) + $Data)
}

function Send-Bytes {
    # False where the other side is gone or takes no more.
    param([int] $Connection, [byte[]] $Bytes, [int[]] $Descriptor = @())
    try {
        [LxcPS.Native.LocalSockets]::Send($Connection, $Bytes, $Descriptor, $false, $false) -eq $Bytes.Length
    }
    catch [LxcPS.Native.LinuxException] {
        $false
    }
}

function Read-Bytes {
    # As many as there are until the end or the time is up, with the descriptors that came with them.
    param([int] $Connection, [int] $Count, [int] $Timeout = 5000)
    $bytes = [byte[]]::new($Count)
    $descriptors = [int[]]::new(16)
    $found = [pscustomobject]@{ Bytes = [byte[]] @(); Descriptors = [int[]] @(); Ended = $false }
    $length = 0
    while ($length -lt $Count) {
        if ([LxcPS.Native.Polling]::Wait($Connection, 'Readable', $Timeout) -eq 'None') {
            break
        }

        $part = [byte[]]::new($Count - $length)
        $received = 0
        try {
            $got = [LxcPS.Native.LocalSockets]::Receive($Connection, $part, $descriptors, [ref] $received)
        }
        catch [LxcPS.Native.LinuxException] {
            $got = 0
        }

        if ($received) {
            $found.Descriptors += $descriptors[0..($received - 1)]
        }

        if ($got -le 0) {
            $found.Ended = $true
            break
        }

        [Array]::Copy($part, 0, $bytes, $length, $got)
        $length += $got
    }

    $found.Bytes = if ($length) { [byte[]] $bytes[0..($length - 1)] } else { [byte[]] @() }
    $found
}

function Read-Answer {
    # The answer: result, word, data, descriptors, which are closed; null where the connection ends without one.
    param([int] $Connection, [int] $Timeout = 5000)
    $head = Read-Bytes $Connection 16 $Timeout
    if ($head.Bytes.Length -lt 16) {
        Close-Descriptor $head.Descriptors
        if (-not $head.Ended) {
            throw 'There was no answer in time'
        }

        return
    }

    $length = [BitConverter]::ToInt32($head.Bytes, 4)
    [byte[]] $data = $length -gt 0 ? (Read-Bytes $Connection $length $Timeout).Bytes : @()
    [pscustomobject]@{
        Result = [BitConverter]::ToInt32($head.Bytes, 0)
        Length = $length
        Word   = [BitConverter]::ToInt64($head.Bytes, 8)
        Data   = $data
        Text   = [Text.Encoding]::UTF8.GetString($data)
        Paths  = @(foreach ($descriptor in $head.Descriptors) { [IO.FileInfo]::new("/proc/self/fd/$descriptor").LinkTarget })
    }
    Close-Descriptor $head.Descriptors
}

function Invoke-Request {
    # A whole exchange on a connection of its own.
    param([string] $Name, [int] $Command, [byte[]] $Data = @(), [long] $Word = 0, [int] $Length = $Data.Length, [int[]] $Descriptor = @())
    $connection = Connect-Monitor $Name
    try {
        [void] (Send-Bytes $connection (New-Request $Command $Data $Word $Length) $Descriptor)
        Read-Answer $connection
    }
    finally {
        Close-Descriptor $connection
    }
}

function Get-Descriptor {
    # What a process has open, sorted, without the connections' own numbers.
    param([int] $Id)
    @(foreach ($link in [IO.Directory]::GetFileSystemEntries("/proc/$Id/fd")) {
            [IO.FileInfo]::new($link).LinkTarget -replace '^socket:.*', 'socket'
        }) | Sort-Object
}

function Get-Memory {
    # What a process has in memory, in KiB.
    param([int] $Id)
    [int] (@([IO.File]::ReadAllLines("/proc/$Id/status") -like 'VmRSS:*')[0] -split '\s+')[1]
}
