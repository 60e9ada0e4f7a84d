using System.Management.Automation;
using System.Security.Cryptography;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "FileHash", DefaultParameterSetName = "Path")]
[OutputType(typeof(FileHashInfo))]
public sealed class GetFileHashCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path")]
    public string[]? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[]? LiteralPath { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "StreamParameterSet")]
    public Stream? InputStream { get; set; }

    [Parameter(Position = 1)]
    [ValidateSet("SHA1", "SHA256", "SHA384", "SHA512", "MD5")]
    public string Algorithm { get; set; } = "SHA256";

    protected override void ProcessRecord()
    {
        if (InputStream is not null)
        {
            Write(InputStream, null);
            return;
        }

        foreach (var path in LiteralPath ?? Path!)
        {
            try
            {
                foreach (var file in this.ResolveForReading(path, LiteralPath is not null).Where(file => !Directory.Exists(file)))
                {
                    using var stream = File.OpenRead(file);
                    Write(stream, file);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ItemNotFoundException)
            {
                WriteError(new ErrorRecord(exception, "FileNotFound", ErrorCategory.ObjectNotFound, path));
            }
        }
    }

    private void Write(Stream stream, string? path)
    {
        using var hash = IncrementalHash.CreateHash(new HashAlgorithmName(Algorithm.ToUpperInvariant()));
        var buffer = new byte[1 << 16];
        int count;
        while ((count = stream.Read(buffer)) > 0 && !Stopping)
        {
            hash.AppendData(buffer, 0, count);
        }

        WriteObject(new FileHashInfo { Algorithm = Algorithm.ToUpperInvariant(), Hash = Convert.ToHexString(hash.GetHashAndReset()),
            Path = path });
    }
}
