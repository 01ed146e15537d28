using System.Globalization;
using RaptorQ.Bench;

// Usage: RaptorQ.Bench [speed] [K ...]      the table of speeds
//        RaptorQ.Bench failures [TRIALS] [K ...]   decoding failures by overhead
//        RaptorQ.Bench steps [K ...]        where the time goes
//        RaptorQ.Bench methods K LOST ...   the two ways to decode compared, by source symbols lost
//        RaptorQ.Bench loop K LOSS          decodes for some seconds with LOSS % of the source symbols lost, for a profiler
//        RaptorQ.Bench engines [K ...]      the instruction sets compared
string command = args.Length > 0 && !char.IsAsciiDigit(args[0][0]) ? args[0] : "speed";
int[] numbers = [.. args.Where(a => char.IsAsciiDigit(a[0])).Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
switch (command)
{
    case "speed":
        SpeedTable.Print(numbers.Length > 0 ? numbers : [10, 100, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]);
        return 0;
    case "failures":
        FailureTable.Print(
            numbers.Length > 0 ? numbers[0] : 200_000, numbers.Length > 1 ? numbers[1..] : [5, 10, 12, 18, 20, 26, 40, 60, 100, 101]);
        return 0;
    case "methods":
        MethodTable.Print(numbers[0], numbers[1..]);
        return 0;
    case "loop":
        SpeedTable.Loop(numbers[0], numbers[1] / 100.0);
        return 0;
    case "steps":
        StepTable.Print(numbers.Length > 0 ? numbers : [100, 1000, 10_000]);
        return 0;
    default:
        Console.Error.WriteLine($"Unknown command '{command}'.");
        return 2;
}
