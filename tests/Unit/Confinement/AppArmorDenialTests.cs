using LxcPS.Engine;
using LxcPS.Engine.Confinement;
using Xunit;

namespace LxcPS.Tests.Confinement;

public sealed class AppArmorDenialTests
{
    private const string Head = "audit: type=1400 audit(1700000000.250:17): apparmor=\"DENIED\" ";
    private const string Profile = "profile=\"lxc-web_</srv>\" ";

    [Fact]
    public void EveryFieldIsRead()
    {
        AppArmorDenial denial = AppArmorDenial.Parse(Head + "operation=\"open\" class=\"file\" info=\"x y\" error=-13 " + Profile
            + "name=\"/proc/kcore\" pid=164 comm=\"head\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0")!;
        Assert.Equal(new DateTimeOffset(2023, 11, 14, 22, 13, 20, 250, TimeSpan.Zero), new DateTimeOffset(denial.Time));
        Assert.True(denial.IsDenied);
        Assert.Equal("lxc-web_</srv>", denial.Profile);
        Assert.Equal("open", denial.Operation);
        Assert.Equal("head", denial.Program);
        Assert.Equal(164, denial.ProcessId);
        Assert.Equal("/proc/kcore", denial["name"]);
        Assert.Equal("x y", denial["info"]);
        Assert.Equal("-13", denial["error"]);
        Assert.Null(denial["target"]);
    }

    [Theory]
    [InlineData("audit: type=1400 audit(1700000000.250:17): apparmor=\"STATUS\" operation=\"profile_load\" profile=\"unconfined\" name=\"lxc-web\"")]
    [InlineData("audit: type=1300 audit(1700000000.250:17): arch=c000003e syscall=2")]
    [InlineData("apparmor=\"DENIED\" operation=\"open\"")]
    [InlineData("audit: type=1400 audit(99999999999999999999.250:17): apparmor=\"DENIED\"")]
    [InlineData("eth0: link becomes ready")]
    [InlineData("")]
    public void OtherMessagesAreNone(string message) => Assert.Null(AppArmorDenial.Parse(message));

    [Fact]
    public void ComplainModeIsNoDenial() =>
        Assert.False(AppArmorDenial.Parse("audit: type=1400 audit(1700000000.250:17): apparmor=\"ALLOWED\" operation=\"open\"")!.IsDenied);

    [Fact]
    public void TextInHexadecimalDigitsIsDecoded()
    {
        AppArmorDenial denial = AppArmorDenial.Parse(Head + "operation=\"open\" profile=6C78632D7765625F3C2F737276206E3E name=2F746D702F612062 pid=1234 comm=6120C3A4 ouid=0")!;
        Assert.Equal("lxc-web_</srv n>", denial.Profile);
        Assert.Equal("/tmp/a b", denial["name"]);
        Assert.Equal("a ä", denial.Program);
        Assert.Equal(1234, denial.ProcessId);
    }

    [Theory]
    [InlineData("operation=\"open\" name=\"/srv/a\" requested_mask=\"wc\" denied_mask=\"wc\"", "/srv/a w,")]
    [InlineData("operation=\"mknod\" name=\"/srv/a\" requested_mask=\"c\"", "/srv/a w,")]
    [InlineData("operation=\"open\" name=\"/srv/a\" requested_mask=\"rac\"", "/srv/a rw,")]
    [InlineData("operation=\"open\" name=\"/srv/a\" requested_mask=\"a\"", "/srv/a a,")]
    [InlineData("operation=\"exec\" name=\"/bin/sh\" requested_mask=\"x\"", "/bin/sh ix,")]
    [InlineData("operation=\"file_mmap\" name=\"/lib/x[1].so\" requested_mask=\"rm\"", "/lib/x\\[1\\].so rm,")]
    [InlineData("operation=\"open\" name=2F746D702F612062 requested_mask=\"r\"", "\"/tmp/a b\" r,")]
    [InlineData("operation=\"mount\" info=\"failed flags match\" error=-13 name=\"/tmp/p/\" fstype=\"proc\" srcname=\"proc\" flags=\"rw, silent\"",
        "mount fstype=proc options=(rw,silent) proc -> /tmp/p/,")]
    [InlineData("operation=\"mount\" name=\"/mnt/\" srcname=\"/etc/\" flags=\"rw, bind\"", "mount options=(rw,bind) /etc/ -> /mnt/,")]
    [InlineData("operation=\"umount\" name=\"/mnt/\"", "umount /mnt/,")]
    [InlineData("operation=\"pivotroot\" srcname=\"/old/\" name=\"/new/\"", "pivot_root oldroot=/old/ /new/,")]
    [InlineData("operation=\"capable\" capability=21 capname=\"sys_admin\"", "capability sys_admin,")]
    [InlineData("operation=\"create\" family=\"inet\" sock_type=\"raw\" protocol=1 requested_mask=\"create\"", "network inet raw,")]
    [InlineData("operation=\"connect\" family=\"unix\" sock_type=\"stream\" requested_mask=\"send receive\" peer=\"unconfined\"",
        "unix (send,receive) type=stream peer=(label=unconfined),")]
    [InlineData("operation=\"signal\" requested_mask=\"send\" denied_mask=\"send\" signal=kill peer=\"unconfined\"", "signal (send) set=(kill) peer=unconfined,")]
    [InlineData("operation=\"ptrace\" requested_mask=\"read\" peer=\"lxc-other\"", "ptrace (read) peer=lxc-other,")]
    [InlineData("operation=\"change_profile\" name=\"lxc-other\"", "change_profile -> lxc-other,")]
    [InlineData("operation=\"userns_create\"", "userns,")]
    [InlineData("operation=\"open\" name=\"srv\" requested_mask=\"r\"", null)]
    [InlineData("operation=\"uring_override\"", null)]
    public void TheRuleThatPermitsIt(string message, string? rule)
    {
        string? found = DenialRule.Of(AppArmorDenial.Parse(Head + Profile + message)!);
        Assert.Equal(rule, found);

        // The right to make user namespaces is newer than many parsers.
        if (found is not null and not "userns," && AppArmorParser.Path is not null)
        {
            AppArmorParser.Compile($"profile lxc-x {{\n  {found}\n}}\n", found, null);
        }
    }

    [Theory]
    [InlineData("lxc-web_</srv/x>", "web", "/srv/x")]
    [InlineData("lxc-a_</b_</c>", "a", "/b_</c")]
    [InlineData("lxc-web", null, null)]
    [InlineData("web_</srv>", null, null)]
    public void TheContainerIsFoundInTheNameOfItsProfile(string profile, string? container, string? path) =>
        Assert.Equal(container is null ? null : (container, path!), AppArmorName.ContainerOf(profile));

    [Theory]
    [InlineData("audit: type=1400 audit(1795989156.600:14): apparmor=\"DENIED\" operation=\"mknod\" namespace=\"root//lxc-nest_<-srv-lxc>\" profile=\"inner\""
        + " name=\"/kept\" pid=302 comm=\"sh\" requested_mask=\"c\" denied_mask=\"c\" fsuid=1879113728 ouid=1879113728",
        "lxc-nest_<-srv-lxc>", "inner", true, "/kept w,")]
    [InlineData("audit: type=1400 audit(1795989158.464:17): apparmor=\"DENIED\" operation=\"capable\" namespace=\"root//lxc-nest_<-srv-lxc>\" profile=\"inner//sub\""
        + " pid=313 comm=\"chown\" capability=0  capname=\"chown\"",
        "lxc-nest_<-srv-lxc>", "inner//sub", true, "capability chown,")]
    [InlineData("audit: type=1400 audit(1795989158.832:18): apparmor=\"DENIED\" operation=\"mknod\" namespace=\"root//lxc-nest_<-srv-lxc>\" profile=6F6464206F6E65"
        + " name=\"/kept\" pid=318 comm=\"sh\" requested_mask=\"c\" denied_mask=\"c\" fsuid=1879113728 ouid=1879113728",
        "lxc-nest_<-srv-lxc>", "odd one", true, "/kept w,")]
    [InlineData("audit: type=1400 audit(1795989159.288:24): apparmor=\"ALLOWED\" operation=\"open\" namespace=\"root//lxc-nest_<-srv-lxc>\" profile=\"comp\""
        + " name=\"/etc/passwd\" pid=328 comm=\"cat\" requested_mask=\"r\" denied_mask=\"r\" fsuid=1879113728 ouid=1879113728",
        "lxc-nest_<-srv-lxc>", "comp", false, "/etc/passwd r,")]
    public void APolicyNamespaceIsTold(string message, string policyNamespace, string profile, bool isDenied, string rule)
    {
        AppArmorDenial denial = AppArmorDenial.Parse(message)!;
        Assert.Equal(policyNamespace, denial.Namespace);
        Assert.Equal(profile, denial.Profile);
        Assert.Equal(isDenied, denial.IsDenied);
        Assert.Equal(rule, DenialRule.Of(denial));
    }

    [Theory]
    [InlineData("namespace=\"root\" ")]
    [InlineData("")]
    public void TheHostsOwnPolicyIsNoNamespace(string field) =>
        Assert.Null(AppArmorDenial.Parse(Head + "operation=\"open\" " + field + Profile)!.Namespace);

    [Theory]
    [InlineData("lxc-nest_<-srv-lxc>", "/srv/lxc", "nest")]
    [InlineData("lxc-a_<-b>_<-srv-lxc>", "/srv/lxc", "a_<-b>")]
    [InlineData("lxc-nest_<-srv-lxc>", "/srv", null)]
    [InlineData("lxc-_<-srv-lxc>", "/srv/lxc", null)]
    [InlineData("snap.nest_<-srv-lxc>", "/srv/lxc", null)]
    [InlineData("lxc-", "/srv/lxc", null)]
    public void TheContainerIsFoundInTheNameOfItsPolicyNamespace(string policyNamespace, string lxcPath, string? container) =>
        Assert.Equal(container, AppArmorName.ContainerOfNamespace(policyNamespace, lxcPath));
}
