using System.Globalization;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Hands on whole lines.</summary>
internal sealed class LineWriter(Action<string> take) : TextWriter(CultureInfo.CurrentCulture)
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value) => take(value ?? "");

    public override void Write(string? value) => take(value ?? "");
}
