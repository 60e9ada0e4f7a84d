using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Which of a row of objects are wanted, told as they come.</summary>
internal sealed class Selection(int first, int last, int skip, int skipLast, int[]? index, int[]? skipIndex)
{
    private readonly Queue<PSObject> _held = new();
    private int _seen;
    private int _passed;

    /// <summary>Whatever comes now is not wanted.</summary>
    public bool IsDone => index is not null ? _seen > index.DefaultIfEmpty(-1).Max() : first > 0 && last <= 0 && _passed >= first;

    public IEnumerable<PSObject> Next(PSObject item)
    {
        var at = _seen++;
        if (index is not null || skipIndex is not null)
        {
            return index?.Contains(at) ?? !skipIndex!.Contains(at) ? [item] : [];
        }

        // -Skip counts from the end if only -Last is given.
        if (at < skip && (last < 0 || first >= 0))
        {
            return [];
        }

        if (first >= 0 && _passed < first)
        {
            _passed++;
            return [item];
        }

        if (last >= 0)
        {
            _held.Enqueue(item);
            if (_held.Count > last + (first < 0 ? skip : 0))
            {
                _held.Dequeue();
            }

            return [];
        }

        if (first >= 0)
        {
            return [];
        }

        _held.Enqueue(item);
        return _held.Count > skipLast ? [_held.Dequeue()] : [];
    }

    public IEnumerable<PSObject> End()
    {
        var rest = last >= 0 ? _held.Take(Math.Min(last, Math.Max(0, _held.Count - (first < 0 ? skip : 0)))).ToArray() : [];
        _held.Clear();
        return rest;
    }
}
