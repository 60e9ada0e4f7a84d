using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>
/// A policy in LXC's formats 1 and 2; see lxc.container.conf(5), "SECCOMP CONFIGURATION". Format 1 is a list of call numbers that are
/// allowed. In format 2 a line names a call, then its action if it is not the usual one, then conditions on arguments:
/// <code>
/// 2
/// denylist
/// [all]
/// mknod errno 1
/// ioctl errno 1 [1,0x5412,SCMP_CMP_MASKED_EQ,0xffffffff]
/// </code>
/// The actions are LXC's (kill, errno N, allow, trap, notify) and, beyond them, kill_process and log. A section holds for its architecture alone.
/// </summary>
public sealed partial class SeccompPolicy
{
    private static readonly string[] Sections =
    [
        "x86", "x32", "x86_64", "arm", "arm64", "mips", "mips64", "mips64n32", "mipsel", "mipsel64", "mipsel64n32", "ppc", "ppc64", "ppc64le",
        "s390", "s390x", "loongarch64", "riscv64",
    ];

    private const string HandOver = "sendmsg";

    private readonly List<SeccompRule> rules = [];
    private readonly string path;
    private uint usualAction;
    private string? section;

    private SeccompPolicy(string path) => this.path = path;

    /// <summary>The format: 1 or 2.</summary>
    public int Version { get; private set; }

    /// <summary>What happens to calls without a rule: SCMP_ACT_.</summary>
    public uint DefaultAction { get; private set; }

    /// <summary>The rules in their order.</summary>
    public IReadOnlyList<SeccompRule> Rules => rules;

    /// <summary>Reads a policy.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="LxcException">ConfigSyntax with the line and the word.</exception>
    public static SeccompPolicy Parse(string text, string path)
    {
        SeccompPolicy policy = new(path);
        string[] lines = text.Split('\n');
        int heads = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = WithoutComment(lines[i]);
            if (line.Length == 0)
            {
                continue;
            }

            switch (heads)
            {
                case 0: policy.TakeVersion(line, i + 1); heads++; break;
                case 1: policy.TakeKind(line, i + 1); heads++; break;
                default: policy.TakeLine(line, i + 1); break;
            }
        }

        return heads == 2 ? policy : throw policy.Wrong(lines.Length,
            heads == 0 ? "the format's number is missing" : "the line with denylist or allowlist is missing");
    }

    /// <summary>Leaves a call to the monitor on all architectures, whatever the policy says of it.</summary>
    internal void TakeOver(string call)
    {
        rules.RemoveAll(rule => rule.Call == call);
        rules.Add(new SeccompRule(call, LibSeccomp.SCMP_ACT_NOTIFY, [], null, 0));
    }

    private static string WithoutComment(string line)
    {
        int mark = line.IndexOf('#');
        return (mark < 0 ? line : line[..mark]).Trim();
    }

    private void TakeVersion(string line, int number)
    {
        Version = line switch
        {
            "1" => 1,
            "2" => 2,
            _ => throw Wrong(number, $"'{line}' is no format's number; there are 1 and 2"),
        };
    }

    private void TakeKind(string line, int number)
    {
        string[] words = Words(line);
        bool deny = words[0] is "denylist" or "blacklist";
        if (!deny && words[0] is not ("allowlist" or "whitelist"))
        {
            throw Wrong(number, $"'{words[0]}' is neither denylist nor allowlist");
        }

        if (Version == 1 && (deny || words.Length > 1))
        {
            throw Wrong(number, $"format 1 knows allowlist alone, not '{line}'");
        }

        int next = 1;
        usualAction = deny ? LibSeccomp.SCMP_ACT_KILL_THREAD : LibSeccomp.SCMP_ACT_ALLOW;
        DefaultAction = TakeAction(words, ref next, number) ?? (deny ? LibSeccomp.SCMP_ACT_ALLOW : LibSeccomp.SCMP_ACT_KILL_THREAD);
        ExpectEnd(words, next, number);
        if (DefaultAction == LibSeccomp.SCMP_ACT_NOTIFY)
        {
            throw Wrong(number, "'notify' cannot be the answer to all calls: libseccomp refuses it, because nobody could hand over the listener");
        }
    }

    private void TakeLine(string line, int number)
    {
        if (Version == 1)
        {
            if (!int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw Wrong(number, $"'{line}' is no system call's number");
            }

            rules.Add(new SeccompRule(line, LibSeccomp.SCMP_ACT_ALLOW, [], null, number));
            return;
        }

        if (line[0] == '[')
        {
            TakeSection(line, number);
            return;
        }

        int bracket = line.IndexOf('[');
        string[] words = Words(bracket < 0 ? line : line[..bracket]);
        ArgumentComparison[] conditions = bracket < 0 ? [] : ConditionsOf(line[bracket..], number);
        int next = 1;
        if (words[0] == "reject_force_umount")
        {
            // umount2(2) with MNT_FORCE: it can hang a network file system for the whole host.
            ExpectEnd(words, next, number);
            rules.Add(new SeccompRule("umount2", LibSeccomp.SCMP_ACT_ERRNO | Errno.EACCES, [new ArgumentComparison(1, MaskedEqual, 1, 1)], section, number));
            return;
        }

        uint action = TakeAction(words, ref next, number) ?? usualAction;
        ExpectEnd(words, next, number);
        if (action == LibSeccomp.SCMP_ACT_NOTIFY && words[0] == HandOver)
        {
            // See seccomp_unotify(2): the call would wait for an answer from whoever is to get the listener by it.
            throw Wrong(number, $"'{HandOver}' cannot have 'notify': it is the call that hands the listener over");
        }

        rules.Add(new SeccompRule(words[0], action, conditions, section, number));
    }

    private void TakeSection(string line, int number)
    {
        string name = line[^1] == ']' ? line[1..^1].ToLowerInvariant() : string.Empty;
        if (name != "all" && Array.IndexOf(Sections, name) < 0)
        {
            throw Wrong(number, $"'{line}' is no architecture's section; use all, {string.Join(", ", Sections)}");
        }

        section = name == "all" ? null : name;
    }

    private uint? TakeAction(string[] words, ref int next, int number)
    {
        if (next == words.Length)
        {
            return null;
        }

        string word = words[next++];
        switch (word)
        {
            case "kill" or "kill_thread": return LibSeccomp.SCMP_ACT_KILL_THREAD;
            case "kill_process": return LibSeccomp.SCMP_ACT_KILL_PROCESS;
            case "trap": return LibSeccomp.SCMP_ACT_TRAP;
            case "allow": return LibSeccomp.SCMP_ACT_ALLOW;
            case "log": return LibSeccomp.SCMP_ACT_LOG;
            case "errno":
                string value = next < words.Length ? words[next++] : string.Empty;

                // The kernel caps what it returns at MAX_ERRNO.
                return uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint errno) && errno <= 4095
                    ? LibSeccomp.SCMP_ACT_ERRNO | errno : throw Wrong(number, $"'{value}' is no errno; give a number from 0 to 4095");
            case "notify": return LibSeccomp.SCMP_ACT_NOTIFY;
            default: throw Wrong(number, $"'{word}' is no action; use kill, kill_process, errno N, trap, log, notify or allow");
        }
    }

    private static string[] Words(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private void ExpectEnd(string[] words, int next, int number)
    {
        if (next < words.Length)
        {
            throw Wrong(number, $"'{words[next]}' is too much");
        }
    }

    private LxcException Wrong(int line, string reason) =>
        new(LxcErrorId.ConfigSyntax, $"The seccomp policy '{path}' cannot be read: in line {line} {DisplayText.Of(reason)}")
        {
            Path = path,
            ConfigKey = "lxc.seccomp.profile",
            Line = line,
            Advice = "Correct the line; see lxc.container.conf(5), SECCOMP CONFIGURATION, for the format.",
        };
}
