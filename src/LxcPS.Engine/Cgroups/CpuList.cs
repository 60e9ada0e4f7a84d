using System.Text;

namespace LxcPS.Engine.Cgroups;

/// <summary>Lists of numbers as cpuset files have them: <c>0-3,8,10-11</c>. See cpuset(7), "List format".</summary>
public static class CpuList
{
    /// <summary>More CPUs than any kernel is built for; a bound on what a list can make us allocate.</summary>
    private const int Largest = 65_535;

    /// <summary>Reads a list; false where it is none, or empty.</summary>
    public static bool TryParse(string text, out IReadOnlyList<int> numbers)
    {
        List<int> found = [];
        numbers = found;
        foreach (string part in text.Trim().Split(','))
        {
            int dash = part.IndexOf('-');
            if (!TryNumber(dash < 0 ? part : part[..dash], out int first) || !TryNumber(part[(dash + 1)..], out int last) || last < first)
            {
                return false;
            }

            for (int number = first; number <= last; number++)
            {
                found.Add(number);
            }
        }

        return true;
    }

    /// <summary>Writes a list with its runs joined.</summary>
    public static string Format(IReadOnlyList<int> numbers)
    {
        StringBuilder text = new();
        for (int i = 0; i < numbers.Count;)
        {
            int end = i;
            while (end + 1 < numbers.Count && numbers[end + 1] == numbers[end] + 1)
            {
                end++;
            }

            text.Append(text.Length == 0 ? string.Empty : ",").Append(numbers[i]);
            if (end > i)
            {
                text.Append('-').Append(numbers[end]);
            }

            i = end + 1;
        }

        return text.ToString();
    }

    /// <summary>The first list without the numbers of the second; the first as it is where nothing would be left or one is no list.</summary>
    internal static string Subtract(string list, string without)
    {
        if (!TryParse(list, out IReadOnlyList<int> numbers) || !TryParse(without, out IReadOnlyList<int> removed))
        {
            return list;
        }

        HashSet<int> gone = [.. removed];
        List<int> rest = [];
        foreach (int number in numbers)
        {
            if (!gone.Contains(number))
            {
                rest.Add(number);
            }
        }

        return rest.Count == 0 ? list : Format(rest);
    }

    private static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length is > 0 and <= 5 && int.TryParse(text, System.Globalization.NumberStyles.None, null, out number) && number <= Largest;
    }
}
