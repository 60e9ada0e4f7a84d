using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Compare, "Object")]
public sealed class CompareObjectCommand : PSCmdlet
{
    private const string Same = "==", OnlyReference = "<=", OnlyDifference = "=>";

    private readonly List<KeyedItem> _differences = [];
    private PropertyArgument[] _properties = [];

    [Parameter(Position = 0, Mandatory = true)]
    [AllowEmptyCollection]
    public PSObject[] ReferenceObject { get; set; } = [];

    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    public PSObject[] DifferenceObject { get; set; } = [];

    [Parameter(Position = 2)]
    public object[]? Property { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int SyncWindow { get; set; } = int.MaxValue;

    [Parameter]
    public SwitchParameter ExcludeDifferent { get; set; }

    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    public string? Culture { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    protected override void BeginProcessing() => _properties = PropertyArgument.Parse(Property);

    protected override void ProcessRecord() => _differences.AddRange(DifferenceObject.Where(item => item is not null).Select(Key));

    protected override void EndProcessing()
    {
        var comparer = new ValueComparer(CaseSensitive, Culture is null ? null : CultureInfo.GetCultureInfo(Culture));
        var references = ReferenceObject.Where(item => item is not null).Select(Key).ToList();
        var unmatched = new List<(int At, KeyedItem Item)>();
        var matched = new bool[_differences.Count];
        for (var at = 0; at < references.Count; at++)
        {
            var partner = FindPartner(references[at], at, matched, comparer);
            if (partner < 0)
            {
                unmatched.Add((at, references[at]));
                continue;
            }

            matched[partner] = true;
            if (IncludeEqual || (ExcludeDifferent && !MyInvocation.BoundParameters.ContainsKey(nameof(IncludeEqual))))
            {
                Write(references[at], Same);
            }
        }

        if (ExcludeDifferent)
        {
            return;
        }

        foreach (var item in _differences.Where((_, index) => !matched[index]))
        {
            Write(item, OnlyDifference);
        }

        foreach (var (_, item) in unmatched)
        {
            Write(item, OnlyReference);
        }
    }

    private KeyedItem Key(PSObject item) => KeyedItem.Of(item, _properties);

    private int FindPartner(KeyedItem reference, int at, bool[] matched, ValueComparer comparer)
    {
        var from = (int)Math.Max(0, (long)at - SyncWindow);
        var to = (int)Math.Min(_differences.Count - 1, (long)at + SyncWindow);
        for (var i = from; i <= to; i++)
        {
            if (!matched[i] && KeyedItem.Compare(reference, _differences[i], comparer, []) == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private void Write(KeyedItem item, string side)
    {
        PSObject result;
        if (PassThru)
        {
            result = PSObject.AsPSObject(item.Item);
            result.Properties.Remove("SideIndicator");
        }
        else
        {
            result = new PSObject();
            if (_properties.Length == 0)
            {
                result.Properties.Add(new PSNoteProperty("InputObject", item.Item));
            }

            for (var i = 0; i < _properties.Length; i++)
            {
                result.Properties.Add(new PSNoteProperty(_properties[i].Name ?? _properties[i].Expression.ToString(), item.Keys[i]));
            }
        }

        result.Properties.Add(new PSNoteProperty("SideIndicator", side));
        WriteObject(result);
    }
}
