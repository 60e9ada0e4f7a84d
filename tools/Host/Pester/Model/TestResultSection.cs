namespace LxcPS.Host.Pester;

/// <summary>The report file for continuous integration.</summary>
public sealed class TestResultSection
{
    public bool Enabled { get; set; }
    public string OutputFormat { get; set; } = "NUnitXml";
    public string OutputPath { get; set; } = "testResults.xml";
    public string TestSuiteName { get; set; } = "Pester";
}
