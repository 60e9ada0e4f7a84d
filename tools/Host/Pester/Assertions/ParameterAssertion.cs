using System.Management.Automation;
using System.Management.Automation.Language;

namespace LxcPS.Host.Pester;

/// <summary>HaveParameter: looks at the parameter of a command.</summary>
internal sealed class ParameterAssertion
{
    private readonly List<string> _wanted = [];
    private readonly List<string> _wrong = [];
    private readonly ShouldCommand _should;
    private readonly bool _not;
    private readonly CommandInfo _command;
    private readonly ParameterMetadata? _parameter;

    private ParameterAssertion(AssertionContext context)
    {
        (_should, _not) = (context.Should, context.Not);
        _command = ValueAssertions.Base(context.Actual) as CommandInfo is { } command and not ApplicationInfo ? command
            : throw new ArgumentException("Should -HaveParameter takes a command, as Get-Command gives it");
        _command.Parameters?.TryGetValue(_should.ParameterName, out _parameter);
    }

    public static string? Check(AssertionContext context)
    {
        var check = new ParameterAssertion(context);
        return check.Fails()
            ? $"Expected command {check._command.Name} {Message.And(check._wanted)},{context.Because} but {Message.And(check._wrong)}."
            : null;
    }

    private bool Fails()
    {
        var set = _should.InParameterSet.Length > 0 ? $" in parameter set {_should.InParameterSet}" : "";
        _wanted.Add($"to{(_not ? " not" : "")} have a parameter {_should.ParameterName}{set}");
        if (_parameter is null)
        {
            _wrong.Add("the parameter is missing");
            return !_not;
        }

        var attributes = _parameter.Attributes.OfType<ParameterAttribute>()
            .Where(attribute => set.Length == 0 || Same(attribute.ParameterSetName, _should.InParameterSet)).ToList();
        if (_not && (set.Length == 0 ? !AnyDetail : attributes.Count > 0))
        {
            _wrong.Add("the parameter exists");
        }
        else if (!_not && set.Length > 0 && attributes.Count == 0)
        {
            _wrong.Add("the parameter is not in that set");
        }
        else
        {
            Details(_parameter, attributes);
        }

        return _wrong.Count > 0;
    }

    private bool AnyDetail => _should.Mandatory || _should.Type is not null || _should.HasDefaultValue || _should.HasArgumentCompleter;

    private void Details(ParameterMetadata parameter, List<ParameterAttribute> attributes)
    {
        if (_should.Mandatory)
        {
            Note("mandatory", attributes.Exists(attribute => attribute.Mandatory), "it was mandatory", "it was not mandatory");
        }

        if (_should.Type is { } wanted)
        {
            var type = ValueAssertions.TypeOf(wanted);
            var but = $"it was of type [{parameter.ParameterType.FullName}]";
            Note($"of type [{type.FullName}]", type == parameter.ParameterType, but, but);
        }

        if (_should.HasDefaultValue)
        {
            var actual = DefaultValue(parameter.Name);
            var but = $"the default value was {Show.Value(actual)}";
            Note($"with default value {Show.Value(_should.DefaultValue)}", Same(actual, _should.DefaultValue), but, but);
        }

        if (_should.HasArgumentCompleter)
        {
            Note("with argument completion", Completes(parameter), "it had completion", "it had none");
        }

        foreach (var alias in _should.Alias)
        {
            var has = parameter.Aliases.Contains(alias, StringComparer.OrdinalIgnoreCase);
            Note($"with alias '{alias}'", has, $"it had alias '{alias}'", $"it had no alias '{alias}'");
        }
    }

    private void Note(string wanted, bool has, string butHas, string butHasNot)
    {
        _wanted.Add(_not ? "not " + wanted : wanted);
        if (has == _not)
        {
            _wrong.Add(has ? butHas : butHasNot);
        }
    }

    // ArgumentCompletions is a different attribute, and completers that were registered by name are known to the engine alone.
    private bool Completes(ParameterMetadata parameter) =>
        parameter.Attributes.Any(attribute => attribute is ArgumentCompleterAttribute)
        || RegisteredCompleters.Has(_should, _command.Name, parameter.Name);

    private string DefaultValue(string name)
    {
        var target = _command is AliasInfo alias ? alias.ResolvedCommand : _command;
        var ast = target switch
        {
            FunctionInfo function => function.ScriptBlock.Ast,
            ExternalScriptInfo script => script.ScriptBlock.Ast,
            _ => throw new ArgumentException("Should -HaveParameter -DefaultValue takes functions and scripts only"),
        };
        var parameters = ast switch
        {
            FunctionDefinitionAst { Parameters: { } list } => list,
            FunctionDefinitionAst function => function.Body.ParamBlock?.Parameters,
            ScriptBlockAst script => script.ParamBlock?.Parameters,
            _ => null,
        };
        var value = parameters?.FirstOrDefault(parameter => Same(parameter.Name.VariablePath.UserPath, name))?.DefaultValue;
        return value switch
        {
            null => "",
            ConstantExpressionAst constant => Show.Text(constant.Value),
            ExpandableStringExpressionAst text => text.Value,
            VariableExpressionAst { Extent.Text: "$true" or "$false" } flag => flag.VariablePath.UserPath,
            _ => value.Extent.Text,
        };
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
