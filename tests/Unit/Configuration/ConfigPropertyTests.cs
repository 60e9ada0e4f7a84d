using System.Text;
using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests.Configuration;

/// <summary>What holds for every file. LXCPS_LONG in the environment makes them two hundred times as many.</summary>
public sealed class ConfigPropertyTests : IDisposable
{
    private const string Path = "/no/such/config";

    private static readonly int Files = Environment.GetEnvironmentVariable("LXCPS_LONG") is { Length: > 0 } ? 400_000 : 2000;

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void ParsingAndWritingGivesTheSameBytes()
    {
        ConfigGenerator generator = new(1);
        for (int i = 0; i < Files; i++)
        {
            byte[] bytes = generator.Next();
            Assert.True(bytes.AsSpan().SequenceEqual(ContainerConfig.FromBytes(bytes, Path).ToBytes()), $"file {i}: {Convert.ToHexString(bytes)}");
        }
    }

    [Fact]
    public void SettingAKeyChangesItsLineOnly()
    {
        ConfigGenerator generator = new(2);
        for (int i = 0; i < Files; i++)
        {
            byte[] bytes = generator.Next();
            ContainerConfig config = ContainerConfig.FromBytes(bytes, Path);
            List<string> before = LinesOf(config);
            config.Set("lxc.uts.name", "value" + i);
            Assert.Equal("value" + i, config.Get("lxc.uts.name"));
            string hint = $"file {i}: {Convert.ToHexString(bytes)}";
            AssertOneLineDiffers(before, LinesOf(config), hint);

            // What was written is read again, and a second change is in place.
            ContainerConfig again = ContainerConfig.FromBytes(config.ToBytes(), Path);
            Assert.Equal("value" + i, again.Get("lxc.uts.name"));
            before = LinesOf(again);
            again.Set("lxc.uts.name", "other");
            Assert.True(before.Zip(LinesOf(again)).Count(pair => pair.First != pair.Second) == 1, hint);
            Assert.Equal(before.Count, LinesOf(again).Count);
        }
    }

    [Fact]
    public void AddingAndRemovingAValueOfAListGivesTheFileBack()
    {
        ConfigGenerator generator = new(3);
        for (int i = 0; i < Files; i++)
        {
            byte[] bytes = generator.Next();
            ContainerConfig config = ContainerConfig.FromBytes(bytes, Path);
            string before = config.Text;
            config.Add("lxc.environment", "UNIQUE=1");
            Assert.True(config.Remove("lxc.environment", "UNIQUE=1"));

            // A last line without an end has got one.
            Assert.True(config.Text == before || config.Text.TrimEnd('\r', '\n') == before.TrimEnd('\r', '\n'), $"file {i}: {Convert.ToHexString(bytes)}");
        }
    }

    [Fact]
    public void UpdatingTwiceChangesNothingMore()
    {
        ConfigGenerator generator = new(4);
        for (int i = 0; i < Files; i++)
        {
            ContainerConfig config = ContainerConfig.FromBytes(generator.Next(), Path);
            int count = SettingsOf(config);
            IReadOnlyList<ConfigLineChange> changes = config.UpdateLegacy();
            Assert.Equal(count - changes.Count(change => change.New is null), SettingsOf(config));
            Assert.Empty(config.UpdateLegacy());
            Assert.DoesNotContain(config.FindProblems(), problem => problem.Key is { } key && ConfigKeyTable.TryFindLegacy(key, out _));
        }
    }

    [Fact]
    public void WhateverAFileHoldsIsReadOrRefusedWithFileAndLine()
    {
        ConfigGenerator generator = new(5);
        for (int i = 0; i < Files; i++)
        {
            byte[] bytes = generator.Next();
            ContainerConfig config = ContainerConfig.FromBytes(bytes, Path);
            IReadOnlyList<LxcException> errors = config.Check();
            Assert.All(errors, error => Assert.True(error.Path == Path && error.Line > 0 && error.Message.Contains($"line {error.Line}: "), error.ToString()));
            Assert.DoesNotContain(errors, error => error.Message.Any(char.IsControl));
            string text = config.Text;
            LxcException? first = null;
            try
            {
                ContainerConfig.Parse(text, Path);
            }
            catch (LxcException e)
            {
                first = e;
            }

            Assert.Equal(errors.Count > 0 ? errors[0].Message : null, first?.Message);
        }
    }

    [Fact]
    public void FilesThatIncludeOneAnotherAreReadOrRefused()
    {
        ConfigGenerator generator = new(6);
        string[] names = ["config", "a.conf", "b.conf", "c.conf", "below/d.conf"];
        directory.MakeDirectory("below");
        for (int i = 0; i < Files / 20; i++)
        {
            foreach (string name in names)
            {
                byte[] include = Encoding.ASCII.GetBytes($"\nlxc.include = {generator.One(["a.conf", "b.conf", "c.conf", "below", "below/", ".", "none"])}\n");
                File.WriteAllBytes(directory.At(name), [.. generator.Next(), .. generator.Random.Next(3) > 0 ? include : [], .. generator.Next()]);
            }

            ContainerConfig.Load(directory.At("config"), out IReadOnlyList<LxcException> errors);
            Assert.All(errors, error => Assert.True(error.Path!.StartsWith(directory.Path, StringComparison.Ordinal) && error.Line > 0, error.ToString()));
        }
    }

    internal static List<string> LinesOf(ContainerConfig config) => ConfigLine.Split(config.Text).ConvertAll(line => line.Text);

    // Blank lines do not count: with a line between them gone, \r and \n are one end.
    private static int SettingsOf(ContainerConfig config) => LinesOf(config).Count(line => line.Length > 0);

    // In place, or added at the end; where a later line had the last word, taken away and added at the end.
    internal static void AssertOneLineDiffers(List<string> before, List<string> after, string hint)
    {
        if (before.Count == after.Count && before.Zip(after).Count(pair => pair.First != pair.Second) == 1)
        {
            return;
        }

        List<string> rest = after[..^1];
        int same = before.Zip(rest).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(rest.Count == before.Count ? same == before.Count
            : rest.Count == before.Count - 1 && before[same].TrimStart().StartsWith("lxc.uts.name", StringComparison.Ordinal)
                && before.Skip(same + 1).SequenceEqual(rest.Skip(same)), hint);
    }
}
