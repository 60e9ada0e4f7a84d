using LxcPS.Engine;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public sealed class SeccompCacheTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("lxcps-test").FullName;
    private readonly List<string> warnings = [];

    private string Cache => Path.Combine(directory, "run", "seccomp");

    [Fact]
    public void AProgramIsCompiledOnceAndReadAfterwards()
    {
        SkipWithoutLibrary();
        string policy = Write("2\ndenylist\nmknod errno 1\n");
        byte[] program = SeccompCache.Load(policy, Cache, warnings.Add);
        Assert.Equal(0, program.Length % 8);
        string file = Assert.Single(Directory.GetFiles(Cache));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        // A mark in the last instruction shows where the answer comes from.
        byte[] content = File.ReadAllBytes(file);
        content[^1] ^= 0x55;
        File.WriteAllBytes(file, content);
        Assert.Equal(program[^1] ^ 0x55, SeccompCache.Load(policy, Cache, warnings.Add)[^1]);
        Assert.Empty(warnings);
    }

    [Fact]
    public void AFileThatOthersCanWriteOrThatDoesNotFitIsIgnored()
    {
        SkipWithoutLibrary();
        string policy = Write("2\ndenylist\nmknod errno 1\n");
        byte[] program = SeccompCache.Load(policy, Cache, null);
        string file = Assert.Single(Directory.GetFiles(Cache));
        byte[] content = File.ReadAllBytes(file);
        byte[] changed = [.. content];
        changed[^1] ^= 0x55;

        File.WriteAllBytes(file, changed);
        File.SetUnixFileMode(file, (UnixFileMode)0x1B6);
        Assert.Equal(program, SeccompCache.Load(policy, Cache, null));
        Assert.Equal(content, File.ReadAllBytes(file));

        foreach (byte[] broken in (byte[][])[[], changed[..40], changed[..^8], [.. "x"u8, .. changed[1..]], [.. changed, 0, 0, 0, 0, 0, 0, 0, 0]])
        {
            File.WriteAllBytes(file, broken);
            Assert.Equal(program, SeccompCache.Load(policy, Cache, null));
        }

        // The library was updated: its file is another one.
        string text = System.Text.Encoding.Latin1.GetString(changed);
        int stamp = text.IndexOf('\n') + 1;
        File.WriteAllBytes(file, System.Text.Encoding.Latin1.GetBytes(text[..stamp] + "/lib/libseccomp.so.0 1 2 3" + text[text.IndexOf('\n', stamp)..]));
        Assert.Equal(program, SeccompCache.Load(policy, Cache, null));
    }

    [Fact]
    public void AnotherContentIsAnotherProgram()
    {
        SkipWithoutLibrary();
        byte[] first = SeccompCache.Load(Write("2\ndenylist\nmknod errno 1\n"), Cache, null);
        byte[] second = SeccompCache.Load(Write("2\ndenylist\nmknod errno 2\n"), Cache, null);
        Assert.NotEqual(first, second);
        Assert.Equal(2, Directory.GetFiles(Cache).Length);
    }

    [Fact]
    public void WithoutAPlaceForItAPolicyIsCompiledAllTheSame()
    {
        SkipWithoutLibrary();
        string policy = Write("2\ndenylist\nmknod errno 1\n");
        Assert.Equal(SeccompCache.Load(policy, null, null), SeccompCache.Load(policy, "/proc/none/seccomp", null));
    }

    [Fact]
    public void UnknownCallsAreLeftOutAndSaid()
    {
        SkipWithoutLibrary();
        SeccompCache.Load(Write("2\ndenylist\nmknot errno 1\n[arm]\nforck errno 1\n[all]\nmknod errno 1\n"), Cache, warnings.Add);
        Assert.Contains("mknot, forck", Assert.Single(warnings));
    }

    [Fact]
    public void ARuleThatIsRefusedIsNamedWithItsLine()
    {
        SkipWithoutLibrary();
        LxcException error = Assert.Throws<LxcException>(() => SeccompCache.Load(Write("2\ndenylist\n\nmknod errno 1 [1,1,==][1,2,==]\n"), Cache, null));
        Assert.Equal((LxcErrorId.ConfinementFailed, 4, Errno.EINVAL), (error.ErrorId, error.Line, error.Errno));
        Assert.Contains("'mknod'", error.Message);
    }

    [Fact]
    public void AMissingPolicyIsNamed()
    {
        LxcException error = Assert.Throws<LxcException>(() => SeccompCache.Load("/none/p.seccomp", Cache, null));
        Assert.Equal((LxcErrorId.ConfinementFailed, Errno.ENOENT, "/none/p.seccomp"), (error.ErrorId, error.Errno, error.Path));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    internal static void SkipWithoutLibrary()
    {
        if (LibSeccomp.InstalledVersion is null)
        {
            Assert.Skip("libseccomp.so.2 is not installed");
        }
    }

    private string Write(string text)
    {
        string path = Path.Combine(directory, $"{Guid.NewGuid():n}.seccomp");
        File.WriteAllText(path, text);
        return path;
    }
}
