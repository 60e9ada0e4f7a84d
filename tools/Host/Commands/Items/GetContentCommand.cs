using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = "Path")]
public sealed class GetContentCommand : PathCommand
{
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long ReadCount { get; set; } = 1;

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("First", "Head")]
    [ValidateRange(0, long.MaxValue)]
    public long TotalCount { get; set; } = -1;

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int Tail { get; set; } = -1;

    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Content, "GetContentReaderDynamicParameters", FirstPath, context);

    protected override void ProcessRecord()
    {
        if (TotalCount >= 0 && Tail >= 0)
        {
            WriteError(new ErrorRecord(
                new InvalidOperationException("The parameters TotalCount and Tail cannot be used together. Please specify only one "
                    + "parameter."),
                "TailAndHeadCannotCoexist", ErrorCategory.InvalidOperation, null));
            return;
        }

        if (TotalCount != 0)
        {
            base.ProcessRecord();
        }
    }

    private protected override void Process(string path)
    {
        var found = ResolvePaths(path);
        if (found.Length == 0)
        {
            WriteError(new ErrorRecord(
                new Exception($"An object at the specified path {path} does not exist, or has been filtered by the -Include or "
                    + "-Exclude parameter."),
                "ItemNotFound", ErrorCategory.ObjectNotFound, path));
        }

        foreach (var info in found)
        {
            Try(() =>
            {
                var context = NewContext();
                Internals.Set(context, "SuppressWildcardExpansion", true);
                foreach (var reader in (IEnumerable<IContentReader>)Internals.Call(InvokeProvider.Content, "GetReader", info.Path,
                    context)!)
                {
                    using (reader)
                    {
                        Write(reader, Notes(info));
                        reader.Close();
                    }
                }
            });
        }
    }

    private void Write(IContentReader reader, PSNoteProperty[] notes)
    {
        var last = Tail >= 0 ? new Queue<object>() : null;
        long count = 0;
        while (!Stopping && (TotalCount < 0 || count < TotalCount))
        {
            // In one go if the count is zero, and never more than is wanted.
            var wanted = TotalCount > 0 && (ReadCount == 0 || TotalCount - count < ReadCount) ? TotalCount - count : last is null
                ? ReadCount : 1;
            var read = reader.Read(wanted);
            if (read is not { Count: > 0 })
            {
                break;
            }

            count += read.Count;
            if (last is null)
            {
                Write(ReadCount == 1 ? read[0]! : ToArray(read), count, notes);
                continue;
            }

            last.Enqueue(read[0]!);
            if (last.Count > Tail)
            {
                last.Dequeue();
            }
        }

        foreach (var item in last ?? [])
        {
            Write(item, count, notes);
        }
    }

    private void Write(object item, long count, PSNoteProperty[] notes)
    {
        var result = PSObject.AsPSObject(item);
        foreach (var note in notes)
        {
            result.Properties.Add(note, preValidated: true);
        }

        result.Properties.Add(new PSNoteProperty("ReadCount", count), preValidated: true);
        WriteObject(result);
    }

    private PSNoteProperty[] Notes(PathInfo info)
    {
        var notes = new List<PSNoteProperty> { new("PSPath", info.Path) };
        try
        {
            notes.Add(new PSNoteProperty("PSParentPath", SessionState.Path.ParseParent(info.Path, info.Drive?.Root ?? "")));
            notes.Add(new PSNoteProperty("PSChildName", SessionState.Path.ParseChildName(info.Path)));
        }
        catch (NotSupportedException)
        {
            // Variables and functions have no parents.
        }

        notes.Add(new PSNoteProperty("PSDrive", info.Drive));
        notes.Add(new PSNoteProperty("PSProvider", info.Provider));
        return [.. notes];
    }

    private static object[] ToArray(IList list) => [.. list.Cast<object>()];
}
