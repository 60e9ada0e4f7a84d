using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Completes what templates of images are told: well-known words, beside which others are allowed.</summary>
public sealed class ImageWordCompleter : IArgumentCompleter
{
    private static readonly string[] Debian = ["stable", "testing", "sid", "trixie", "bookworm", "bullseye"];
    private static readonly string[] Ubuntu = ["noble", "jammy"];
    private static readonly string[] Architectures = ["amd64", "arm64", "i386", "armhf"];
    private static readonly string[] Variants = ["default", "minbase", "apt", "required", "important", "standard"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Of(parameterName switch
        {
            "Template" => ImageRequest.Templates,
            "Release" => fakeBoundParameters["Template"]?.ToString()?.ToLowerInvariant() switch { "debian" => Debian, "ubuntu" => Ubuntu, _ => [.. Debian, .. Ubuntu] },
            "Architecture" => Architectures,
            _ => Variants,
        }, wordToComplete);
}
