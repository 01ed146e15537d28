using System.Globalization;
using Flute;

namespace Scale.Bench;

/// <summary>Receivers that report.</summary>
internal static class Served
{
    private const double BitRate = 10e6, MostLoss = 0.2;
    private const int Burst = 20;

    // With more receivers it takes too long to let each report as often as it likes.
    private const int MostUnpaced = 100;

    public static void Measure(Gallery gallery, IReadOnlyList<int> counts, string folder)
    {
        Console.WriteLine("| receivers | bytes sent / data | median | 99 % | last | sender knows | processors, mean | busiest second | memory | reports a second | busiest second |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        var lines = new List<Line>();
        foreach (int count in counts)
        {
            ServedOutcome served = Run(gallery, count);
            Console.WriteLine(Row($"{count:#,0}", served));
            lines.Add(new Line($"{count:#,0} receivers", [.. Curve(served.Done)]));
            if (count is > ReportPacing.All and <= MostUnpaced) Console.WriteLine(Row($"{count:#,0}, without thinning", Run(gallery, count, paced: false)));
        }

        File.WriteAllText(Path.Combine(folder, "served.svg"), Chart.Svg("Receivers that have everything, by time", "seconds", "share of the receivers, %", lines));
    }

    /// <summary>Serves so many receivers. From none to a fifth is lost; half of them lose packets one by one, the others in bursts.</summary>
    public static ServedOutcome Run(Gallery gallery, int receivers, bool paced = true)
    {
        Loss[] losses = [.. Enumerable.Range(0, receivers).Select(static i => new Loss(MostLoss * ((uint)i * 2654435761u >> 8) / (1u << 24), i % 2 == 0 ? 1 : Burst))];
        return new ServedSession(gallery, BitRate, losses, paced).Run();
    }

    /// <summary>A line of the table.</summary>
    public static string Row(string receivers, ServedOutcome o) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {receivers} | {o.Wire:0.00} | {o.Done[o.Done.Length / 2]:0.0} s | {o.Done[o.Done.Length * 99 / 100]:0.0} s | {o.Done[^1]:0.0} s | {o.Heard:0.0} s | {o.Cores:0.00} | {o.BusiestSecond:0.00} | {o.Memory / 1e6:0} MB | {o.Reports:#,0} | {o.MostReports:#,0} |");

    private static IEnumerable<(double X, double Y)> Curve(double[] done)
    {
        for (int i = 0; i <= 200; i++) yield return (done[Math.Min(done.Length - 1, i * done.Length / 200)], i / 2.0);
    }
}
