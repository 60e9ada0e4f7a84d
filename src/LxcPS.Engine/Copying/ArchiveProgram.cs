using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Templates;

namespace LxcPS.Engine.Copying;

/// <summary>Runs GNU tar on an archive of a container.</summary>
/// <param name="archive">The archive, for messages.</param>
/// <param name="format">How it is compressed.</param>
/// <param name="container">The container, or null where its name is not known yet.</param>
internal sealed class ArchiveProgram(string archive, ArchiveFormat format, string? container)
{
    /// <summary>Runs tar to its end; what it wrote to its standard output.</summary>
    /// <param name="arguments">Its arguments but for its name and the compression.</param>
    /// <param name="input">The descriptor of its standard input.</param>
    /// <param name="meter">Measures it, and it alone.</param>
    /// <param name="what">What it does, for the error: "written".</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="runner">A program that runs tar, and its arguments that go before tar's path and own; null to run it as it is.</param>
    /// <param name="directory">The open directory that it begins in, or -1 for the caller's.</param>
    /// <exception cref="LxcException">ArchiveFailed, StorageFull or Canceled.</exception>
    internal string Run(IReadOnlyList<string> arguments, int input, TransferMeter? meter, string what, CancellationToken cancel, IReadOnlyList<string>? runner = null, int directory = -1)
    {
        string tar = Find("tar");
        if (format.Program is { } program)
        {
            Find(program);
        }

        using TransferMeter? measuring = meter;
        runner = meter is null ? runner : meter.Follow(runner);
        string[] command = ["tar", .. format.Options, .. arguments];
        ProgramResult result;
        try
        {
            result = ChildProgram.Run(runner?[0] ?? tar, runner is null ? command : [.. runner, tar, .. command], input, int.MaxValue, cancel, meter is null ? null : meter.Tick,
                started: pid => meter?.Process = pid, directory: directory);
        }
        catch (OperationCanceledException e)
        {
            throw new LxcException(LxcErrorId.Canceled, $"The archive '{DisplayText.Of(archive)}' was not {what}: it was stopped", e) { ContainerName = container };
        }

        if (result.Exit.ExitCode == 0)
        {
            return result.Output;
        }

        bool isFull = result.FullErrno != 0;
        throw new LxcException(isFull ? LxcErrorId.StorageFull : LxcErrorId.ArchiveFailed,
            $"The archive '{DisplayText.Of(archive)}' cannot be {what}: {DisplayText.Of(result.LastLines ?? $"tar ended with {result.Exit.ExitCode}")}")
        {
            ContainerName = container,
            Step = "archive",
            Path = archive,
            Errno = result.FullErrno,
            Advice = isFull ? "Free space on that file system." : "See what tar(1) says, and that the archive is complete.",
        };
    }

    private string Find(string program) => HostPrograms.Find(program)
        ?? throw new LxcException(LxcErrorId.ArchiveFailed, $"The archive '{DisplayText.Of(archive)}' needs {program}, and this host has none in PATH")
        {
            ContainerName = container,
            Path = archive,
            Step = "archive",
            Advice = $"Install it, on Debian and Ubuntu: apt-get install {(program == "xz" ? "xz-utils" : program)}.",
        };
}
