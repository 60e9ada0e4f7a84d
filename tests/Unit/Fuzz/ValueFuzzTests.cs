using System.Globalization;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests.Fuzz;

/// <summary>Whatever is written where an id map, a size, a signal or another value belongs.</summary>
public class ValueFuzzTests
{
    private static readonly string[] Settable =
        [.. ConfigKeyTable.All.Where(key => key.Name != "lxc.include" && !key.Name.Contains("[i]")).Select(key => key.Name).Where(name => !name.EndsWith('.'))];

    [Fact]
    public void IdMaps() => FuzzRun.CheckText("idmap", ["u", "g", "b", "u 0 0 1", "4294967294", "0x", " 1000 ", "\nu 1000 1000 1"], text =>
    {
        List<IdMapEntry> entries = [];
        foreach (string line in text.Split('\n'))
        {
            if (IdMapEntry.TryParse(line, out IdMapEntry entry, out string? reason))
            {
                Assert.Equal(entry, IdMapEntry.Parse(entry.ToString()));
                Assert.True(entry.Count > 0 && (ulong)entry.ContainerId + entry.Count <= uint.MaxValue && (ulong)entry.HostId + entry.Count <= uint.MaxValue);
                entries.Add(entry);
            }
            else
            {
                Assert.NotEmpty(reason);
                ConfigFuzzTests.Refusable(() => IdMapEntry.Parse(line));
            }
        }

        bool overlap = false;
        for (int i = 0; i < entries.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                overlap |= ((entries[i].IsUser && entries[j].IsUser) || (entries[i].IsGroup && entries[j].IsGroup))
                    && (Meet(entries[i].ContainerId, entries[i].Count, entries[j].ContainerId, entries[j].Count)
                        || Meet(entries[i].HostId, entries[i].Count, entries[j].HostId, entries[j].Count));
            }
        }

        Exception? refused = Record.Exception(() => LxcPS.Engine.Configuration.IdMaps.Of(entries));
        Assert.True(refused is null or LxcPS.Engine.LxcException, refused?.ToString());
        Assert.True(!overlap || refused is not null, "ranges overlap");
    });

    [Fact]
    public void Sizes() => FuzzRun.CheckText("size", ["KB", "MiB", "G", "EB", "kb", "9223372036854775807", "1024"], text =>
    {
        if (LxcPS.Engine.Configuration.Sizes.TryParse(text, out long bytes))
        {
            Assert.True(bytes >= 0);
            Assert.Equal(bytes, LxcPS.Engine.Configuration.Sizes.Parse(bytes.ToString(CultureInfo.InvariantCulture)));
        }
        else
        {
            Assert.Throws<LxcPS.Engine.LxcException>(() => LxcPS.Engine.Configuration.Sizes.Parse(text));
        }
    });

    [Fact]
    public void Signals() => FuzzRun.CheckText("signal", ["SIG", "RTMIN", "RTMAX", "+", "-", "TERM", "hup", "64"], text =>
    {
        if (LxcPS.Engine.Configuration.Signals.TryParse(text, out int signal))
        {
            Assert.InRange(signal, 1, 64);
            Assert.Equal(signal, LxcPS.Engine.Configuration.Signals.Parse(LxcPS.Engine.Configuration.Signals.Name(signal)));
        }
        else
        {
            Assert.Throws<LxcPS.Engine.LxcException>(() => LxcPS.Engine.Configuration.Signals.Parse(text));
        }
    });

    [Fact]
    public void AValueThatAKeyTakesIsReadAsItWasWritten() => FuzzRun.CheckText("value", [.. Settable, "1", "\"", "'", "# no", " x ", "u 0 0 1", "/a b", "A=b"], text =>
    {
        // The key by the text, so that a failing input is enough to repeat it.
        string key = Settable[text.Sum(letter => letter) % Settable.Length];
        ContainerConfig config = ContainerConfig.Create("/no/such/config");
        try
        {
            config.Set(key, text);
        }
        catch (LxcPS.Engine.LxcException)
        {
            Assert.Equal(string.Empty, config.Text);
            return;
        }

        ContainerConfig again = ContainerConfig.FromBytes(config.ToBytes(), "/no/such/config");
        Assert.Equal(text.Length == 0 ? null : text, again.Get(key));
    });

    private static bool Meet(uint first, uint firstCount, uint second, uint secondCount) =>
        (ulong)first < (ulong)second + secondCount && (ulong)second < (ulong)first + firstCount;
}
