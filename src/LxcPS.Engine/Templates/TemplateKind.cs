namespace LxcPS.Engine.Templates;

/// <summary>Where the root file system of a new container comes from.</summary>
public enum TemplateKind
{
    /// <summary>There is none: the configuration names one, or the container shares the host's.</summary>
    None,

    /// <summary>A few directories around the host's static busybox.</summary>
    Busybox,

    /// <summary>The host's own programs, with an own /etc and /var.</summary>
    Host,

    /// <summary>A directory that holds a root file system; it is not changed.</summary>
    Directory,

    /// <summary>A tar archive of a root file system.</summary>
    Archive,

    /// <summary>A program that makes it, by the rules of lxc-create(1).</summary>
    Script,

    /// <summary>An image of the store.</summary>
    Image,
}
