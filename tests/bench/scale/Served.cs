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
            // From none to a fifth is lost; half of the receivers lose packets one by one, the others in bursts.
            Loss[] losses = [.. Enumerable.Range(0, count).Select(static i => new Loss(MostLoss * ((uint)i * 2654435761u >> 8) / (1u << 24), i % 2 == 0 ? 1 : Burst))];
            ServedOutcome served = new ServedSession(gallery, BitRate, losses, paced: true).Run();
            Row($"{count:#,0}", served);
            lines.Add(new Line($"{count:#,0} receivers", [.. Curve(served.Done)]));
            if (count is > ReportPacing.All and <= MostUnpaced) Row($"{count:#,0}, without thinning", new ServedSession(gallery, BitRate, losses, paced: false).Run());
        }

        File.WriteAllText(Path.Combine(folder, "served.svg"), Chart.Svg("Receivers that have everything, by time", "seconds", "share of the receivers, %", lines));
    }

    private static IEnumerable<(double X, double Y)> Curve(double[] done)
    {
        for (int i = 0; i <= 200; i++) yield return (done[Math.Min(done.Length - 1, i * done.Length / 200)], i / 2.0);
    }

    private static void Row(string receivers, ServedOutcome o) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {receivers} | {o.Wire:0.00} | {o.Done[o.Done.Length / 2]:0.0} s | {o.Done[o.Done.Length * 99 / 100]:0.0} s | {o.Done[^1]:0.0} s | {o.Heard:0.0} s | {o.Cores:0.00} | {o.BusiestSecond:0.00} | {o.Memory / 1e6:0} MB | {o.Reports:#,0} | {o.MostReports:#,0} |"));
}
