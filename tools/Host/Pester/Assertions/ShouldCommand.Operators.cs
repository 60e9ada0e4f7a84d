using System.Management.Automation;

namespace LxcPS.Host.Pester;

// The operators: each is a switch with a parameter set of its own, which is how Should -Be 1 binds.
public sealed partial class ShouldCommand
{
    [Parameter(ParameterSetName = "Be", Mandatory = true)]
    [Alias("EQ")]
    public SwitchParameter Be { get; set; }

    [Parameter(ParameterSetName = "BeExactly", Mandatory = true)]
    [Alias("CEQ")]
    public SwitchParameter BeExactly { get; set; }

    [Parameter(ParameterSetName = "BeNullOrEmpty", Mandatory = true)]
    public SwitchParameter BeNullOrEmpty { get; set; }

    [Parameter(ParameterSetName = "BeTrue", Mandatory = true)]
    public SwitchParameter BeTrue { get; set; }

    [Parameter(ParameterSetName = "BeFalse", Mandatory = true)]
    public SwitchParameter BeFalse { get; set; }

    [Parameter(ParameterSetName = "BeGreaterThan", Mandatory = true)]
    [Alias("GT")]
    public SwitchParameter BeGreaterThan { get; set; }

    [Parameter(ParameterSetName = "BeGreaterOrEqual", Mandatory = true)]
    [Alias("GE")]
    public SwitchParameter BeGreaterOrEqual { get; set; }

    [Parameter(ParameterSetName = "BeLessThan", Mandatory = true)]
    [Alias("LT")]
    public SwitchParameter BeLessThan { get; set; }

    [Parameter(ParameterSetName = "BeLessOrEqual", Mandatory = true)]
    [Alias("LE")]
    public SwitchParameter BeLessOrEqual { get; set; }

    [Parameter(ParameterSetName = "BeIn", Mandatory = true)]
    public SwitchParameter BeIn { get; set; }

    [Parameter(ParameterSetName = "BeLike", Mandatory = true)]
    public SwitchParameter BeLike { get; set; }

    [Parameter(ParameterSetName = "BeLikeExactly", Mandatory = true)]
    public SwitchParameter BeLikeExactly { get; set; }

    [Parameter(ParameterSetName = "BeOfType", Mandatory = true)]
    [Alias("HaveType")]
    public SwitchParameter BeOfType { get; set; }

    [Parameter(ParameterSetName = "Contain", Mandatory = true)]
    public SwitchParameter Contain { get; set; }

    [Parameter(ParameterSetName = "HaveCount", Mandatory = true)]
    public SwitchParameter HaveCount { get; set; }

    [Parameter(ParameterSetName = "HaveParameter", Mandatory = true)]
    public SwitchParameter HaveParameter { get; set; }

    [Parameter(ParameterSetName = "Match", Mandatory = true)]
    public SwitchParameter Match { get; set; }

    [Parameter(ParameterSetName = "MatchExactly", Mandatory = true)]
    [Alias("CMATCH")]
    public SwitchParameter MatchExactly { get; set; }

    [Parameter(ParameterSetName = "Exist", Mandatory = true)]
    public SwitchParameter Exist { get; set; }

    [Parameter(ParameterSetName = "FileContentMatch", Mandatory = true)]
    public SwitchParameter FileContentMatch { get; set; }

    [Parameter(ParameterSetName = "FileContentMatchExactly", Mandatory = true)]
    public SwitchParameter FileContentMatchExactly { get; set; }

    [Parameter(ParameterSetName = "FileContentMatchMultiline", Mandatory = true)]
    public SwitchParameter FileContentMatchMultiline { get; set; }

    [Parameter(ParameterSetName = "FileContentMatchMultilineExactly", Mandatory = true)]
    public SwitchParameter FileContentMatchMultilineExactly { get; set; }

    [Parameter(ParameterSetName = "Throw", Mandatory = true)]
    public SwitchParameter Throw { get; set; }

    [Parameter(ParameterSetName = "Invoke", Mandatory = true)]
    [Alias("Invoke")]
    public SwitchParameter InvokeMock { get; set; }

    [Parameter(ParameterSetName = "InvokeVerifiable", Mandatory = true)]
    public SwitchParameter InvokeVerifiable { get; set; }
}
