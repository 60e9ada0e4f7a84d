using System.Management.Automation;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Takes an encoding by PowerShell's names for them, or by a name or number that .NET knows.</summary>
internal sealed class TextEncodingAttribute : ArgumentTransformationAttribute
{
    public static Encoding Default { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string name => FromName(name),
            int page => Encoding.GetEncoding(page),
            var other => other,
        };

    private static Encoding FromName(string name) => name.ToLowerInvariant() switch
    {
        "utf8" or "utf8nobom" or "default" => Default,
        "utf8bom" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
        "unicode" or "string" or "unknown" => Encoding.Unicode,
        "bigendianunicode" => Encoding.BigEndianUnicode,
        "utf32" => Encoding.UTF32,
        "bigendianutf32" => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        "ascii" => Encoding.ASCII,
        "ansi" or "oem" => Encoding.Latin1,
        _ => int.TryParse(name, out var page) ? Encoding.GetEncoding(page) : Encoding.GetEncoding(name),
    };
}
