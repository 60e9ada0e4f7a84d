using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LxcPS.Host.Pester;

/// <summary>What the discovery script is told of a container. Public members are those the script uses.</summary>
public sealed class DiscoveredFile
{
    private readonly PesterBlock _root;

    internal DiscoveredFile(PesterContainer container, PesterBlock root)
    {
        _root = root;
        Script = container.Item as ScriptBlock;
        Path = (container.Item as FileInfo)?.FullName;
        // A copy: the container's data grows by the defaults while the file is being read.
        Arguments = (Hashtable)container.Data.Clone();
    }

    public ScriptBlock? Script { get; }
    public string? Path { get; }
    public Hashtable Arguments { get; }

    public void Fail(ErrorRecord error) => _root.ErrorRecord.Add(error);

    internal static IEnumerable<string> Parameters(PesterContainer container)
    {
        var ast = container.Item is FileInfo file
            ? Parser.ParseFile(file.FullName, out _, out _)
            : (ScriptBlockAst)((ScriptBlock)container.Item).Ast;
        return ast.ParamBlock?.Parameters.Select(parameter => parameter.Name.VariablePath.UserPath) ?? [];
    }
}
