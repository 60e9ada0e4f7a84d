using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;

namespace LxcPS.Engine.Storage;

/// <summary>Runs the programs that make and remove volumes.</summary>
/// <param name="what">What is done, as a sentence that says it failed.</param>
/// <param name="name">The container, for messages.</param>
internal sealed class StorageTool(string what, string name)
{
    // What LVM says of the descriptors that are its caller's, it would say to our user.
    private static readonly string[] Variables = ["LVM_SUPPRESS_FD_WARNINGS=1"];

    /// <summary>A program.</summary>
    /// <exception cref="LxcException">StorageUnsupported: it is missing.</exception>
    internal static string PathOf(string program, string package, string name) => HostPrograms.Find(program)
        ?? throw RootfsStorage.Unsupported(name, $"This storage needs {program}, and this host has none in PATH", $"Install the package {package}, or use another storage.");

    /// <summary>Runs one to its end: on the way it may have stopped a device that it goes on with, so it is not killed.</summary>
    /// <param name="package">What has it.</param>
    /// <param name="arguments">With its name first.</param>
    /// <param name="held">An open file whose lock is held until the program has ended, also where it outlives us; or -1.</param>
    /// <exception cref="LxcException">StorageUnsupported: it is missing.</exception>
    internal ProgramResult Run(string package, IReadOnlyList<string> arguments, int held = -1) =>
        ChildProgram.Run(PathOf(arguments[0], package, name), arguments, held, int.MaxValue, CancellationToken.None, variables: Variables);

    /// <summary>The error of one that could not be had from the system.</summary>
    internal LxcException Missing(string reason, string advice) => RootfsStorage.Unsupported(name, $"{what}: {reason}", advice);

    /// <summary>The error of a program that failed.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="result">What it wrote.</param>
    /// <param name="isFull">Whether there is no room left.</param>
    /// <param name="advice">What to do.</param>
    internal LxcException Failed(string program, ProgramResult result, bool isFull, string advice) =>
        new(isFull ? LxcErrorId.StorageFull : LxcErrorId.StorageFailed, $"{what}: {program}: {DisplayText.Of(result.LastLines ?? $"it ended with {result.Exit.ExitCode}").TrimEnd('.')}")
        {
            ContainerName = name,
            Step = "storage",
            Errno = result.FullErrno,
            Advice = advice,
        };
}
