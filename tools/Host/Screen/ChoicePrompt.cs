using System.Collections.ObjectModel;
using System.Management.Automation.Host;

namespace LxcPS.Host.Screen;

/// <summary>A question with named answers, as -Confirm asks it.</summary>
internal sealed class ChoicePrompt(HostUi ui)
{
    public int Ask(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        ui.WriteLine();
        foreach (var line in new[] { caption, message }.Where(line => !string.IsNullOrEmpty(line)))
        {
            ui.WriteLine(line);
        }

        var labels = choices.Select(Split).ToArray();
        var question = string.Concat(labels.Select(label => $"[{label.Key}] {label.Text}  ")) + "[?] Help"
            + (defaultChoice >= 0 ? $" (default is \"{Shown(labels[defaultChoice])}\"): " : ": ");
        while (true)
        {
            // To go on without an answer would be to guess it.
            var answer = ui.Ask(question)?.Trim() ?? throw new HostException($"There is no more input to answer the question: {message}");
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (answer.Length > 0 && Array.FindIndex(labels, label => Matches(label, answer)) is >= 0 and var chosen)
            {
                return chosen;
            }

            for (var i = 0; answer == "?" && i < labels.Length; i++)
            {
                ui.WriteLine($"{Shown(labels[i])} - {choices[i].HelpMessage}");
            }
        }
    }

    private static bool Matches((string Key, string Text) label, string answer) =>
        answer.Equals(label.Key, StringComparison.OrdinalIgnoreCase) || answer.Equals(label.Text, StringComparison.OrdinalIgnoreCase);

    private static string Shown((string Key, string Text) label) => label.Key.Length > 0 ? label.Key : label.Text;

    // "&Yes" is Yes, by the letter Y.
    private static (string Key, string Text) Split(ChoiceDescription choice)
    {
        var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark < 0 || mark + 1 >= choice.Label.Length
            ? ("", choice.Label)
            : (choice.Label[(mark + 1)..(mark + 2)].ToUpperInvariant(), choice.Label.Remove(mark, 1));
    }
}
