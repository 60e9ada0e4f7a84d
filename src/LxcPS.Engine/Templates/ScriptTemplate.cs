using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>A program that makes a root file system, and writes a configuration, by the rules of lxc-create(1). The helper runs it.</summary>
public sealed class ScriptTemplate : RootfsTemplate
{
    private const string Directory = "/usr/share/lxc/templates";
    private const string Prefix = "lxc-";

    internal ScriptTemplate(string path) => Source = path;

    /// <inheritdoc/>
    public override TemplateKind Kind => TemplateKind.Script;

    /// <summary>The program, an absolute path.</summary>
    public string Source { get; }

    /// <summary>The scripts of LXC's packages, sorted.</summary>
    internal static IReadOnlyList<string> All() => System.IO.Directory.Exists(Directory)
        ? [.. System.IO.Directory.GetFiles(Directory, Prefix + "*").Order(StringComparer.Ordinal)] : [];

    /// <summary>
    /// The script that a template names: a path of an executable file whose name begins with lxc-, a file of LXC's directory, or what its name
    /// has behind lxc-; null where it is none.
    /// </summary>
    internal static string? Find(string template)
    {
        if (template.Contains('/'))
        {
            string path = Path.GetFullPath(template);
            return Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal) && File.Exists(path) && Permissions.CanAccess(path, Permissions.Execute) ? path : null;
        }

        string named = $"{Directory}/{(template.StartsWith(Prefix, StringComparison.Ordinal) ? template : Prefix + template)}";
        return File.Exists(named) ? named : null;
    }

    private protected override TemplateResult Make(TemplateContext context) =>
        throw Failed(context, $"The template script '{Source}' is run by the helper alone", "Report this as a fault of LxcPS.");
}
