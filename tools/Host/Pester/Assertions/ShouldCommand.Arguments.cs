using System.Management.Automation;

namespace LxcPS.Host.Pester;

// What the operators take. Positions count from the operator on, as in Should -Throw 'message' 'id'.
public sealed partial class ShouldCommand
{
    [Parameter(ParameterSetName = "Be", Position = 1)]
    [Parameter(ParameterSetName = "BeExactly", Position = 1)]
    [Parameter(ParameterSetName = "BeGreaterThan", Position = 1)]
    [Parameter(ParameterSetName = "BeGreaterOrEqual", Position = 1)]
    [Parameter(ParameterSetName = "BeLessThan", Position = 1)]
    [Parameter(ParameterSetName = "BeLessOrEqual", Position = 1)]
    [Parameter(ParameterSetName = "BeIn", Position = 1)]
    [Parameter(ParameterSetName = "BeLike", Position = 1)]
    [Parameter(ParameterSetName = "BeLikeExactly", Position = 1)]
    [Parameter(ParameterSetName = "Contain", Position = 1)]
    [Parameter(ParameterSetName = "HaveCount", Position = 1)]
    public object? ExpectedValue { get; set; }

    [Parameter(ParameterSetName = "BeOfType", Position = 1)]
    public object? ExpectedType { get; set; }

    [Parameter(ParameterSetName = "Match", Position = 1)]
    [Parameter(ParameterSetName = "MatchExactly", Position = 1)]
    public object? RegularExpression { get; set; }

    [Parameter(ParameterSetName = "FileContentMatch", Position = 1)]
    [Parameter(ParameterSetName = "FileContentMatchExactly", Position = 1)]
    [Parameter(ParameterSetName = "FileContentMatchMultiline", Position = 1)]
    [Parameter(ParameterSetName = "FileContentMatchMultilineExactly", Position = 1)]
    public object? ExpectedContent { get; set; }

    [Parameter(ParameterSetName = "Throw", Position = 1)]
    public string ExpectedMessage { get; set; } = "";

    [Parameter(ParameterSetName = "Throw", Position = 2)]
    public string ErrorId { get; set; } = "";

    [Parameter(ParameterSetName = "Throw", Position = 3)]
    public object? ExceptionType { get; set; }

    [Parameter(ParameterSetName = "Throw")]
    public SwitchParameter PassThru { get; set; }

    [Parameter(ParameterSetName = "HaveParameter", Position = 1)]
    public string ParameterName { get; set; } = "";

    [Parameter(ParameterSetName = "HaveParameter", Position = 2)]
    public object? Type { get; set; }

    [Parameter(ParameterSetName = "HaveParameter", Position = 3)]
    public string DefaultValue { get; set; } = "";

    [Parameter(ParameterSetName = "HaveParameter")]
    public SwitchParameter Mandatory { get; set; }

    [Parameter(ParameterSetName = "HaveParameter", Position = 4)]
    public string InParameterSet { get; set; } = "";

    [Parameter(ParameterSetName = "HaveParameter")]
    public SwitchParameter HasArgumentCompleter { get; set; }

    [Parameter(ParameterSetName = "HaveParameter", Position = 5)]
    public string[] Alias { get; set; } = [];

    [Parameter(ParameterSetName = "Invoke", ValueFromRemainingArguments = true)]
    [Parameter(ParameterSetName = "InvokeVerifiable", ValueFromRemainingArguments = true)]
    public object[] MockArguments { get; set; } = [];

    internal bool HasDefaultValue => MyInvocation.BoundParameters.ContainsKey(nameof(DefaultValue));
}
