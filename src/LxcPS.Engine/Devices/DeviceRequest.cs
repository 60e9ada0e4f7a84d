using LxcPS.Engine.Operations;
using System.Globalization;

namespace LxcPS.Engine.Devices;

/// <summary>What the helper is asked to do with devices inside a running container, and its form as a command line.</summary>
public sealed class DeviceRequest
{
    /// <summary>What is done.</summary>
    public enum Verb
    {
        /// <summary>A device appears at its place.</summary>
        Add,

        /// <summary>It goes from there.</summary>
        Remove,

        /// <summary>All that are in /dev, and at the places named, are told.</summary>
        List,
    }

    /// <summary>What is done.</summary>
    public required Verb Action { get; init; }

    /// <summary>The directory of containers.</summary>
    public required string LxcPath { get; init; }

    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>The device and the node on the host that shows it; null for a list.</summary>
    public HostDevice? Device { get; init; }

    /// <summary>The permission bits of a node that is made.</summary>
    public uint Mode { get; init; }

    /// <summary>Places in the container.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>The descriptor for report lines, or -1.</summary>
    public int ReportDescriptor { get; init; } = -1;

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    public IReadOnlyList<string> ToArguments(int reportDescriptor)
    {
        List<string> arguments =
        [
            "device", "--lxcpath", LxcPath, "--name", Name, "--report", reportDescriptor.ToString(CultureInfo.InvariantCulture),
            Action.ToString().ToLowerInvariant(),
        ];
        if (Device is { } device)
        {
            arguments.AddRange([device.Path, device.Type.ToString(), Number(device.Major), Number(device.Minor), Number((int)Mode)]);
        }

        arguments.AddRange(Targets);
        return arguments;

        static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a command line, without the leading <c>device</c>.</summary>
    /// <exception cref="LxcException">DeviceFailed: it is none.</exception>
    public static DeviceRequest Parse(ReadOnlySpan<string> arguments)
    {
        HelperArguments read = HelperArguments.Read(arguments, LxcErrorId.DeviceFailed, ["--lxcpath", "--name", "--report"], takesRest: true);
        IReadOnlyList<string> rest = read.Rest;
        if (rest.Count == 0 || !Enum.TryParse(rest[0], ignoreCase: true, out Verb verb) || (verb != Verb.List && rest.Count < 7))
        {
            throw read.Error("needs what to do, with which device and where");
        }

        return new DeviceRequest
        {
            Action = verb,
            LxcPath = read.Need("--lxcpath"),
            Name = read.Need("--name"),
            Device = verb == Verb.List ? null : new HostDevice(rest[1], rest[2][0], Number(rest[3]), Number(rest[4]), 0),
            Mode = verb == Verb.List ? 0 : (uint)Number(rest[5]),
            Targets = [.. rest.Skip(verb == Verb.List ? 1 : 6)],
            ReportDescriptor = read.Report,
        };

        int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw read.Error($"takes no '{text}' for a number");
    }
}
