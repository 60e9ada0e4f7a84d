using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace LxcPS.Tests.Fuzz;

/// <summary>Makes inputs of a format: changed seeds, words of the format in any order, and bytes of all kinds; and makes smaller ones of one that fails.</summary>
internal static class FuzzInput
{
    private static readonly string[] Common = ["\n", "\r\n", "\r", " ", "\t", "=", "#", ":", ",", "\"", "'", "0", "1", "-1", "4294967295", "18446744073709551616", "\0", "\u0085", "\U0001F427", "\ufeff"];

    /// <summary>Inputs of a format.</summary>
    /// <param name="seeds">Whole inputs to change.</param>
    /// <param name="words">Parts that the format knows.</param>
    internal static Arbitrary<byte[]> Of(IReadOnlyList<byte[]> seeds, params string[] words)
    {
        Gen<byte[]> piece = Gen.Frequency(
            (6, Gen.Elements([.. words.Concat(Common).Select(Encoding.UTF8.GetBytes)])),
            (2, Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf()),
            (1, from letter in Gen.Choose(32, 126) from count in Gen.Choose(1, 300) select Enumerable.Repeat((byte)letter, count).ToArray()));
        Gen<byte[]> pieces = piece.ArrayOf().Select(parts => parts.SelectMany(part => part).ToArray());
        Gen<(int At, int Length, byte[] Put)> edit =
            from at in Gen.Choose(0, 1_000_000)
            from length in Gen.Frequency((2, Gen.Constant(0)), (3, Gen.Choose(0, 4)), (1, Gen.Choose(0, 200)))
            from put in Gen.Frequency((1, Gen.Constant(Array.Empty<byte>())), (3, piece))
            select (at, length, put);
        Gen<byte[]> changed =
            from seed in Gen.Elements(seeds.Count > 0 ? [.. seeds] : new[] { Array.Empty<byte>() })
            from count in Gen.Choose(1, 5)
            from edits in edit.ArrayOf(count)
            select edits.Aggregate(seed, Apply);
        return Arb.From(Gen.Frequency((5, changed), (3, pieces), (1, Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf())), Shrink);
    }

    private static byte[] Apply(byte[] input, (int At, int Length, byte[] Put) edit)
    {
        int at = edit.At % (input.Length + 1);
        return [.. input.AsSpan(0, at), .. edit.Put, .. input.AsSpan(Math.Min(input.Length, at + edit.Length))];
    }

    // Without a half, a quarter, and so on to a byte, wherever it is.
    private static IEnumerable<byte[]> Shrink(byte[] input)
    {
        for (int size = Math.Max(1, input.Length / 2); size > 0 && input.Length > 0; size /= 2)
        {
            for (int at = 0; at + size <= input.Length; at += size)
            {
                yield return [.. input.AsSpan(0, at), .. input.AsSpan(at + size)];
            }
        }
    }
}
