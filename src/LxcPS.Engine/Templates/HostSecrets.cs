namespace LxcPS.Engine.Templates;

/// <summary>
/// Secrets told by name or content. It is a second net: the first is that others can read the file at all, and no list can know every
/// program's files.
/// </summary>
internal static class HostSecrets
{
    /// <summary>How many bytes at the end of a piece must be looked at again with the next one.</summary>
    internal const int Overlap = 256;

    private static readonly string[] Suffixes =
        [".key", ".keytab", ".p12", ".pfx", ".jks", ".kdb", ".kdbx", ".keystore", ".psk", ".ovpn", ".nmconnection", ".htpasswd", ".secret", ".secrets"];

    private static readonly string[] Prefixes = ["ssh_host_", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "htpasswd", ".htpasswd"];

    private static readonly string[] Whole =
        [".netrc", ".pgpass", ".my.cnf", ".git-credentials", ".vault-token", "chap-secrets", "pap-secrets", "passwd.db", "auth.json"];

    /// <summary>Whether a file's name says that it holds a secret.</summary>
    internal static bool IsSecretName(string name)
    {
        foreach (string suffix in Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        foreach (string prefix in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return Array.IndexOf(Whole, name) >= 0;
    }

    /// <summary>Whether a directory's name says that it holds secrets.</summary>
    internal static bool IsSecretDirectory(string name) => name is "private" or ".ssh" or ".gnupg" or ".aws" or ".kube" or ".docker";

    /// <summary>Whether a piece of a file has a private key in PEM form, a token of npm's kind, or a URL with a password.</summary>
    internal static bool HasSecret(ReadOnlySpan<byte> text) => HasPrivateKey(text) || HasPasswordInUrl(text) || text.IndexOf("_authToken="u8) >= 0;

    /// <summary>Whether a piece of a file has the first line of a private key in PEM form (OpenSSL, OpenSSH and OpenPGP write it alike).</summary>
    internal static bool HasPrivateKey(ReadOnlySpan<byte> text)
    {
        int at;
        while ((at = text.IndexOf("-----BEGIN "u8)) >= 0)
        {
            text = text[(at + 11)..];
            ReadOnlySpan<byte> line = text[..Math.Min(64, text.Length)];
            int end = line.IndexOf("-----"u8);
            if (end >= 0 && line[..end].IndexOf("PRIVATE KEY"u8) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasPasswordInUrl(ReadOnlySpan<byte> text)
    {
        int at;
        while ((at = text.IndexOf("://"u8)) >= 0)
        {
            text = text[(at + 3)..];

            // scheme://user:password@host: of the characters that such a part can have, so that patterns in manuals and rules do not count.
            int length = 0;
            int colon = -1;
            while (length < text.Length && length < 200 && IsUserInfo(text[length]))
            {
                if (text[length] == (byte)':' && colon < 0)
                {
                    colon = length;
                }

                length++;
            }

            if (colon > 0 && length > colon + 1 && length < text.Length && text[length] == (byte)'@')
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsUserInfo(byte c) =>
        c is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9')
            or (byte)'.' or (byte)'_' or (byte)'-' or (byte)'~' or (byte)'%' or (byte)'+' or (byte)'!' or (byte)'=' or (byte)',' or (byte)';' or (byte)':';
}
