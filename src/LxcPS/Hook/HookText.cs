using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Hooks;

namespace LxcPS.Commands;

/// <summary>The text of a script that is a hook: a program by its first line, which calls the module's hook.ps1 with the user's script.</summary>
internal static class HookText
{
    /// <summary>The whole script.</summary>
    /// <exception cref="LxcException">HookInvalid: there is no PowerShell to run it.</exception>
    internal static string Of(HookEvent hook, string script, string home) => string.Join('\n',
    [
        $"#!/usr/bin/env -S {Word(ShellPath(home))} -NoProfile -NonInteractive -File",
        "# A hook of LxcPS. Get-LxcHook shows it, Unregister-LxcHook removes it. What is between the marks is its script.",
        $"$module = '{ModuleFiles.ManifestPath.Replace("'", "''")}'",
        "if (-not (Test-Path -LiteralPath $module)) { $module = 'LxcPS' }",
        "Import-Module $module",
        $"& \"$((Get-Module LxcPS).ModuleBase)/hook.ps1\" -Event {hook} -Script {{",
        "#--- script",
        script.Trim('\r', '\n'),
        "#--- end",
        "}",
        "exit $LASTEXITCODE",
        string.Empty,
    ]);

    /// <summary>The user's script in the text of a hook; the whole text where that is none of ours.</summary>
    internal static string ScriptIn(string text)
    {
        const string First = "\n#--- script\n";
        const string Last = "\n#--- end\n";
        int begin = text.IndexOf(First, StringComparison.Ordinal);
        int end = text.LastIndexOf(Last, StringComparison.Ordinal);
        return begin < 0 || end < begin + First.Length - 1 ? text : text[Math.Min(begin + First.Length, end)..end];
    }

    // The program that runs this session where that is a PowerShell; a hook runs outside of it.
    private static string ShellPath(string home)
    {
        string?[] candidates =
        [
            Environment.ProcessPath is { } own && Path.GetFileName(own) is "pwsh" or "pwsh-preview" or "lxcps-host" ? own : null,
            Path.Combine(home, "pwsh"),
            .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Select(directory => Path.Combine(directory, "pwsh")),
        ];
        return candidates.FirstOrDefault(File.Exists) ?? throw new LxcException(LxcErrorId.HookInvalid, "No program is found that could run a script of PowerShell as a hook")
        {
            Advice = "Install pwsh, or put it on PATH.",
        };
    }

    // As env -S takes words.
    private static string Word(string path) => path.AsSpan().IndexOfAny(" '\"\\$#") < 0 ? path : $"'{path.Replace(@"\", @"\\").Replace("'", @"\'")}'";
}
