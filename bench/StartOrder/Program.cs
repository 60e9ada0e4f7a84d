using System.Diagnostics;
using System.Globalization;
using LxcPS.StartOrder;

// Writes the managed functions that a run of the helper executes to a file, in the order in which they are executed first: StartOrder
// SYMBOLS ORDER HELPER ARGUMENTS. The compiler puts them beside each other in this order, and a start touches a quarter of the pages.
(string symbols, string order, string helper) = (args[0], args[1], args[2]);
List<(ulong Address, string Name)> functions = [];
ulong start = 0;
ulong end = 0;
foreach (string[] fields in Lines("nm", "-n", symbols).Select(static line => line.Split(' ', 3)).Where(static fields => fields is [{ Length: > 0 }, _, _]))
{
    ulong address = ulong.Parse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    switch (fields[2])
    {
        case "__start___managedcode":
            start = address;
            break;
        case "__stop___managedcode":
            end = address;
            break;
        case string name when fields[1] is "t" or "T":
            functions.Add((address, name));
            break;
    }
}

Tracer tracer = new(start, end);
tracer.Run(helper, args[3..]);
List<string> names = [];
HashSet<string> known = [];
List<ulong> addresses = functions.ConvertAll(static function => function.Address);
foreach (ulong address in tracer.Executed)
{
    int at = addresses.BinarySearch(address);
    for (at = at < 0 ? ~at - 1 : at; at + 1 < addresses.Count && addresses[at + 1] <= address; at++)
    {
    }

    // One address has several names where functions are the same.
    for (int i = at; i >= 0 && addresses[i] == addresses[at]; i--)
    {
        if (known.Add(functions[i].Name))
        {
            names.Add(functions[i].Name);
        }
    }
}

File.WriteAllLines(order, names);
Console.WriteLine($"{names.Count} functions");

static IEnumerable<string> Lines(params ReadOnlySpan<string> command)
{
    using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..].ToArray()) { RedirectStandardOutput = true })!;
    return process.StandardOutput.ReadToEnd().Split('\n');
}
