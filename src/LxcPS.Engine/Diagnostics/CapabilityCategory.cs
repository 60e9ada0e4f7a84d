namespace LxcPS.Engine.Diagnostics;

/// <summary>What part of the host a capability belongs to.</summary>
public enum CapabilityCategory
{
    /// <summary>System calls and the kernel's version.</summary>
    Kernel,

    /// <summary>Namespaces, and who may make them.</summary>
    Namespaces,

    /// <summary>Control groups and their controllers.</summary>
    Cgroups,

    /// <summary>Seccomp, Linux security modules, capabilities of the caller.</summary>
    Security,

    /// <summary>File systems and the LxcPath.</summary>
    Storage,

    /// <summary>Network interfaces for containers.</summary>
    Network,

    /// <summary>Programs that the engine runs.</summary>
    Tools,

    /// <summary>Subordinate ids of the user.</summary>
    Accounts,
}
