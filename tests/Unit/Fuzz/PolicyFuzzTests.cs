using LxcPS.Engine;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Seccomp;
using Xunit;

namespace LxcPS.Tests.Fuzz;

/// <summary>Whatever a policy file holds, and whatever a process of a container puts into the kernel's log.</summary>
public class PolicyFuzzTests
{
    private static readonly PolicyChange Change = new(["mount"], ["ptrace"], 38);

    private static readonly string[] Words =
    [
        "2\n", "1\n", "denylist\n", "allowlist", "blacklist", "errno 1", "kill", "trap", "log", "notify", "allow", "[all]\n", "[x86_64]\n", "[x86]\n",
        "mount ", "ptrace ", "[0,1,SCMP_CMP_EQ]", "[1,0xff,SCMP_CMP_MASKED_EQ,0x0f]", "SCMP_CMP_LT", "reject_force_umount\n",
    ];

    [Fact]
    public void APolicyIsReadOrRefusedWithItsLineAndChangesAreInIt() => FuzzRun.CheckText("seccomp", Words, text =>
    {
        SeccompPolicy policy;
        try
        {
            policy = SeccompPolicy.Parse(text, "/no/such/policy");
        }
        catch (LxcException e)
        {
            Assert.True(e.Path == "/no/such/policy" && e.Line > 0, e.ToString());
            Assert.DoesNotContain(e.Message, char.IsControl);
            return;
        }

        foreach (SeccompRule rule in policy.Rules)
        {
            _ = SeccompWords.ActionOf(rule.Action);
            _ = SeccompWords.ConditionsOf(rule).Count();
        }

        if (policy.Version == 1)
        {
            Assert.Throws<LxcException>(() => PolicyEdit.Apply(text, "/no/such/policy", Change));
            return;
        }

        string changed = PolicyEdit.Apply(text, "/no/such/policy", Change);
        SeccompPolicy again = SeccompPolicy.Parse(changed, "/no/such/policy");
        Assert.Equal(policy.DefaultAction, again.DefaultAction);
        Assert.All(again.Rules.Where(rule => rule.Call == "mount"), rule => Assert.Equal("errno", SeccompWords.ActionOf(rule.Action)));
        Assert.Equal(Others(policy), Others(again));
        Assert.Equal(changed, PolicyEdit.Apply(changed, "/no/such/policy", Change));
    });

    [Fact]
    public void ALineOfTheKernelIsADenialOrNone() => FuzzRun.CheckText("denial",
        ["apparmor=\"DENIED\"", "audit(", "1764450000.123:45): ", " operation=\"open\"", " name=", "2F61", "2F610A6D6F756E742C", " profile=\"p\"", " pid=", " requested_mask=\"rwx\"", "peer=\""],
        text =>
        {
            if (AppArmorDenial.Parse(text) is { } denial)
            {
                Assert.NotNull(denial.Profile);
                Assert.NotNull(denial.Operation);
                _ = denial.ProcessId;
                _ = denial.Program;

                // A rule is one line, whatever names the container made up.
                Assert.DoesNotContain(DenialRule.Of(denial) ?? string.Empty, char.IsControl);
            }
        });

    private static IEnumerable<(string, uint, string?)> Others(SeccompPolicy policy) =>
        policy.Rules.Where(rule => rule.Call is not ("mount" or "ptrace")).Select(rule => (rule.Call, rule.Action, rule.Architecture));
}
