using System.Globalization;

namespace GalleryPS.Labs;

/// <summary>
/// Which of many packets are lost when losses come in bursts: the model of Gilbert, played beforehand. A link is good or bad; it stays
/// bad for so many packets on average, and turns bad so often that the share is right. The firewall counts packets and looks them up.
/// </summary>
internal static class LossPattern
{
    /// <summary>After so many packets it begins again.</summary>
    public const int Length = 20_000;

    /// <summary>The packets that are lost, in the language of nft.</summary>
    /// <param name="loss">The share, more than 0 and less than 1.</param>
    /// <param name="burst">Mean length of a burst, in packets.</param>
    /// <param name="seed">Makes the patterns of links differ.</param>
    public static string Ranges(double loss, double burst, int seed)
    {
        var random = new Random(seed);
        int lost = Math.Max(1, (int)Math.Round(loss * Length)), bursts = Math.Max(1, (int)Math.Round(lost / burst));
        bursts = Math.Min(bursts, Length - lost);

        // Both what is lost and what is not is cut into as many pieces, at random places: so the share is exact.
        int[] bad = Pieces(lost, bursts, random), good = Pieces(Length - lost, bursts, random);
        var ranges = new List<string>();
        int at = 0;
        for (int i = 0; i < bursts; i++)
        {
            at += good[i];
            ranges.Add(string.Create(CultureInfo.InvariantCulture, $"{at}-{at + bad[i] - 1} : drop"));
            at += bad[i];
        }

        return string.Join(", ", ranges);
    }

    // Pieces of one packet at least.
    private static int[] Pieces(int total, int count, Random random)
    {
        int[] places = [.. Enumerable.Range(1, total - 1)];
        random.Shuffle(places);
        int[] cuts = [0, .. places.Take(count - 1).Order(), total];
        return [.. cuts.Zip(cuts.Skip(1), static (from, to) => to - from)];
    }
}
