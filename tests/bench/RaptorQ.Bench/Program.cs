using System.Globalization;
using RaptorQ.Bench;

string command = args.Length > 0 && !char.IsAsciiDigit(args[0][0]) ? args[0] : "speed";
int[] numbers = [.. args.Where(a => char.IsAsciiDigit(a[0])).Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
switch (command)
{
    case "speed":
        SpeedTable.Print(OrDefault(100, 250, 1000, 2000, 5000, 10_000));
        return 0;
    case "engines":
        SpeedTable.PrintEngines(OrDefault(100, 1000));
        return 0;
    case "steps":
        StepTable.Print(OrDefault(100, 1000, 10_000));
        return 0;
    case "methods" when numbers.Length > 1:
        MethodTable.Print(numbers[0], numbers[1..]);
        return 0;
    case "failures":
        FailureTable.Print(
            numbers.Length > 0 ? numbers[0] : 100_000, numbers.Length > 1 ? numbers[1..] : [5, 10, 12, 18, 20, 26, 40, 60, 100, 101]);
        return 0;
    case "loop" when numbers.Length == 2:
        SpeedTable.Loop(numbers[0], numbers[1] / 100.0);
        return 0;
    default:
        Console.Error.WriteLine("""
            RaptorQ.Bench [speed] [K ...]            the table of speeds
            RaptorQ.Bench engines [K ...]            the instruction sets of this processor compared
            RaptorQ.Bench steps [K ...]              where the time goes
            RaptorQ.Bench methods K LOST ...         the two ways to decode compared, by number of source symbols lost
            RaptorQ.Bench failures [TRIALS] [K ...]  how often K, K + 1 and K + 2 symbols are not enough
            RaptorQ.Bench loop K PERCENT             decodes for some seconds with that loss, for a profiler
            """);
        return 2;
}

int[] OrDefault(params int[] symbolCounts) => numbers.Length > 0 ? numbers : symbolCounts;
