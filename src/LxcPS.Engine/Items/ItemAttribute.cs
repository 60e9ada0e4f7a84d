using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>An extended attribute of a file that is copied; see xattr(7).</summary>
/// <param name="Name">Its name: bytes, for it need not be UTF-8.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct ItemAttribute(byte[] Name, byte[] Value)
{
    /// <summary>
    /// Whether a copy carries it: those of users and administrators, access control lists and capabilities. An overlay's own are what it does with
    /// its layers, and would lead the look-ups of another; labels of security modules are those of their host.
    /// </summary>
    internal bool IsCarried => IsCapability || IsAccessList || ((IsTrusted || Name.AsSpan().StartsWith("user."u8))
        && !Name.AsSpan().StartsWith("trusted.overlay."u8) && !Name.AsSpan().StartsWith("user.overlay."u8));

    /// <summary>Whether it gives a program capabilities.</summary>
    internal bool IsCapability => Name.AsSpan().SequenceEqual("security.capability"u8);

    /// <summary>Whether it is an access control list, see acl(5).</summary>
    internal bool IsAccessList => Name.AsSpan().SequenceEqual("system.posix_acl_access"u8) || Name.AsSpan().SequenceEqual("system.posix_acl_default"u8);

    /// <summary>Whether it is one that the host's root alone can see.</summary>
    internal bool IsTrusted => Name.AsSpan().StartsWith("trusted."u8);

    /// <summary>The name as text.</summary>
    internal string ShownName => RawNames.Show(Name);
}
