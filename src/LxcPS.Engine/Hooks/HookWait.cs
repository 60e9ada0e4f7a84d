using LxcPS.Native;

namespace LxcPS.Engine.Hooks;

/// <summary>What else happens while a hook runs.</summary>
/// <param name="Abandoned">A descriptor that becomes readable, or whose other end goes away, when nobody wants the hook any more; or -1.</param>
/// <param name="Others">An event loop that goes on meanwhile, or null.</param>
/// <param name="Serve">Serves what is ready in it; false when the hook is to be ended.</param>
internal readonly record struct HookWait(int Abandoned, PollSet? Others = null, Func<bool>? Serve = null)
{
    /// <summary>A hook that nobody can end but itself.</summary>
    internal static HookWait None => new(-1);
}
