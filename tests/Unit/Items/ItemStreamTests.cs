using System.Text;
using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Items;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests.Items;

/// <summary>The two sides of a copy, with a pipe between them and two directories as their roots; and what no sender of ours would send.</summary>
public sealed class ItemStreamTests : IDisposable
{
    private readonly IdMaps hostMaps = IdMaps.Of([IdMapEntry.Parse("u 0 100000 65536"), IdMapEntry.Parse("g 0 100000 65536")]);
    private readonly TemporaryDirectory directory = new();
    private readonly int from;
    private readonly int to;
    private readonly int lines;
    private readonly Reporter reporter;

    public ItemStreamTests()
    {
        from = Descriptors.OpenPath(directory.MakeDirectory("from"), directory: true);
        to = Descriptors.OpenPath(directory.MakeDirectory("to"), directory: true);
        lines = Descriptors.MemoryFile("report");
        reporter = new Reporter(Descriptors.Duplicate(lines));
    }

    public void Dispose()
    {
        reporter.Dispose();
        Descriptors.Close(lines);
        Descriptors.Close(from);
        Descriptors.Close(to);

        // Names that are no text the runtime cannot remove.
        int parent = Descriptors.OpenPath(directory.Path, directory: true);
        TreeRemoval.Remove(parent, "from", "from");
        TreeRemoval.Remove(parent, "to", "to");
        Descriptors.Close(parent);
        directory.Dispose();
    }

    [Fact]
    public void ATreeArrivesAsItWas()
    {
        directory.Make("from/tree/file", new string('x', 300_000), (UnixFileMode)0x140);
        directory.Make("from/tree/empty");
        directory.Make("from/tree/sub/deep/leaf", "leaf");
        directory.Link("from/tree/sub/link", "/no/where");
        int tree = Descriptors.OpenPath(directory.At("from/tree"), directory: true);
        byte[] odd = [(byte)'o', 0xFF, (byte)'\n', 0x80];
        Descriptors.Close(RawNames.Open(tree, odd, OpenFlags.WriteOnly | OpenFlags.Create, 0x1A4));
        RawNames.MakeLink(tree, "file"u8, tree, "other name"u8);
        int sparse = RawNames.Open(tree, "sparse"u8, OpenFlags.ReadWrite | OpenFlags.Create, 0x1A4);
        Descriptors.Seek(sparse, 5 << 20);
        Descriptors.WriteAll(sparse, "middle"u8);
        RawNames.SetLength(sparse, 20 << 20, "sparse"u8);
        Descriptors.Close(sparse);
        RawNames.SetTimes(tree, "sub"u8, new FileMoment(1, 2), new FileMoment(-3, 999_999_999));

        Assert.Equal(0, Copy(["/tree"], "/new", recurse: true));

        int copied = Descriptors.OpenPath(directory.At("to/new"), directory: true);
        Assert.Equal(File.ReadAllText(directory.At("from/tree/file")), File.ReadAllText(directory.At("to/new/file")));
        Assert.Equal((UnixFileMode)0x140, File.GetUnixFileMode(directory.At("to/new/file")));
        Assert.Equal("leaf", File.ReadAllText(directory.At("to/new/sub/deep/leaf")));
        Assert.Equal("/no/where", new FileInfo(directory.At("to/new/sub/link")).LinkTarget);
        Assert.NotNull(RawNames.TryRead(copied, odd));
        FileDetails file = RawNames.TryRead(copied, "file"u8)!.Value;
        Assert.Equal((2ul, file.Inode), (file.Links, RawNames.TryRead(copied, "other name"u8)!.Value.Inode));
        FileDetails sub = RawNames.TryRead(copied, "sub"u8)!.Value;
        Assert.Equal((new FileMoment(1, 2), new FileMoment(-3, 999_999_999)), (sub.Accessed, sub.Modified));
        using FileStream stream = File.OpenRead(directory.At("to/new/sparse"));
        int hole = RawNames.Open(copied, "sparse"u8, OpenFlags.ReadOnly);
        Assert.Equal((20L << 20, true), (stream.Length, RawNames.NextData(hole, 0) > 4 << 20));
        stream.Position = 5 << 20;
        Assert.Equal('m', stream.ReadByte());
        Assert.Contains("copied\t/new\tdirectory\t", Report());
        Assert.DoesNotContain("problem", Report());
        Descriptors.Close(hole);
        Descriptors.Close(copied);
        Descriptors.Close(tree);
    }

    [Fact]
    public void WhatCannotBeCopiedIsNamedAndTheRestArrives()
    {
        directory.Make("from/tree/before", "1");
        directory.Make("from/tree/in the way/inner", "2");
        directory.Make("from/tree/over", "3");
        directory.Make("from/tree/zlast", "4");
        FileTree.MakeNode(from, "tree/fifo", 0x1000 | 0x1A4, 0);
        directory.Make("to/tree/in the way", "a file");
        directory.Make("to/tree/zlast", "old", (UnixFileMode)0x124);
        directory.MakeDirectory("to/tree/over");
        Assert.Equal(0, Copy(["/tree", "/none"], "/", recurse: true));
        string report = Report();
        foreach (string id in (string[])["ItemInvalid", "ItemExists", "ItemNotFound"])
        {
            Assert.Contains(id, report);
        }

        Assert.Equal(("1", "a file", "old"), (Text("to/tree/before"), Text("to/tree/in the way"), Text("to/tree/zlast")));
        Assert.Equal(0, Copy(["/tree"], "/", recurse: true, force: true));
        Assert.Equal("4", Text("to/tree/zlast"));
        Assert.Equal(["before", "in the way", "over", "zlast"], Names("to/tree"));
    }

    [Fact]
    public void ADestinationIsADirectoryThatIsThereOrANewName()
    {
        directory.Make("from/a", "a");
        directory.Make("from/b", "b");
        directory.Make("to/file", "old");
        directory.Link("to/out", "../from");
        directory.Link("to/dangling", "/none");
        Assert.Equal(0, Copy(["/a"], "/file"));
        Assert.Equal("a", Text("to/file"));
        Assert.Equal(LxcErrorId.ItemNotFound, Assert.Throws<LxcException>(() => Copy(["/a", "/b"], "/new")).ErrorId);
        Assert.Equal(LxcErrorId.ItemNotFound, Assert.Throws<LxcException>(() => Copy(["/a"], "/none/new")).ErrorId);
        Assert.Equal(LxcErrorId.ItemNotFound, Assert.Throws<LxcException>(() => Copy(["/a"], "/new2/")).ErrorId);
        Assert.Equal(LxcErrorId.ItemNotFound, Assert.Throws<LxcException>(() => Copy(["/a"], "/out/x")).ErrorId);
        Assert.Equal(LxcErrorId.ItemExists, Assert.Throws<LxcException>(() => Copy(["/a"], "/dangling")).ErrorId);
        Assert.Equal(["a", "b"], Names("from"));
        Assert.Equal(["dangling", "file", "out"], Names("to"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("/etc/x")]
    [InlineData("a\0b")]
    public void ANameThatLeadsElsewhereIsRefused(string name)
    {
        ItemEntry entry = new() { Kind = ItemKind.File, Name = Encoding.UTF8.GetBytes(name) };
        Assert.Equal(LxcErrorId.CopyFailed, Refused(writer => writer.Entry(entry)).ErrorId);
        Assert.Empty(Names("to"));
    }

    [Fact]
    public void ALinkOfTheStreamIsNotFollowedByIt()
    {
        directory.Make("from/precious", "old");
        Send(writer =>
        {
            writer.Entry(new ItemEntry { Kind = ItemKind.SymbolicLink, Name = [.. "x"u8], Target = Encoding.UTF8.GetBytes(directory.At("from")) });
            writer.Entry(new ItemEntry { Kind = ItemKind.Directory, Name = [.. "x"u8] });
            writer.Entry(new ItemEntry { Kind = ItemKind.File, Name = [.. "precious"u8] });
            writer.End();
            writer.End();
            writer.Entry(new ItemEntry { Kind = ItemKind.SymbolicLink, Name = [.. "y"u8], Target = Encoding.UTF8.GetBytes(directory.At("from/precious")) });
            writer.Entry(new ItemEntry { Kind = ItemKind.File, Name = [.. "y"u8] });
            writer.End();
            writer.Done();
        });
        Assert.Equal("old", Text("from/precious"));
        Assert.Equal(["x", "y"], Names("to"));
        Assert.Null(new FileInfo(directory.At("to/y")).LinkTarget);
        Assert.Contains("ItemExists", Report());
    }

    [Fact]
    public void AStreamThatCannotBeIsRefusedAndLeavesNothing()
    {
        ItemEntry file = new() { Kind = ItemKind.File, Name = [.. "f"u8], Size = 10 };
        byte[] frame = new byte[ItemWriter.DataHead + 20];
        Refused(writer => { writer.Entry(file); writer.Data(frame, 5, 6); });
        Refused(writer => { writer.Entry(file); writer.Data(frame, -1, 5); });
        Refused(writer => { writer.Entry(file); writer.Data(frame, long.MaxValue - 2, 5); });
        Refused(writer => { writer.Entry(file); writer.End(11); });
        Refused(writer => { writer.Entry(file); writer.End(-1); });
        Refused(writer => { writer.Entry(file); writer.Entry(file); });
        Refused(writer => { writer.Entry(file); writer.Done(); });
        Refused(writer => writer.End());
        Refused(writer => writer.Begin(1));
        Refused(writer => writer.Entry(new ItemEntry { Kind = ItemKind.HardLink, Name = [.. "h"u8], Number = 3 }));
        Refused(writer => writer.Entry(new ItemEntry { Kind = ItemKind.File, Name = [.. "h"u8], Number = 3 }));
        Refused(writer => writer.Entry(new ItemEntry { Kind = (ItemKind)9, Name = [.. "h"u8] }));
        Refused(writer =>
        {
            for (int i = 0; i < ItemSender.MaximumDepth + 5; i++)
            {
                writer.Entry(new ItemEntry { Kind = ItemKind.Directory, Name = [.. "d"u8] });
            }
        });
        Directory.Delete(directory.At("to/d"), recursive: true);
        Assert.Equal(LxcErrorId.Canceled, Refused(writer => { writer.Entry(file); writer.Data(frame, 0, 5); }, LxcErrorId.Canceled).ErrorId);
        Assert.Empty(Names("to"));
    }

    [Fact]
    public void ExtendedAttributesThatCannotBeAreRefused()
    {
        static ItemEntry With(params ItemAttribute[] attributes) => new() { Kind = ItemKind.File, Name = [.. "f"u8], Attributes = attributes };
        foreach (string name in (string[])["system.other", "security.selinux", "trusted.overlay.opaque", "user.overlay.origin", "user.a\0b", "x", "trusted.note"])
        {
            Refused(writer => { writer.Entry(With(new ItemAttribute(Encoding.UTF8.GetBytes(name), [1]))); writer.End(); }, isInto: false);
        }

        ItemAttribute large = new([.. "user.large"u8], new byte[ExtendedAttributes.MaximumValue]);
        Refused(writer => writer.Entry(With([.. Enumerable.Repeat(large, 17)])));
        byte[] foreign = AttributeIds.WithRoot(new byte[20], 65536);
        Refused(writer => { writer.Entry(With(new ItemAttribute([.. "security.capability"u8], foreign))); writer.End(); }, isInto: false);
        Refused(writer => { writer.Attribute(new ItemAttribute([.. "user.of nothing"u8], [])); writer.Done(); });
        Assert.Empty(Names("to"));
    }

    private int Copy(string[] paths, string destination, bool recurse = false, bool force = false)
    {
        ItemRequest request = Request(paths, destination, recurse, force);
        (int read, int write) = Descriptors.Pipe();
        ItemReport report = new(reporter, "c");
        Thread sender = new(() =>
        {
            try
            {
                new ItemSender(from, new ItemWriter(write), report, request, new ItemAttributes(report, request, hostMaps)).Run();
            }
            catch (LxcException e) when (e.ErrorId == LxcErrorId.Canceled)
            {
                // The receiver has given up, which the test looks at.
            }

            Descriptors.Close(write);
        });
        sender.Start();
        try
        {
            return Receiver(request, read, report).Run();
        }
        finally
        {
            Descriptors.Close(read);
            sender.Join();
        }
    }

    private LxcException Refused(Action<ItemWriter> send, string id = LxcErrorId.CopyFailed, bool isInto = true)
    {
        LxcException e = Assert.Throws<LxcException>(() => Send(send, isInto));
        Assert.Equal(id, e.ErrorId);
        return e;
    }

    // What is sent here is less than a pipe holds, but for the deep tree, whose reader comes later.
    private void Send(Action<ItemWriter> send, bool isInto = true)
    {
        (int read, int write) = Descriptors.Pipe();
        Thread sender = new(() =>
        {
            try
            {
                ItemWriter writer = new(write);
                writer.Begin(1);
                send(writer);
            }
            catch (LxcException e) when (e.ErrorId == LxcErrorId.Canceled)
            {
                // The receiver has given up, which the test looks at.
            }

            Descriptors.Close(write);
        });
        sender.Start();
        try
        {
            Receiver(Request([], "/", false, false, isInto), read, new ItemReport(reporter, "c")).Run();
        }
        finally
        {
            Descriptors.Close(read);
            sender.Join();
        }
    }

    private ItemReceiver Receiver(ItemRequest request, int read, ItemReport report) =>
        new(to, new ItemReader(read), report, request, new ItemOwners(report, request, isRoot: false), new ItemAttributes(report, request, request.IsInto ? null : hostMaps), new Random());

    private static ItemRequest Request(string[] paths, string destination, bool recurse, bool force, bool isInto = true) =>
        new() { LxcPath = "/", Name = "c", IsInto = isInto, Paths = paths, Destination = destination, Recurse = recurse, Force = force };

    private string Report() => Descriptors.ReadText($"/proc/self/fd/{lines}");

    private string Text(string path) => File.ReadAllText(directory.At(path));

    private string[] Names(string path) => [.. Directory.GetFileSystemEntries(directory.At(path)).Select(one => Path.GetFileName(one)).Order(StringComparer.Ordinal)];
}
