using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace LxcPS.Host.Screen;

/// <summary>Text out and answers in.</summary>
internal sealed class HostUi(bool nonInteractive, ProgressLine progress) : PSHostUserInterface
{
    private readonly bool _isTerminal = !Console.IsOutputRedirected;

    public override PSHostRawUserInterface RawUI { get; } = new RawUi();

    public override bool SupportsVirtualTerminal => _isTerminal;

    private static bool IsStyled => PSStyle.Instance.OutputRendering != OutputRendering.PlainText;

    public override void Write(string value)
    {
        progress.Clear();
        Console.Out.Write(_isTerminal && IsStyled ? value : CellWidth.StripEscapes(value));
    }

    public override void Write(ConsoleColor foreground, ConsoleColor background, string value) =>
        Write(Colour(value, foreground, background));

    public override void WriteLine() => WriteLine("");

    public override void WriteLine(string value)
    {
        Write(value + "\n");
    }

    public override void WriteLine(ConsoleColor foreground, ConsoleColor background, string value) =>
        WriteLine(Colour(value, foreground, background));

    public override void WriteErrorLine(string value)
    {
        progress.Clear();
        if (Console.IsErrorRedirected || !IsStyled)
        {
            value = CellWidth.StripEscapes(value);
        }
        else if (!value.Contains('\e', StringComparison.Ordinal))
        {
            value = $"{PSStyle.Instance.Formatting.Error}{value}{PSStyle.Instance.Reset}";
        }

        Console.Error.WriteLine(value);
    }

    public override void WriteDebugLine(string message) => WritePrefixed("DEBUG: ", message, PSStyle.Instance.Formatting.Debug);

    public override void WriteVerboseLine(string message) => WritePrefixed("VERBOSE: ", message, PSStyle.Instance.Formatting.Verbose);

    public override void WriteWarningLine(string message) => WritePrefixed("WARNING: ", message, PSStyle.Instance.Formatting.Warning);

    public override void WriteInformation(InformationRecord record)
    {
        // Whoever wants it shown has written it already, and nothing keeps a transcript here.
    }

    public override void WriteProgress(long sourceId, ProgressRecord record) => progress.Show(record);

    public override string ReadLine() => Ask("") ?? "";

    public override SecureString ReadLineAsSecureString() => AskSecret("");

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        ThrowIfNonInteractive();
        return new FieldPrompt(this).Ask(caption, message, descriptions);
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        // The question is shown also where nobody can answer: the reading fails, as in PowerShell.
        return new ChoicePrompt(this).Ask(caption, message, choices, defaultChoice);
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName,
        PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        ThrowIfNonInteractive();
        WriteLine();
        WriteLine(caption);
        WriteLine(message);
        var user = string.IsNullOrEmpty(userName) ? Ask("User: ") ?? "" : userName;
        return new PSCredential(user, AskSecret($"Password for user {user}: "));
    }

    /// <summary>One line of answer; null if there is nobody to give one.</summary>
    public string? Ask(string question)
    {
        ThrowIfNonInteractive();
        Write(question);
        return Console.IsInputRedirected ? Console.In.ReadLine() : new AnswerReader().Read();
    }

    public SecureString AskSecret(string question)
    {
        ThrowIfNonInteractive();
        Write(question);
        var secret = new SecureString();
        foreach (var c in (Console.IsInputRedirected ? Console.In.ReadLine() : new AnswerReader('*').Read()) ?? "")
        {
            secret.AppendChar(c);
        }

        return secret;
    }

    private void ThrowIfNonInteractive()
    {
        if (nonInteractive)
        {
            throw new PSInvalidOperationException("PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.");
        }
    }

    private void WritePrefixed(string prefix, string message, string style) =>
        WriteLine($"{style}{prefix}{message}{PSStyle.Instance.Reset}");

    private static string Colour(string value, ConsoleColor foreground, ConsoleColor background)
    {
        var style = (Enum.IsDefined(foreground) ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "")
            + (Enum.IsDefined(background) ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "");
        return style.Length == 0 ? value : style + value + PSStyle.Instance.Reset;
    }
}
