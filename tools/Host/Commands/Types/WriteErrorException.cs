namespace Microsoft.PowerShell.Commands;

/// <summary>What Write-Error's error holds; scripts know it by this name.</summary>
public sealed class WriteErrorException : SystemException
{
    public WriteErrorException()
    {
    }

    public WriteErrorException(string message)
        : base(message)
    {
    }

    public WriteErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
