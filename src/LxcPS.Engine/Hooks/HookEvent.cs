namespace LxcPS.Engine.Hooks;

/// <summary>
/// When a hook runs. The first ten are LXC's (lxc.container.conf(5), <c>lxc.hook.*</c>): LXC's tools run them as well. The others are the
/// module's own.
/// </summary>
public enum HookEvent
{
    /// <summary>On the host, before anything of a start is made: it may refuse the start, or change its configuration.</summary>
    PreStart,

    /// <summary>In the container's mount namespace, before its root file system is mounted.</summary>
    PreMount,

    /// <summary>In the container's mount namespace, when all is mounted.</summary>
    Mount,

    /// <summary>After the mount hooks, to add devices.</summary>
    Autodev,

    /// <summary>On the host, when the container is set up, before its init runs.</summary>
    StartHost,

    /// <summary>In the container, before its init runs; a program of the container.</summary>
    Start,

    /// <summary>On the host, when init has ended and the namespaces still are.</summary>
    Stop,

    /// <summary>On the host, when the container has stopped.</summary>
    PostStop,

    /// <summary>On the host, when the container has been copied: for the copy.</summary>
    Clone,

    /// <summary>On the host, before the container is removed: it may refuse that.</summary>
    Destroy,

    /// <summary>When a container has been created; where it fails the container is removed again.</summary>
    PostCreate,

    /// <summary>When a container has been copied, before the Clone hooks of the copy: for the copy, which is removed again where it fails.</summary>
    PostCopy,

    /// <summary>Before a container is removed, and before its Destroy hooks: it may refuse that.</summary>
    PreRemove,
}
