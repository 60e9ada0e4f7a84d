using LxcPS.Engine;
using LxcPS.Engine.Confinement;
using Xunit;

namespace LxcPS.Tests.Confinement;

public sealed class GeneratedProfileTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void TheParserTakesIt(bool unprivileged, bool nesting)
    {
        Assert.SkipWhen(AppArmorParser.Path is null, "apparmor_parser is not installed");
        byte[] compiled = AppArmorParser.Compile(Write(unprivileged, nesting, "deny /srv/secret rw,"), "The profile", null);
        Assert.Contains("lxc-web_</srv/x y>", System.Text.Encoding.Latin1.GetString(compiled));
    }

    [Fact]
    public void ARuleThatTheParserDoesNotTakeIsAnErrorWithItsWords()
    {
        Assert.SkipWhen(AppArmorParser.Path is null, "apparmor_parser is not installed");
        LxcException error = Assert.Throws<LxcException>(() => AppArmorParser.Compile(Write(true, false, "deny nonsense,"), "The profile", null));
        Assert.Equal(LxcErrorId.ConfinementFailed, error.ErrorId);
        Assert.Contains("syntax error", error.Message);
        Assert.DoesNotContain("lxcps-policy", error.Message);
    }

    [Fact]
    public void SettingsOfANamespaceThatTheContainerDoesNotHaveAreDenied()
    {
        string own = Write(true, false);
        string shared = new GeneratedProfile("lxc-x")
        {
            Unprivileged = true, Nesting = false, Namespace = null, OwnNetwork = false, OwnIpc = false, OwnUts = false, MediatesUserNamespaces = false, Rules = [],
        }.Write();
        Assert.DoesNotContain("deny /proc/sys/[^fu/]*{,/**}", own);
        Assert.Contains("deny /proc/sys/[^fu/]*{,/**} wklx", shared);
        Assert.Contains("deny /proc/sys/[^fknu/]*{,/**} wklx", own);
    }

    [Fact]
    public void SystemdMountsProcForItsServicesWhereAUserNamespaceBoundsIt()
    {
        string[] rules = ["mount fstype=proc -> /run/systemd/unit-root/proc/,", "mount fstype=proc -> /run/systemd/mount-rootfs/proc/,"];
        Assert.All(rules, rule => Assert.Contains("\n  " + rule, Write(true, false)));
        Assert.All(rules, rule => Assert.DoesNotContain(rule, Write(false, false)));
        Assert.Contains("deny mount fstype=proc -> /[^pr/]*{,/**}", Write(true, false));
        Assert.Contains("deny mount fstype=proc -> /run/systemd/unit-root/proc/?**,", Write(true, false));
        Assert.Contains("deny mount fstype=proc -> /[^p/]*{,/**}", Write(false, false));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("generated", true)]
    [InlineData("unconfined", true)]
    [InlineData("unchanged", true)]
    [InlineData("lxc-web", true)]
    [InlineData(":lxc-space:unconfined", true)]
    [InlineData("web", false)]
    [InlineData("lxc-a b", false)]
    [InlineData(":other:lxc-x", false)]
    public void NamesThatAContainerMayHave(string name, bool allowed) => Assert.Equal(allowed, AppArmorName.Objection(name) is null);

    [Fact]
    public void AProfileIsNamedAsLxcNamesIt()
    {
        Assert.Equal("lxc-web_</var/lib/lxc>", AppArmorName.ProfileOf("/var/lib/lxc", "web"));
        Assert.Equal("lxc-web_<-var-lib-lxc>", AppArmorName.NamespaceOf("/var/lib/lxc", "web"));
        Assert.Matches("^[0-9a-f]{16}$", AppArmorName.ProfileOf("/" + new string('p', 300), "web"));
    }

    private static string Write(bool unprivileged, bool nesting, params string[] rules) => new GeneratedProfile("lxc-web_</srv/x y>")
    {
        Unprivileged = unprivileged, Nesting = nesting, Namespace = "lxc-web_<-srv-x y>", OwnNetwork = true, OwnIpc = true, OwnUts = true,
        MediatesUserNamespaces = false, Rules = rules,
    }.Write();
}
