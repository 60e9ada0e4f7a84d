namespace LxcPS.Engine.Templates;

/// <summary>What becomes of a name in the host's /etc when a container gets a copy.</summary>
internal enum EtcRule
{
    /// <summary>It is copied, if others can read it.</summary>
    Copy,

    /// <summary>The container gets the directory, but nothing in it.</summary>
    Empty,

    /// <summary>The container gets one of its own.</summary>
    MadeAnew,

    /// <summary>It stays with the host.</summary>
    LeaveOut,
}
