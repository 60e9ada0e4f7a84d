using System.Collections;
using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Select, "Object", DefaultParameterSetName = "DefaultParameter")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _unique = [];
    private PropertyArgument[] _properties = [];
    private Selection _selection = null!;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0, ParameterSetName = "DefaultParameter")]
    [Parameter(Position = 0, ParameterSetName = "SkipLastParameter")]
    public object[]? Property { get; set; }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    public string[]? ExcludeProperty { get; set; }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    public string? ExpandProperty { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter]
    public SwitchParameter CaseInsensitive { get; set; }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int Last { get; set; } = -1;

    [Parameter(ParameterSetName = "DefaultParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int First { get; set; } = -1;

    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    [Parameter(ParameterSetName = "SkipLastParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int SkipLast { get; set; }

    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "IndexParameter")]
    public SwitchParameter Wait { get; set; }

    [Parameter(ParameterSetName = "IndexParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int[]? Index { get; set; }

    [Parameter(ParameterSetName = "SkipIndexParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int[]? SkipIndex { get; set; }

    protected override void BeginProcessing()
    {
        _selection = new Selection(First, Last, Skip, SkipLast, Index, SkipIndex);
        _properties = PropertyArgument.Parse(Property);
        if (ExcludeProperty is not null && _properties.Length == 0)
        {
            // To leave some out means to keep the others.
            _properties = PropertyArgument.Parse(["*"]);
        }
    }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        foreach (var item in _selection.Next(InputObject))
        {
            Process(item);
        }

        if (_selection.IsDone && !Wait)
        {
            EndProcessing();
            // What comes before in the pipeline need not go on.
            throw (Exception)Internals.Create("System.Management.Automation.StopUpstreamCommandsException", this);
        }
    }

    protected override void EndProcessing()
    {
        foreach (var item in _selection.End())
        {
            Process(item);
        }

        WriteObject(_unique, enumerateCollection: true);
        _unique.Clear();
    }

    private void Process(PSObject item)
    {
        if (_properties.Length == 0 && string.IsNullOrEmpty(ExpandProperty))
        {
            Write(item);
            return;
        }

        var properties = Select(item);
        if (!string.IsNullOrEmpty(ExpandProperty))
        {
            Expand(item, properties);
            return;
        }

        var result = new PSObject();
        Add(result, properties, item, "AlreadyExistingUserSpecifiedPropertyNoExpand");
        result.TypeNames.Insert(0, "Selected." + item.BaseObject.GetType());
        Write(result);
    }

    private List<PSNoteProperty> Select(PSObject item)
    {
        var selected = new List<PSNoteProperty>();
        foreach (var property in _properties)
        {
            var values = property.Values(item).Where(value => !IsExcluded(value.Name)).ToArray();
            if (values.Length == 0 && !property.Expression.HasWildCardCharacters)
            {
                // A property the object has not is there, and empty.
                var name = property.Name ?? property.Expression.ToString();
                values = IsExcluded(name) ? [] : [(name, null)];
            }

            selected.AddRange(values.Select(value => new PSNoteProperty(value.Name, value.Value)));
        }

        return selected;
    }

    private bool IsExcluded(string name) =>
        ExcludeProperty is not null
            && Array.Exists(ExcludeProperty, pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name));

    private void Expand(PSObject item, List<PSNoteProperty> properties)
    {
        var expression = new PSPropertyExpression(ExpandProperty!);
        var results = expression.GetValues(item);
        if (results.Count != 1 || results[0].Exception is not null)
        {
            var (exception, id, category) = results switch
            {
                [{ Exception: { } failure }] => (failure, "PropertyEvaluationExpand", ErrorCategory.InvalidResult),
                [] => (new PSArgumentException($"Property \"{ExpandProperty}\" cannot be found.", nameof(ExpandProperty)),
                    "ExpandPropertyNotFound",
                    ErrorCategory.InvalidArgument),
                _ => (new PSArgumentException($"Multiple properties cannot be expanded: \"{ExpandProperty}\".", nameof(ExpandProperty)),
                    "MutlipleExpandProperties", ErrorCategory.InvalidArgument),
            };
            WriteError(new ErrorRecord(exception, id, category, item));
            return;
        }

        var value = results[0].Result;
        foreach (var one in LanguagePrimitives.GetEnumerable(value) ?? new[] { value })
        {
            if (one is null)
            {
                continue;
            }

            // A wrapper of its own, so that added properties do not stick to a value that others hold as well.
            var wrapped = properties.Count == 0 || one is PSObject ? PSObject.AsPSObject(one) : new PSObject(one);
            Add(wrapped, properties, item, "AlreadyExistingUserSpecifiedPropertyExpand");
            Write(wrapped);
        }
    }

    private void Add(PSObject result, List<PSNoteProperty> properties, PSObject item, string errorId)
    {
        foreach (var property in properties)
        {
            if (result.Properties[property.Name] is null)
            {
                result.Properties.Add(property);
            }
            else
            {
                WriteError(new ErrorRecord(
                    new PSArgumentException($"The property cannot be processed because the property \"{property.Name}\" already exists.",
                        nameof(Property)),
                    errorId, ErrorCategory.InvalidOperation, item));
            }
        }
    }

    private void Write(PSObject item)
    {
        if (!Unique)
        {
            WriteObject(item);
        }
        else if (!_unique.Exists(known => IsSame(known, item)))
        {
            _unique.Add(item);
        }
    }

    private bool IsSame(PSObject x, PSObject y)
    {
        var comparer = new ValueComparer(caseSensitive: !CaseInsensitive);
        if (x.BaseObject is not PSCustomObject || y.BaseObject is not PSCustomObject)
        {
            return comparer.Compare(x.BaseObject, y.BaseObject) == 0;
        }

        return x.Properties.Count() == y.Properties.Count()
            && x.Properties.All(property => y.Properties[property.Name] is { } other && comparer.Compare(property.Value, other.Value) == 0);
    }
}
