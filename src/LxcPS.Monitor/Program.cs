using LxcPS.Engine;
using LxcPS.Engine.Attach;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Console;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Devices;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.Items;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Storage;
using LxcPS.Native;

// The helper executable: the monitor of one container and the way into a running one. It ends without the runtime's
// shutdown, which has nothing to do here.
Processes.Exit(Run(args));

static int Run(string[] args)
{
    try
    {
        // Its other thread has them blocked from the beginning (Helper.c).
        SignalHandling.BlockAll();
        switch (args.Length > 0 ? args[0] : string.Empty)
        {
            case "start":
                return Supervisor.Run(MonitorRequest.Parse(args.AsSpan(1)));
            case "attach":
                return Attacher.Run(AttachRequest.Parse(args.AsSpan(1), EnvironmentVariables.Own()), out _);
            case "console":
                return ConsoleSession.Run(ConsoleRequest.Parse(args.AsSpan(1)));
            case "check":
                return StartChecker.Run(MonitorRequest.Parse(args.AsSpan(1)));
            case "copy":
                return ItemHelper.Run(ItemRequest.Parse(args.AsSpan(1)));
            case "mount":
                return ItemMountHelper.Run(ItemMountRequest.Parse(args.AsSpan(1)));
            case "device":
                return DeviceHelper.Run(DeviceRequest.Parse(args.AsSpan(1)));
            case "files":
                return MappedHelper.Run(MappedRequest.Parse(args.AsSpan(1)));
            case "run":
                return MappedProgram.Run(args.AsSpan(1));
            case "unpack":
                return UnpackConfinement.Run(args.AsSpan(1));
            case "storage":
                return StorageHelper.Run(StorageTask.Parse(args.AsSpan(1)));
            case "probe":
                return ProfileProbe.Run(ProbeRequest.Parse(args.AsSpan(1)));
            case "states":
                return StateDaemon.Run(args.AsSpan(1));
            case HelperWaiter.Command when args.Length == 2:
                return Serve(new HelperWaiter(args[1]));
            default:
                Tell("usage: lxcps-monitor start --lxcpath DIR --name NAME [--foreground] [-- PROGRAM ARGUMENTS]\n" +
                    "       lxcps-monitor attach --lxcpath DIR --name NAME [--user U] [--tty] -- PROGRAM ARGUMENTS\n" +
                    "       lxcps-monitor console --lxcpath DIR --name NAME [--tty N] [--escape LETTER]\n" +
                    "       lxcps-monitor check --lxcpath DIR --name NAME\n" +
                    "       lxcps-monitor copy --lxcpath DIR --name NAME --into|--out-of DESTINATION [--wildcards] [--recurse] [--force] -- PATH ...\n" +
                    "       lxcps-monitor mount --lxcpath DIR --name NAME [--path PATH [--read-only]] PLACE\n" +
                    "       lxcps-monitor device --lxcpath DIR --name NAME add|remove|list ...\n" +
                    "       lxcps-monitor files --work WORK --directory DIR --idmap MAP ... [--template TEMPLATE --name NAME --hostname HOST]\n" +
                    "       lxcps-monitor run OUTPUT ROOTFS MAP ... -- PROGRAM NAME ARGUMENTS\n" +
                    "       lxcps-monitor unpack --devices|--no-devices DIR PROGRAM ARGUMENTS\n" +
                    "       lxcps-monitor storage --report DESCRIPTOR --name NAME --directory DIR --rootfs PATH --size BYTES ...\n" +
                    "       lxcps-monitor probe --lxcpath DIR [--name NAME] [--label PROFILE] --Pathr|--Pathw|--Pathx|--Mount|--Capability ITEM ...\n" +
                    "       lxcps-monitor states --lxcpath DIR --report DESCRIPTOR\n" +
                    "       lxcps-monitor wait DESCRIPTOR\n");
                return 2;
        }
    }
    catch (LxcException e)
    {
        Tell($"lxcps-monitor: {e.Message}\n");
        return 125;
    }
}

// One command after the other, or one request of another kind.
static int Serve(HelperWaiter waiter)
{
    int exitCode = 0;
    while (waiter.Await() is { } request)
    {
        if (request.Arguments is not ["attach", .. string[] arguments])
        {
            waiter.Dispose();
            return Run(request.Arguments);
        }

        exitCode = Attacher.Run(AttachRequest.Parse(arguments, request.Environment), out bool ended);
        if (!ended)
        {
            return exitCode;
        }

        waiter.Clear();
    }

    return exitCode;
}

static void Tell(string text) => Descriptors.Write(2, System.Text.Encoding.UTF8.GetBytes(text));
