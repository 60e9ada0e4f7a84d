namespace LxcPS.Engine.Operations;

/// <summary>A change of a configuration key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Values">
/// The values, a line each. Set: instead of those it has, none removing the key. Add: behind those it has. Remove: those that go, none for all.
/// </param>
/// <param name="Kind">What is done with them.</param>
public sealed record ConfigChange(string Key, IReadOnlyList<string> Values, ConfigChangeKind Kind = ConfigChangeKind.Set);
