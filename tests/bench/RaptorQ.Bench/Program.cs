using System.Globalization;
using RaptorQ.Bench;

// Usage: RaptorQ.Bench [speed] [K ...]      the table of speeds
//        RaptorQ.Bench failures [trials]    decoding failures by overhead
//        RaptorQ.Bench engines [K ...]      the instruction sets compared
string command = args.Length > 0 && !char.IsAsciiDigit(args[0][0]) ? args[0] : "speed";
int[] numbers = [.. args.Where(a => char.IsAsciiDigit(a[0])).Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
switch (command)
{
    case "speed":
        SpeedTable.Print(numbers.Length > 0 ? numbers : [10, 100, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]);
        return 0;
    default:
        Console.Error.WriteLine($"Unknown command '{command}'.");
        return 2;
}
