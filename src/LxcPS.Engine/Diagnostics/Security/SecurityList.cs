namespace LxcPS.Engine.Diagnostics;

/// <summary>Collects the findings of one container.</summary>
internal sealed class SecurityList(string container, string lxcPath)
{
    private readonly List<SecurityFinding> findings = [];

    internal void Add(string name, SecuritySeverity severity, string reach, string evidence, string remedy) => findings.Add(new SecurityFinding
    {
        Container = container,
        LxcPath = lxcPath,
        Name = name,
        Severity = severity,
        Reach = severity == SecuritySeverity.None ? string.Empty : reach,
        Evidence = evidence,
        Remedy = severity == SecuritySeverity.None ? string.Empty : remedy,
    });

    /// <summary>The findings, the worst first, each with the total.</summary>
    internal IReadOnlyList<SecurityFinding> Close()
    {
        int total = Math.Min(100, findings.Sum(finding => finding.Score));
        foreach (SecurityFinding finding in findings)
        {
            finding.Total = total;
        }

        return [.. findings.OrderByDescending(finding => finding.Severity)];
    }
}
