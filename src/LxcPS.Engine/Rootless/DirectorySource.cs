using System.Text;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// The files of a directory as a tar stream, read with the caller's own rights and ids: inside a user namespace the owners of most of them
/// would be nobody.
/// </summary>
internal sealed class DirectorySource : IDisposable
{
    private readonly string path;
    private readonly int errors;
    private readonly int pidfd;

    private DirectorySource(string path, int output, int errors, int pidfd)
    {
        this.path = path;
        Output = output;
        this.errors = errors;
        this.pidfd = pidfd;
    }

    /// <summary>The descriptor to read the stream from.</summary>
    internal int Output { get; }

    /// <summary>Begins to read a directory.</summary>
    /// <exception cref="LxcException">TemplateFailed: there is no tar.</exception>
    internal static DirectorySource Start(string path)
    {
        string tar = HostPrograms.Find("tar")
            ?? throw new LxcException(LxcErrorId.TemplateFailed, "A directory is copied by GNU tar, and this host has none in PATH") { Step = "template", Advice = "Install the package tar." };
        List<string> arguments = ["tar", "--create", "--file=-", "--directory=" + path, "--numeric-owner", "--acls", "--xattrs",
            "--xattrs-include=user.*", "--xattrs-include=security.capability", "--anchored", "--exclude=./dev/*"];
        if (FileTree.Status(Descriptors.CurrentDirectory, path).UserId == Processes.EffectiveUserId)
        {
            // A user's own tree, as archives leave it that he unpacks: it is the container's root's there.
            arguments.AddRange(["--owner=0", "--group=0"]);
        }

        arguments.Add(".");
        (int output, int end) = Descriptors.Pipe();
        int errors = -1;
        try
        {
            errors = Descriptors.MemoryFile("tar");
            int pid = Spawning.Start(tar, arguments, ["LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"], [-1, end, errors], newSession: true);
            return new DirectorySource(path, output, errors, Processes.OpenPidfd(pid));
        }
        catch
        {
            Descriptors.Close(output);
            Descriptors.Close(errors);
            throw;
        }
        finally
        {
            Descriptors.Close(end);
        }
    }

    /// <summary>Waits for the end, and throws when something could not be read.</summary>
    /// <exception cref="LxcException">TemplateFailed with the program's words.</exception>
    internal void RequireSuccess()
    {
        ExitStatus exit = Processes.Wait(pidfd);
        if (exit.ExitCode == 0)
        {
            return;
        }

        byte[] text = new byte[2048];
        Descriptors.Seek(errors, 0);
        int length = Math.Max(0, Descriptors.Read(errors, text));
        throw new LxcException(LxcErrorId.TemplateFailed, $"The directory '{path}' cannot be copied: {Encoding.UTF8.GetString(text, 0, length).Trim().Replace('\n', ';')}")
        {
            Step = "template",
            Path = path,
            Advice = "A user's container gets a copy of what the user can read: let root make one of the rest, or give an archive.",
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Descriptors.Close(Output);
        Descriptors.Close(errors);
        Descriptors.Close(pidfd);
    }
}
