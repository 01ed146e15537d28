using System.Globalization;

namespace Scale.Bench;

/// <summary>Receivers that report.</summary>
internal static class Served
{
    private const double BitRate = 10e6, MostLoss = 0.2;
    private const int Burst = 20;

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
            Row(served);
            lines.Add(new Line($"{count:#,0} receivers", [.. Curve(served.Done)]));
        }

        File.WriteAllText(Path.Combine(folder, "served.svg"), Chart.Svg("Receivers that have everything, by time", "seconds", "share of the receivers, %", lines));
    }

    private static IEnumerable<(double X, double Y)> Curve(double[] done)
    {
        for (int i = 0; i <= 200; i++) yield return (done[Math.Min(done.Length - 1, i * done.Length / 200)], i / 2.0);
    }

    private static void Row(ServedOutcome o) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {o.Receivers:#,0} | {o.Wire:0.00} | {o.Done[o.Done.Length / 2]:0.0} s | {o.Done[o.Done.Length * 99 / 100]:0.0} s | {o.Done[^1]:0.0} s | {o.Heard:0.0} s | {o.Cores:0.00} | {o.BusiestSecond:0.00} | {o.Memory / 1e6:0} MB | {o.Reports:#,0} | {o.MostReports:#,0} |"));
}
