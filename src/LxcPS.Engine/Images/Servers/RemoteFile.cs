namespace LxcPS.Engine.Images;

/// <summary>A file of an image server.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Sha256">What it must be, in 64 hexadecimal digits.</param>
/// <param name="Size">In bytes; -1 where the server's index does not say.</param>
public sealed record RemoteFile(Uri Address, string Sha256, long Size);
