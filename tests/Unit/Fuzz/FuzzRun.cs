using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace LxcPS.Tests.Fuzz;

/// <summary>
/// A property on inputs of one format: first on every file of its corpus, then on made ones until the time is up: a second, the time that the test
/// asks for with LXCPS_LONG, or LXCPS_FUZZ_SECONDS. An input that fails is made as small as it gets and put into the corpus, where every later run meets it again.
/// </summary>
internal sealed class FuzzRun
{
    /// <summary>What one input may take; more is a hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string directory;
    private readonly Action<byte[]> property;
    private byte[] current = [];
    private byte[]? failed;
    private long began;
    private long count;

    private readonly double time;

    private FuzzRun(string directory, Action<byte[]> property, double longTime)
    {
        time = double.TryParse(Environment.GetEnvironmentVariable("LXCPS_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out double seconds) ? seconds
            : Environment.GetEnvironmentVariable("LXCPS_LONG") is { Length: > 0 } ? longTime : 1;
        this.directory = directory;
        this.property = property;
    }

    /// <summary>Runs it.</summary>
    /// <param name="format">The directory of the corpus.</param>
    /// <param name="words">Parts that the format knows.</param>
    /// <param name="property">Throws where an input fails.</param>
    /// <param name="longTime">How many seconds it takes with LXCPS_LONG.</param>
    internal static void Check(string format, string[] words, Action<byte[]> property, double longTime = 60) =>
        new FuzzRun(Path.Combine(Root(), format), property, longTime).Run(words);

    /// <summary>The same for formats that are text.</summary>
    internal static void CheckText(string format, string[] words, Action<string> property) =>
        Check(format, words, bytes => property(Encoding.UTF8.GetString(bytes)));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../Fuzz/corpus"));

    private void Run(string[] words)
    {
        List<byte[]> seeds = [];
        foreach (string file in Directory.GetFiles(directory).Order(StringComparer.Ordinal))
        {
            byte[] seed = File.ReadAllBytes(file);
            seeds.Add(seed);
            Within(() => Take(seed), Path.GetFileName(file));
        }

        Arbitrary<byte[]> inputs = FuzzInput.Of(seeds, words);
        int descriptors = OpenDescriptors();
        long memory = GC.GetTotalMemory(forceFullCollection: true);
        Stopwatch watch = Stopwatch.StartNew();
        Within(() =>
        {
            do
            {
                Prop.ForAll(inputs, Take).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(60).WithQuietOnSuccess(true));
            }
            while (watch.Elapsed.TotalSeconds < time);
        }, "made");
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} inputs in {watch.Elapsed.TotalSeconds:0} s");
        if (time >= 60)
        {
            // A leak shows in a long run. In a short one it is what the other tests hold at that moment that counts.
            Assert.InRange(OpenDescriptors(), 0, descriptors + 16);
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 32 << 20);
        }
    }

    // Other tests open files meanwhile, so the number is a bound only.
    private static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private void Take(byte[] input)
    {
        current = input;
        Volatile.Write(ref began, Stopwatch.GetTimestamp());
        try
        {
            property(input);
            count++;
        }
        catch
        {
            // Smaller ones come after larger ones.
            failed = input;
            throw;
        }
        finally
        {
            Volatile.Write(ref began, 0);
        }
    }

    private void Within(Action work, string what)
    {
        Exception? error = null;
        Thread thread = new(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                error = e;
            }
        }) { IsBackground = true };
        thread.Start();
        while (!thread.Join(1000))
        {
            long at = Volatile.Read(ref began);
            if (at != 0 && Stopwatch.GetElapsedTime(at) > Patience)
            {
                Assert.Fail($"{what}: the input takes more than {Patience.TotalSeconds} seconds: {Keep(current)}");
            }
        }

        if (error is not null)
        {
            Assert.Fail($"{what}: {(failed is null ? string.Empty : Keep(failed))}\n{error}");
        }
    }

    private string Keep(byte[] input)
    {
        string path = Path.Combine(directory, "failed-" + Convert.ToHexStringLower(SHA256.HashData(input))[..12]);
        File.WriteAllBytes(path, input);
        return $"{path} ({Convert.ToHexString(input)})";
    }
}
