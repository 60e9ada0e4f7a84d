using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

/// <summary>A directory that is gone after the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lxcps-test-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    internal static void NeedRoot() =>
        Assert.SkipUnless(Processes.EffectiveUserId == 0, "Files of several owners can be made by root only");

    internal string At(string path) => System.IO.Path.Combine(Path, path);

    internal string Make(string path, string text = "", UnixFileMode mode = (UnixFileMode)0x1A4)
    {
        string full = At(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        File.SetUnixFileMode(full, mode);
        return full;
    }

    internal string MakeDirectory(string path, UnixFileMode mode = (UnixFileMode)0x1ED)
    {
        Directory.CreateDirectory(At(path));
        File.SetUnixFileMode(At(path), mode);
        return At(path);
    }

    internal void Link(string path, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(path))!);
        File.CreateSymbolicLink(At(path), target);
    }
}
