using System.Text;

namespace LxcPS.Engine.Store;

/// <summary>What can be the name of a container.</summary>
public static class ContainerName
{
    /// <summary>
    /// The most bytes of a name: a control group is called lxc.payload.NAME, with a number behind it where that name is taken, and no
    /// component of a path is longer than 255 bytes. LXC takes longer names and then fails to start such a container.
    /// </summary>
    public const int MaximumBytes = 239;

    /// <summary>Whether a name can name a container.</summary>
    public static bool IsValid(string name) => Reason(name) is null;

    /// <summary>Refuses what cannot name a container: LXC's tools and ours use it as one component of paths, and LXC hides names with a dot.</summary>
    /// <exception cref="LxcException">InvalidName, with the reason.</exception>
    public static void Validate(string name)
    {
        if (Reason(name) is { } reason)
        {
            throw new LxcException(LxcErrorId.InvalidName, $"'{DisplayText.Of(name ?? string.Empty)}' cannot be the name of a container: {reason}")
            {
                ContainerName = name,
                Advice = "Use letters, digits, dots, hyphens and underscores, and begin with a letter or a digit.",
            };
        }
    }

    /// <summary>Why a name cannot name a container, as the end of a sentence; null where it can.</summary>
    public static string? Reason(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "it is empty";
        }

        if (name[0] == '.')
        {
            return name is "." or ".." ? "it stands for a directory" : "it begins with a dot, and such names are hidden";
        }

        if (char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]))
        {
            return "it begins or ends with a blank";
        }

        // Upper bound first: a name of megabytes need not be walked.
        if (name.Length > MaximumBytes || Encoding.UTF8.GetByteCount(name) > MaximumBytes)
        {
            return $"it has more than {MaximumBytes} bytes";
        }

        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '/')
            {
                return "it contains a /";
            }

            if (char.IsControl(name[i]) || name[i] is '\u2028' or '\u2029')
            {
                return "it contains a control character";
            }

            if (char.IsSurrogate(name[i]) && !(i + 1 < name.Length && char.IsSurrogatePair(name[i], name[++i])))
            {
                return "it is no text that UTF-8 can write";
            }
        }

        return null;
    }

    /// <summary>The host name of a container: letters, digits, dashes and dots, 64 at most; a container's name may have more.</summary>
    public static string ToHostName(string name)
    {
        char[] host = name.ToCharArray(0, Math.Min(name.Length, 64));
        for (int i = 0; i < host.Length; i++)
        {
            host[i] = char.IsAsciiLetterOrDigit(host[i]) || host[i] is '-' or '.' ? host[i] : '-';
        }

        return new string(host);
    }
}
