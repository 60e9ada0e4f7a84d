using LxcPS.Engine.Confinement;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <summary>The process that becomes the program, inside the container: identity, terminal, confinement, exec.</summary>
internal sealed class AttachedProgram(AttachRequest request, ProcessFacts facts, IReadOnlyList<byte[]> filters, int procfs, int devpts, SetupChannel channel)
{
    private string step = "identity";

    /// <summary>Becomes the program; returns an exit code when that failed.</summary>
    internal int Run()
    {
        try
        {
            Become();
            return 127;
        }
        catch (LxcException e)
        {
            return Fail(e);
        }
        catch (LinuxException e) when (step == "exec")
        {
            bool missing = e.Number is Errno.ENOENT or Errno.ENOTDIR;
            string program = request.Command.Count > 0 ? request.Command[0] : "shell";
            return Fail(new LxcException(missing || e.Number == Errno.EACCES ? LxcErrorId.CommandNotFound : LxcErrorId.CommandFailed,
                $"The command '{program}' cannot be executed in the container: {e.Message}", e)
            {
                Step = step,
                Advice = ProgramSearch.AdviceFor(program, missing),
            });
        }
        catch (LinuxException e)
        {
            return Fail(new LxcException(LxcErrorId.CommandFailed, $"The step '{step}' failed in the container: {e.Message}", e) { Step = step });
        }
    }

    private void Become()
    {
        EndWithHelper();
        Processes.NewSession();
        if ((facts.Namespaces & Processes.CLONE_NEWUSER) != 0)
        {
            // Root of the container, whatever the caller is outside, before any of its files are read.
            Processes.SetIdentity(0, 0, []);
        }

        Account account = AccountLookup.Find(request.User, request.Group);
        int terminal = request.Terminal ? OpenTerminal() : -1;
        List<string> environment = EnvironmentOf(account);
        step = "working directory";
        FileTree.ChangeDirectory(request.WorkingDirectory ?? "/");
        if (request.WorkingDirectory is null && request.Terminal && FileTree.TryStatus(Descriptors.CurrentDirectory, account.Home, true, out FileStatus home) && home.IsDirectory)
        {
            FileTree.ChangeDirectory(account.Home);
        }

        if (terminal >= 0)
        {
            FileTree.ChangeOwner(terminal, string.Empty, account.UserId, -1);
            Terminals.SetControlling(terminal);
            for (int i = 0; i < 3; i++)
            {
                Descriptors.DuplicateTo(terminal, i);
            }
        }

        Descriptors.CloseFrom(3, onExec: true);
        Confine(account);
        if (facts.SecurityLabel is { } label && label != AppArmorName.Unconfined)
        {
            step = "AppArmor";
            AppArmorLabel.Open(procfs, "self").Set(label);
        }

        if (facts.SelinuxContext is { } context)
        {
            step = "SELinux";
            SelinuxLabel.Open(procfs, "self").SetForExec(context, "lxc.selinux.context");
        }

        step = "exec";
        SignalHandling.ResetAll();
        IReadOnlyList<string> command = request.Command.Count > 0 ? request.Command : [account.Shell];
        ProgramSearch.Execute(command, environment);
    }

    private void Confine(Account account)
    {
        step = "limits";
        facts.ApplyLimits(procfs);
        step = "capabilities";
        Capabilities.LimitBounding(facts.BoundingCapabilities);
        if (facts.NoNewPrivileges)
        {
            Processes.SetNoNewPrivileges();
        }

        // Before identity and capabilities go: a filter needs CAP_SYS_ADMIN or no_new_privs, and init may have neither.
        step = "seccomp";
        foreach (byte[] filter in filters)
        {
            SeccompFilter.Install(filter, channel);
        }

        step = "identity";
        Processes.SetIdentity(account.UserId, account.GroupId, account.Groups);
        Capabilities.Limit(facts.BoundingCapabilities);

        // Cleared by the change of identity, and by an exec that gains privileges.
        EndWithHelper();
    }

    private void EndWithHelper()
    {
        Processes.SetParentDeathSignal(9);

        // It may have died before the signal was asked for: nobody waits for the program any more.
        channel.ExitIfAbandoned();
    }

    private int OpenTerminal()
    {
        step = "terminal";

        // Through the monitor's descriptor where it gave one; the container's own /dev/pts is its to replace.
        int directory = devpts >= 0 ? devpts : Descriptors.Open("/dev/pts", OpenFlags.Path | OpenFlags.Directory);
        (int master, int slave, _) = Terminals.Open(directory);
        channel.Send(SetupChannel.Kind.Terminals, descriptors: [master]);
        Descriptors.Close(master);
        return slave;
    }

    private List<string> EnvironmentOf(Account account)
    {
        List<string> environment = [.. request.ClearEnvironment
            ? request.CallerEnvironment.Where(variable => variable.StartsWith("TERM=", StringComparison.Ordinal) && variable.Length > "TERM=".Length)
            : request.CallerEnvironment];
        EnvironmentVariables.Set(environment, EnvironmentVariables.DefaultPath);
        EnvironmentVariables.Set(environment, "container=lxc");
        EnvironmentVariables.Set(environment, "HOME=" + account.Home);
        EnvironmentVariables.Set(environment, "USER=" + account.Name);
        EnvironmentVariables.Set(environment, "LOGNAME=" + account.Name);
        EnvironmentVariables.Set(environment, "SHELL=" + account.Shell);
        foreach (string variable in request.Environment)
        {
            EnvironmentVariables.Set(environment, variable);
        }

        return environment;
    }

    private int Fail(LxcException e)
    {
        channel.Send(SetupChannel.Kind.Error, ReportLine.OfError(e));
        return e.ErrorId == LxcErrorId.CommandNotFound ? 127 : 125;
    }
}
