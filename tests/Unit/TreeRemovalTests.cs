using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public sealed class TreeRemovalTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly int parent;

    public TreeRemovalTests() => parent = Descriptors.Open(directory.Path, OpenFlags.ReadOnly | OpenFlags.Directory);

    public void Dispose()
    {
        Descriptors.Close(parent);
        directory.Dispose();
    }

    [Fact]
    public void ATreeDeeperThanAnyPathIsRemoved()
    {
        int fd = Descriptors.Duplicate(parent);
        for (int level = 0; level < 5000; level++)
        {
            FileTree.MakeDirectory(fd, "directory", 0x1C0);
            FileTree.MakeNode(fd, "file", 0x8180, 0);
            int next = Descriptors.OpenAt(fd, "directory", OpenFlags.ReadOnly | OpenFlags.Directory);
            Descriptors.Close(fd);
            fd = next;
        }

        Descriptors.Close(fd);
        Assert.True(TreeRemoval.Remove(parent, "directory", directory.Path + "/directory"));
        Assert.False(Directory.Exists(directory.Path + "/directory"));
        Assert.True(File.Exists(directory.Path + "/file"));
    }

    [Fact]
    public void ManyNamesOfAllKindsAreRemoved()
    {
        for (int i = 0; i < 4200; i++)
        {
            Directory.CreateDirectory($"{directory.Path}/tree/wide/{i}");
        }

        directory.Make("tree/name with\nnewline");
        File.CreateSymbolicLink(directory.Path + "/tree/loop", ".");
        FileTree.MakeNode(parent, "tree/fifo", 0x1000 | 0x180, 0);
        Assert.True(TreeRemoval.Remove(parent, "tree", "tree"));
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
        Assert.False(TreeRemoval.Remove(parent, "tree", "tree"));
    }

    [Fact]
    public void LinksAreRemovedAndNotFollowed()
    {
        directory.Make("outside/a/file", "kept");
        directory.Make("tree/x");
        Directory.CreateSymbolicLink(directory.Path + "/tree/absolute", directory.Path + "/outside");
        Directory.CreateSymbolicLink(directory.Path + "/tree/relative", "../outside/a");
        Directory.CreateSymbolicLink(directory.Path + "/top", directory.Path + "/outside");
        Assert.True(TreeRemoval.Remove(parent, "tree", "tree"));
        Assert.False(TreeRemoval.Remove(parent, "top", "top"));
        Assert.Equal("kept", File.ReadAllText(directory.Path + "/outside/a/file"));
    }

    [Fact]
    public void DirectoriesThatTheirOwnerLockedAreRemoved()
    {
        directory.Make("tree/locked/deep/file");
        File.SetUnixFileMode(directory.Path + "/tree/locked/deep", UnixFileMode.None);
        File.SetUnixFileMode(directory.Path + "/tree/locked", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.True(TreeRemoval.Remove(parent, "tree", "tree"));
    }

    [Fact]
    public void AStopLeavesTheRest()
    {
        directory.Make("tree/x");
        Assert.Throws<OperationCanceledException>(() => TreeRemoval.Remove(parent, "tree", "tree", new CancellationToken(true)));
        Assert.True(File.Exists(directory.Path + "/tree/x"));
    }
}
