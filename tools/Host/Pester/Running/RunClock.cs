using System.Diagnostics;

namespace LxcPS.Host.Pester;

/// <summary>Tells time spent in the tests from time spent in the runner.</summary>
internal sealed class RunClock
{
    private readonly Stopwatch _user = new();
    private readonly Stopwatch _framework = Stopwatch.StartNew();

    public void EnterUser()
    {
        _framework.Stop();
        _user.Start();
    }

    public void EnterFramework()
    {
        _user.Stop();
        _framework.Start();
    }

    public (TimeSpan User, TimeSpan Framework) Now => (_user.Elapsed, _framework.Elapsed);

    public void Charge(PesterItem item, (TimeSpan User, TimeSpan Framework) since)
    {
        item.UserDuration = _user.Elapsed - since.User;
        item.FrameworkDuration = _framework.Elapsed - since.Framework;
    }
}
