using LxcPS.Engine.Operations;

namespace LxcPS.Engine.Devices;

/// <summary>Runs the helper on the devices of a container, for not longer than a container may hold it up.</summary>
internal static class DeviceHelperCall
{
    /// <summary>How long the helper may take, in milliseconds: a file system of the container's may never answer.</summary>
    private const int Timeout = 10_000;

    /// <summary>Runs a request; the fields of what the helper tells, a line each.</summary>
    /// <exception cref="LxcException">What the helper failed with; Timeout, Canceled.</exception>
    internal static List<string[]> Run(HelperProgram helper, DeviceRequest request, CancellationToken cancel)
    {
        List<string[]> lines = HelperCall.Run(helper, request.ToArguments, Timeout, () => new LxcException(
            LxcErrorId.Timeout, $"Container '{request.Name}' holds up what is done to its devices")
        {
            ContainerName = request.Name,
            Step = "device",
            Advice = "A file system in the container does not answer: see what it has mounted on the way to the device.",
        }, cancel);

        // Every request but a list is answered by a line.
        return lines.Count > 0 || request.Action == DeviceRequest.Verb.List ? lines
            : throw new LxcException(LxcErrorId.DeviceFailed, $"The helper for the devices of container '{request.Name}' ended without a word")
            {
                ContainerName = request.Name,
                Advice = "It may have been killed: see the kernel log for an out-of-memory kill.",
            };
    }
}
