using System.Globalization;
using System.Runtime.InteropServices;
using Flute;

namespace Scale.Bench;

/// <summary>Nobody reports: how much more than the data must be sent for 99.9 % of the receivers to have everything.</summary>
internal static class OpenSession
{
    private const double Wanted = 0.999;
    private const int Many = 1_000_000, Fewer = 100_000, WindowPackets = 16;
    private static readonly Loss[] Losses = [new(0.01, 1), new(0.05, 1), new(0.1, 1), new(0.2, 1), new(0.01, 20), new(0.05, 20), new(0.1, 20), new(0.2, 20)];

    public static void Measure(Gallery gallery, string folder)
    {
        (List<short> log, List<Window> windows) = Sent(gallery);
        double source = gallery.Blocks.Sum(static b => b.K);
        Console.WriteLine();
        Console.WriteLine("| loss | computed | simulated | receivers | with the computed one have everything |");
        Console.WriteLine("|---|---|---|---|---|");
        var lines = new List<Line>();
        foreach (Loss loss in Losses)
        {
            int receivers = loss.Share / loss.Burst <= 0.05 ? Many : Fewer;
            double computed = Computed(gallery, loss);
            int[] needed = new int[windows.Count + 1];
            for (int i = 0; i < receivers; i++)
            {
                var receiver = new Receiver(gallery, loss, (ulong)i);
                int w = 0;
                for (; w < windows.Count && !receiver.HasAll; w++) receiver.Take(CollectionsMarshal.AsSpan(log), windows[w]);
                needed[receiver.HasAll ? w - 1 : windows.Count]++;
            }

            var curve = new List<(double, double)>();
            double have = 0, at = 0, simulated = double.NaN;
            for (int w = 0; w < windows.Count; w++)
            {
                have += needed[w];
                double redundancy = windows[w].To / source - 1;
                if (redundancy >= 0) curve.Add((redundancy * 100, have * 100 / receivers));
                if (double.IsNaN(simulated) && have / receivers >= Wanted) simulated = redundancy;
                if (redundancy <= computed + 1e-9) at = have / receivers;
            }

            string name = loss.Burst == 1 ? $"{loss.Share:P0} one by one" : $"{loss.Share:P0} in bursts of {loss.Burst}";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {computed:0.0 %} | {simulated:0.0 %} | {receivers:#,0} | {at:0.000 %} |"));
            lines.Add(new Line(name, [.. curve.Where(static c => c.Item1 <= 60)]));
        }

        File.WriteAllText(Path.Combine(folder, "open.svg"), Chart.Svg("Receivers that have everything without reports, by redundancy", "redundancy, %", "share of the receivers, %", lines));
    }

    private static (List<short> Log, List<Window> Windows) Sent(Gallery gallery)
    {
        using FluteSender sender = gallery.Sender(new FluteSenderOptions { Tsi = 1, Redundancy = 1 });
        var log = new List<short>();
        var windows = new List<Window>();
        byte[] packet = new byte[2000];
        int from = 0;
        for (TimeSpan now = TimeSpan.Zero; !sender.IsFinished; now += TimeSpan.FromMilliseconds(1))
        {
            if (sender.TryRead(now, packet) is var length and > 0 && gallery.Look(packet.AsSpan(0, length)).Block is var block and >= 0) log.Add(block);

            // Before as much as the data was sent nobody can have everything.
            if (log.Count < gallery.Blocks.Sum(static b => b.K) || log.Count - from < WindowPackets) continue;
            windows.Add(Window.Of(log, from));
            from = log.Count;
        }

        return (log, windows);
    }

    /// <summary>
    /// Each block needs K symbols of those sent for it. How many arrive is taken as normally distributed; blocks are sent in turns,
    /// so that of a burst each has its share, and losses of one block hang together the less the more blocks there are.
    /// </summary>
    private static double Computed(Gallery gallery, Loss loss)
    {
        double correlation = loss.Burst == 1 ? 0 : Math.Pow(1 - 1.0 / loss.Burst - loss.Share / (loss.Burst * (1 - loss.Share)), gallery.Blocks.Count);
        double spread = (1 + correlation) / (1 - correlation);
        for (double redundancy = 0; ; redundancy += 0.001)
        {
            double all = 1;
            foreach ((_, _, int k) in gallery.Blocks)
            {
                double sent = k * (1 + redundancy);
                all *= Normal((sent * (1 - loss.Share) - k - 0.5) / Math.Sqrt(sent * loss.Share * (1 - loss.Share) * spread));
            }

            if (all >= Wanted) return redundancy;
        }
    }

    // Abramowitz and Stegun 26.2.17; wrong by less than 1e-7.
    private static double Normal(double x)
    {
        double t = 1 / (1 + 0.2316419 * Math.Abs(x));
        double tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return x >= 0 ? 1 - tail : tail;
    }
}
