using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>PowerShell's own comparison operators, asked of PowerShell itself.</summary>
internal static class Operators
{
    public static bool Test(PSCmdlet cmdlet, string comparison, object? left, object? right) => LanguagePrimitives.IsTrue(
        cmdlet.InvokeCommand.InvokeScript(
            useLocalScope: true, ScriptBlock.Create($"param($l, $r) [bool]($l {comparison} $r)"), null, left, right)[0]);

    /// <summary>Equality as Should -Be has it: element by element, and null the same as nothing.</summary>
    public static bool Same(PSCmdlet cmdlet, object? actual, object? expected, bool exactly, int depth = 0)
    {
        if (depth > 100)
        {
            throw new InvalidOperationException("The arrays to compare are nested more than 100 deep; does one hold itself?");
        }

        var (one, other) = (Elements(actual), Elements(expected));
        if (IsNothing(one) || IsNothing(other))
        {
            return IsNothing(one) && IsNothing(other);
        }

        return one!.Length == other!.Length && one.Zip(other).All(pair => IsArray(pair.First) || IsArray(pair.Second)
            ? Same(cmdlet, pair.First, pair.Second, exactly, depth + 1)
            : Equal(cmdlet, pair.Second, pair.First, exactly));
    }

    private static object?[]? Elements(object? value) => LanguagePrimitives.ConvertTo<object?[]>(value);

    private static bool IsNothing(object?[]? items) => items is null or [] or [null];

    private static bool IsArray(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) is Array;

    // The left operand's type decides, and -eq on a list filters it; the short way is for what surely is no list.
    private static bool Equal(PSCmdlet cmdlet, object? expected, object? actual, bool exactly) =>
        expected is null or string or ValueType
            ? LanguagePrimitives.Equals(expected, actual, ignoreCase: !exactly)
            : Test(cmdlet, exactly ? "-ceq" : "-eq", expected, actual);
}
