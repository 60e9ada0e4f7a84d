using System.Runtime.InteropServices;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;
using Tmds.Linux;
using Xunit;

namespace LxcPS.Tests;

public unsafe class SeccompFilterTests
{
    [Fact]
    public void TheDefaultPolicyDeniesWhatItNamesAndNoMore()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The numbers of the calls below are those of x86-64");
        List<string> warnings = [];
        byte[] program = SeccompCache.Load(Path.Combine(AppContext.BaseDirectory, "default.seccomp"), null, warnings.Add);
        Assert.Empty(warnings);
        Assert.InRange(program.Length / 8, 20, 400);
        int[] errors = new int[9];
        Under(program, () =>
        {
            errors[0] = Try(246 /* kexec_load */);
            errors[1] = Try(304 /* open_by_handle_at */);
            errors[2] = Try(250 /* keyctl */);
            errors[3] = Try(425 /* io_uring_setup */);
            errors[4] = Try(16 /* ioctl */, -1, 0x5412 /* TIOCSTI */);
            errors[5] = Try(16 /* ioctl */, -1, 0x1_0000_5412);
            errors[6] = Try(16 /* ioctl */, -1, 0x5413 /* TIOCGWINSZ */);
            errors[7] = Try(166 /* umount2 */, 0, 1 /* MNT_FORCE */);
            errors[8] = Try(39 /* getpid */);
        });
        Assert.Equal([Errno.EPERM, Errno.EPERM, Errno.ENOSYS, Errno.ENOSYS, Errno.EPERM, Errno.EPERM, Errno.EBADF, Errno.EACCES, 0], errors);
    }

    [Fact]
    public void CallsOfTheOtherArchitectureAreDeniedToo()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The numbers of the calls below are those of x86-64 and x32");

        // The x32 number of a call has bit 30; a kernel without x32 answers ENOSYS to all of them, after the filter.
        byte[] all = SeccompCompiler.Compile(SeccompPolicy.Parse("2\ndenylist\ngetpid errno 77\n", "p"), "p");
        byte[] native = SeccompCompiler.Compile(SeccompPolicy.Parse("2\ndenylist\n[x86_64]\ngetpid errno 77\n", "p"), "p");
        int[] errors = new int[4];
        Under(all, () => (errors[0], errors[1]) = (Try(39), Try(39 | 0x40000000)));
        Under(native, () => (errors[2], errors[3]) = (Try(39), Try(39 | 0x40000000)));
        Assert.Equal([77, 77, 77], errors[..3]);
        Assert.NotEqual(77, errors[3]);
    }

    [Fact]
    public void Format1AllowsItsNumbersAlone()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        byte[] program = SeccompCompiler.Compile(SeccompPolicy.Parse("1\nallowlist\n0\n1\n", "p"), "p");

        // The default of format 1 ends the thread, so the program itself is looked at: its last instructions allow and kill.
        Assert.Contains(BitConverter.GetBytes(LibSeccomp.SCMP_ACT_ALLOW), Instructions(program).Where(row => row[0] == 6).Select(row => row[4..]));
        Assert.Contains(BitConverter.GetBytes(LibSeccomp.SCMP_ACT_KILL_THREAD), Instructions(program).Where(row => row[0] == 6).Select(row => row[4..]));
    }

    [Fact]
    public void AProgramThatIsNoneIsRefused()
    {
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => SeccompFilter.Install([])).Number);
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => SeccompFilter.Install(new byte[12])).Number);
    }

    [Fact]
    public void ACallIsAnsweredThroughTheListener()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The numbers of the calls below are those of x86-64");
        byte[] program = SeccompCompiler.Compile(SeccompPolicy.Parse("2\ndenylist\ngetppid notify\n", "p"), "p");
        Assert.True(SystemCallFilter.Notifies(program));
        Assert.False(SystemCallFilter.Notifies(SeccompCompiler.Compile(SeccompPolicy.Parse("2\ndenylist\ngetppid errno 1\n", "p"), "p")));
        (int ours, int theirs) = LocalSockets.Pair();
        long[] results = new long[2];
        Thread thread = new(() =>
        {
            Processes.SetNoNewPrivileges();
            SystemCallFilter.InstallWithListener(program, theirs, 42);
            results[0] = (long)LibC.syscall(110, (void*)1, (void*)2);
            results[1] = Try(110);
        });
        thread.Start();
        byte[] buffer = new byte[8];
        int[] descriptors = new int[1];
        Assert.Equal(1, LocalSockets.Receive(ours, buffer, descriptors, out int received));
        Assert.Equal((1, (byte)42), (received, buffer[0]));
        byte[] notification = new byte[SeccompListener.Sizes().Notification];
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(Readiness.Readable, Polling.Wait(descriptors[0], Readiness.Readable, 10_000) & Readiness.Readable);
            Assert.True(SeccompListener.Receive(descriptors[0], notification));
            CaughtCall call = new(notification);
            Assert.Equal((110, LibSeccomp.NativeArchitecture), (call.Number, call.Architecture));
            Assert.True(SeccompListener.IsValid(descriptors[0], call.Id));
            Assert.True(SeccompListener.Respond(descriptors[0], call.Id, i == 0 ? 4711 : 0, i == 0 ? 0 : Errno.ENOSYS));
            Assert.False(SeccompListener.Respond(descriptors[0], call.Id, 0, 1));
        }

        thread.Join();
        Assert.Equal([4711, Errno.ENOSYS], results);
        Descriptors.Close(ours);
        Descriptors.Close(theirs);
        Descriptors.Close(descriptors[0]);
    }

    // A filter holds for the thread that installs it: this one ends with the test.
    private static void Under(byte[] program, Action action)
    {
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Processes.SetNoNewPrivileges();
                SeccompFilter.Install(program);
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static int Try(int number, long first = 0, long second = 0) =>
        (long)LibC.syscall(number, (void*)first, (void*)second, (void*)null, (void*)null) < 0 ? Marshal.GetLastPInvokeError() : 0;

    private static IEnumerable<byte[]> Instructions(byte[] program) => program.Chunk(8);
}
