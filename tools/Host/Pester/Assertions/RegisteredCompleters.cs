using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace LxcPS.Host.Pester;

/// <summary>Completers of Register-ArgumentCompleter, which PowerShell keeps to itself.</summary>
internal static class RegisteredCompleters
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

    public static bool Has(PSCmdlet cmdlet, string command, string parameter)
    {
        var context = typeof(Cmdlet).BaseType!.GetProperty("Context", Hidden)?.GetValue(cmdlet);
        var table = context?.GetType().GetProperty("CustomArgumentCompleters", Hidden)?.GetValue(context) as IDictionary;
        return table is not null && (table.Contains($"{command}:{parameter}") || table.Contains(parameter));
    }
}
