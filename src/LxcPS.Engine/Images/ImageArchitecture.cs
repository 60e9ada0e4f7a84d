using System.Runtime.InteropServices;

namespace LxcPS.Engine.Images;

/// <summary>Names of architectures: images and Debian say amd64 where the kernel says x86_64.</summary>
public static class ImageArchitecture
{
    /// <summary>That of this machine.</summary>
    public static string OfHost { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        Architecture other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Debian's name for an architecture that was named in any of the usual ways.</summary>
    public static string Of(string name) => name.ToLowerInvariant() switch
    {
        "x86_64" or "x64" or "amd64" => "amd64",
        "aarch64" or "arm64" => "arm64",
        "i386" or "i686" or "x86" => "i386",
        "armv7l" or "armhf" => "armhf",
        "ppc64le" or "ppc64el" => "ppc64el",
        string other => other,
    };

    /// <summary>The kernel's name for an architecture of Debian's: what uname(1) says.</summary>
    internal static string KernelNameOf(string architecture) => architecture switch
    {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        "i386" => "i686",
        "armhf" => "armv7l",
        string other => other,
    };
}
