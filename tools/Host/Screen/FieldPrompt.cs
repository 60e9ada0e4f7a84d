using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace LxcPS.Host.Screen;

/// <summary>Asks for values by name, as for mandatory parameters that were not given.</summary>
internal sealed class FieldPrompt(HostUi ui)
{
    public Dictionary<string, PSObject> Ask(string caption, string message, Collection<FieldDescription> descriptions)
    {
        if (!string.IsNullOrEmpty(caption) || !string.IsNullOrEmpty(message))
        {
            ui.WriteLine();
        }

        foreach (var line in new[] { caption, message }.Where(line => !string.IsNullOrEmpty(line)))
        {
            ui.WriteLine(line);
        }

        return descriptions.ToDictionary(field => field.Name, field => PSObject.AsPSObject(Ask(field)));
    }

    private object Ask(FieldDescription field)
    {
        var type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        var label = string.IsNullOrEmpty(field.Label) ? field.Name : field.Label.Replace("&", "", StringComparison.Ordinal);
        if (!type.IsArray && type != typeof(IList) && type != typeof(ArrayList))
        {
            return AskOne(label, type, emptyEnds: false)!;
        }

        var element = type.GetElementType() ?? typeof(object);
        var values = new List<object>();
        while (AskOne($"{label}[{values.Count}]", element, emptyEnds: true) is { } value)
        {
            values.Add(value);
        }

        return LanguagePrimitives.ConvertTo(values.ToArray(), type, CultureOf());
    }

    private object? AskOne(string label, Type type, bool emptyEnds)
    {
        while (true)
        {
            if (type == typeof(SecureString))
            {
                return ui.AskSecret($"{label}: ");
            }

            if (type == typeof(PSCredential))
            {
                return ui.PromptForCredential(label, "", "", "");
            }

            var answer = ui.Ask($"{label}: ") ?? "";
            if (answer.Length == 0 && emptyEnds)
            {
                return null;
            }

            if (LanguagePrimitives.TryConvertTo(answer, type, out var value))
            {
                return value;
            }

            ui.WriteErrorLine($"Cannot convert \"{answer}\" to {type.Name}.");
            if (Console.IsInputRedirected)
            {
                return LanguagePrimitives.ConvertTo(answer, type, CultureOf());
            }
        }
    }

    private static IFormatProvider CultureOf() => System.Globalization.CultureInfo.CurrentCulture;
}
