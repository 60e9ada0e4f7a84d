using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LxcPS.Engine.Configuration;

internal static partial class ConfigValidator
{
    // IFNAMSIZ of <net/if.h>, less its NUL.
    private const int MaximumInterface = 15;

    private static string? NetworkReason(ConfigValueKind kind, string value) => kind switch
    {
        ConfigValueKind.Interface => Interface(value),
        ConfigValueKind.HardwareAddress => HardwareAddress(value),
        ConfigValueKind.Vlan => Vlan(value),
        ConfigValueKind.VlanOrNone => value == "none" ? null : Vlan(value),
        ConfigValueKind.IPv4Address => IPv4Address(value),
        ConfigValueKind.IPv6Address => IsAddress(value, AddressFamily.InterNetworkV6, 128, prefix: null)
            ? null : "it must be an IPv6 address, with or without /prefix",
        ConfigValueKind.IPv4Gateway => value is "auto" or "dev" || IsAddress(value, AddressFamily.InterNetwork, 32, prefix: false)
            ? null : "it must be an IPv4 address, auto or dev",
        ConfigValueKind.IPv6Gateway => value is "auto" or "dev" || IsAddress(value, AddressFamily.InterNetworkV6, 128, prefix: false)
            ? null : "it must be an IPv6 address, auto or dev",
        ConfigValueKind.IPv4Route => IsAddress(value, AddressFamily.InterNetwork, 32, prefix: true) ? null : "it must be an IPv4 address and /prefix",
        ConfigValueKind.IPv6Route => IsAddress(value, AddressFamily.InterNetworkV6, 128, prefix: true) ? null : "it must be an IPv6 address and /prefix",
        _ => null,
    };

    private static string? Interface(string value)
    {
        if (Encoding.UTF8.GetByteCount(value) > MaximumInterface)
        {
            return "the name of an interface has at most 15 bytes";
        }

        return value.AsSpan().IndexOfAny("/ \t") >= 0 || value is "." or ".." ? "the name of an interface contains neither blanks nor /" : null;
    }

    private static string? HardwareAddress(string value)
    {
        bool valid = value.Length == 17;
        for (int i = 0; valid && i < value.Length; i++)
        {
            valid = i % 3 == 2 ? value[i] == ':' : char.IsAsciiHexDigit(value[i]) || value[i] is 'x' or 'X';
        }

        return valid ? null : "it must be six bytes in hexadecimal with colons between them, such as 00:16:3e:xx:xx:xx";
    }

    private static string? Vlan(string value) => ConfigNumber.TryParse(value, 4095, out _) ? null : "it must be a number from 0 to 4095";

    private static string? IPv4Address(string value)
    {
        string[] parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length is 1 or 2 && IsAddress(parts[0], AddressFamily.InterNetwork, 32, prefix: null)
            && (parts.Length == 1 || IsAddress(parts[1], AddressFamily.InterNetwork, 32, prefix: false))
            ? null : "it must be an IPv4 address, with or without /prefix, and may be followed by a broadcast address";
    }

    // A prefix that is null may be there or not.
    private static bool IsAddress(string value, AddressFamily family, ulong maximumPrefix, bool? prefix)
    {
        int slash = value.IndexOf('/');
        if (prefix is not null && prefix != slash >= 0)
        {
            return false;
        }

        string address = slash < 0 ? value : value[..slash];
        if (slash >= 0 && !ConfigNumber.TryParse(value[(slash + 1)..], maximumPrefix, out _))
        {
            return false;
        }

        // IPAddress takes "1" and "[::1]%eth0" for addresses, inet_pton(3) does not.
        bool plain = family == AddressFamily.InterNetwork ? address.AsSpan().Count('.') == 3 : address.AsSpan().IndexOfAny("[]%") < 0;
        return plain && IPAddress.TryParse(address, out IPAddress? parsed) && parsed.AddressFamily == family;
    }
}
