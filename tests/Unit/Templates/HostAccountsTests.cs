using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class HostAccountsTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/bash\nold:$6$salt$hash:1001:1001:,,,:/home/old:/bin/sh\n+@staff::::::\n# comment\nbroken:line\n";
    private const string Group = "root:x:0:\nshadow:x:42:\nsudo:$1$hash:27:old,root\n";

    [Fact]
    public void AHashInPasswdDoesNotPass()
    {
        Assert.Equal("root:x:0:0:root:/root:/bin/bash\nold:x:1001:1001:,,,:/home/old:/bin/sh\n", HostAccounts.Passwd(Passwd));
        Assert.Equal("root:x:0:\nshadow:x:42:\nsudo:x:27:old,root\n", HostAccounts.Group(Group));
    }

    [Fact]
    public void EveryAccountIsLocked() =>
        Assert.Equal("root:*:::::::\nold:*:::::::\n", HostAccounts.Shadow(HostAccounts.Passwd(Passwd)));

    [Fact]
    public void GroupsKeepTheirMembers() =>
        Assert.Equal("root:*::\nshadow:*::\nsudo:*::old,root\n", HostAccounts.GroupShadow(HostAccounts.Group(Group)));

    [Fact]
    public void GroupIdsAreFound()
    {
        Assert.Equal(42u, HostAccounts.GroupId(Group, "shadow"));
        Assert.Null(HostAccounts.GroupId(Group, "wheel"));
    }
}
