using System.Management.Automation;

namespace LxcPS.Host.Screen;

/// <summary>Progress as one line on the terminal's standard error, which makes way for whatever else is written.</summary>
internal sealed class ProgressLine
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly bool _isShown = !Console.IsErrorRedirected && !Console.IsOutputRedirected;
    private readonly Lock _gate = new();
    private bool _isDrawn;
    private DateTime _last;

    public void Show(ProgressRecord record)
    {
        lock (_gate)
        {
            if (!_isShown)
            {
                return;
            }

            if (record.RecordType == ProgressRecordType.Completed)
            {
                Clear();
                return;
            }

            // Drawing at every record would cost more than the work it tells of.
            if (DateTime.UtcNow - _last < Pause)
            {
                return;
            }

            _last = DateTime.UtcNow;
            var percent = record.PercentComplete >= 0 ? $" {record.PercentComplete}%" : "";
            var text = $"{record.Activity}: {record.StatusDescription}{percent}".ReplaceLineEndings(" ");
            var room = Math.Max(1, TerminalSize.Width - 1);
            Console.Error.Write($"\r\e[K{(text.Length > room ? text[..room] : text)}");
            _isDrawn = true;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            if (_isDrawn)
            {
                Console.Error.Write("\r\e[K");
                _isDrawn = false;
                _last = default;
            }
        }
    }
}
