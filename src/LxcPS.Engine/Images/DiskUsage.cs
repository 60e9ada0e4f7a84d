using System.Globalization;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;

namespace LxcPS.Engine.Images;

/// <summary>What a tree takes on disk, as du(1) counts it: a file of several names once, holes not at all.</summary>
internal static class DiskUsage
{
    /// <summary>In bytes; 0 where du is missing or cannot tell.</summary>
    internal static long Of(string directory)
    {
        if (HostPrograms.Find("du") is not { } program)
        {
            return 0;
        }

        ProgramResult result = ChildProgram.Run(program, ["du", "-s", "-x", "--block-size=1", "--", directory], -1, int.MaxValue, CancellationToken.None);
        string number = result.Output.Split('\t')[0];
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : 0;
    }
}
