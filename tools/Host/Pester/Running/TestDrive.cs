using System.IO.Enumeration;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>The TestDrive: drive and $TestDrive, a new directory for each file, which each block leaves as it found it.</summary>
internal sealed class TestDrive : IDisposable
{
    private const string Name = "TestDrive";
    private readonly SessionState _session;
    private readonly string? _outer;
    private string _root = "";

    public TestDrive(SessionState session, bool nested)
    {
        _session = session;
        // A run inside a test borrows the name, and gives it back at its end.
        _outer = nested ? Mapped?.Root : null;
        Unmap();
    }

    public IDisposable Enter(PesterBlock block)
    {
        if (block.IsRoot)
        {
            _root = Directory.CreateTempSubdirectory("Pester_").FullName;
            Map(_root);
            return new Cleanup(Remove);
        }

        var before = Entries().ToHashSet(StringComparer.Ordinal);
        return new Cleanup(() => Clear(before));
    }

    public void Dispose()
    {
        if (_outer is not null)
        {
            Map(_outer);
        }
    }

    private PSDriveInfo? Mapped => _session.Drive.GetAllAtScope("Global").FirstOrDefault(drive =>
        string.Equals(drive.Name, Name, StringComparison.OrdinalIgnoreCase));

    private void Map(string root)
    {
        Unmap();
        _session.Drive.New(new PSDriveInfo(Name, _session.Provider.GetOne("FileSystem"), root, "Test drive", null), "Global");
        _session.PSVariable.Set("global:" + Name, root);
    }

    private void Unmap()
    {
        if (Mapped is not null)
        {
            _session.Drive.Remove(Name, force: true, "Global");
            _session.PSVariable.Remove("global:" + Name);
        }
    }

    // Links are listed and deleted as links: what they point to is not the test's to remove, nor to be walked.
    private IEnumerable<string> Entries() => Directory.Exists(_root)
        ? new FileSystemEnumerable<string>(_root, (ref FileSystemEntry entry) => entry.ToFullPath(), new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
        })
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        }
        : [];

    private void Clear(HashSet<string> before)
    {
        // The rest goes with its directory.
        before.Add(_root);
        foreach (var path in Entries().Where(path => !before.Contains(path) && before.Contains(Path.GetDirectoryName(path)!)).ToList())
        {
            Delete(path);
        }

        // A test may have unmapped the drive, or a run nested in it may not have given it back.
        if (Mapped?.Root != _root)
        {
            Directory.CreateDirectory(_root);
            Map(_root);
        }
    }

    private void Remove()
    {
        Unmap();
        Delete(_root);
    }

    private static void Delete(string path)
    {
        var info = new DirectoryInfo(path);
        if (info.LinkTarget is not null || !info.Exists)
        {
            File.Delete(path);
        }
        else
        {
            info.Delete(recursive: true);
        }
    }

    private sealed class Cleanup(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
