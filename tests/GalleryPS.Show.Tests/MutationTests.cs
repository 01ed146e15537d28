using System.Diagnostics;
using System.Globalization;

namespace GalleryPS.Show.Tests;

/// <summary>
/// Mutated pictures of every format through every decode path: pixels or a declared error come back, within 5 s, within
/// bounds of memory.
/// </summary>
/// <remarks>
/// GALLERY_MUTATIONS sets how many there are of each format. What fails is left in the temporary folder as mutated-*.bin.
/// </remarks>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Usual = 200_000;
    private const long MostMemory = 1L << 30;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly string[] Declared =
        [ErrorIds.NotAnImage, ErrorIds.BrokenImage, ErrorIds.ImageNotDecodable, ErrorIds.TooManyPixels, ErrorIds.ImageTooLarge];

    // Small limits, so that the many whose size was hit cost little; what the usual ones allow is tried now and then.
    private static readonly ImageDecoder Small = new(new ImagingLimits { MaxPixels = 1_000_000, MaxAnimationBytes = 4 << 20, MaxFrames = 20 });

    [Theory, Trait("Category", "Long")]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("bmp")]
    [InlineData("webp")]
    [InlineData("tif")]
    public void MutatedPicturesGiveDeclaredErrorsInTime(string extension)
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("GALLERY_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out int wanted) ? wanted : Usual;
        Run(extension, count, seed: 11);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("bmp")]
    [InlineData("webp")]
    [InlineData("tif")]
    public void SomeMutatedPicturesGiveDeclaredErrorsInTime(string extension) => Run(extension, 500, seed: 12);

    private void Run(string extension, int count, int seed)
    {
        List<byte[]> seeds = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), "*." + extension)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(static file => file.Length < 40_000), .. SeedPictures.Of(extension)];
        Assert.NotEmpty(seeds);
        var random = new Random(seed);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        byte[] current = [];
        long started = 0, seen = 0, peak = 0;
        TimeSpan slowest = default, spent = default;
        string? unexpected = null;
        using var own = Process.GetCurrentProcess();
        long before = own.WorkingSet64;

        // A decode that does not end cannot be stopped; the test ends all the same.
        var work = new Thread(() =>
        {
            for (int i = 0; i < count && unexpected is null; i++)
            {
                current = Mutate(seeds[random.Next(seeds.Count)], seeds, random);

                // Wrong check sums are refused before anything else could go wrong.
                if (extension == "png" && i % 4 != 0) current = Pictures.WithRightChecksums(current);
                Volatile.Write(ref started, Stopwatch.GetTimestamp());
                string outcome = "Decoded";
                try
                {
                    Decode(current, i);
                }
                catch (GalleryException e)
                {
                    outcome = e.Id;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    unexpected = $"{Keep(current, extension)}: {e}";
                    return;
                }

                TimeSpan took = Stopwatch.GetElapsedTime(Volatile.Read(ref started));
                Volatile.Write(ref started, 0);
                if (took > slowest) slowest = took;
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            }
        });
        work.IsBackground = true;
        work.Start();
        while (!work.Join(50))
        {
            own.Refresh();
            peak = Math.Max(peak, own.WorkingSet64);
            long since = Volatile.Read(ref started);
            if (since != seen) (seen, spent) = (since, own.TotalProcessorTime);

            // On a busy machine a thread may get nothing for seconds: what counts is the time it had.
            bool hangs = since != 0 && (own.TotalProcessorTime - spent > Longest || Stopwatch.GetElapsedTime(since) > 12 * Longest);
            if (hangs) Assert.Fail($"A decode takes longer than {Longest.TotalSeconds} s: {Keep(current, extension)}");
        }

        Assert.Null(unexpected);
        output.WriteLine($"{extension}: {count:N0} mutations of {seeds.Count} pictures: {string.Join(", ", outcomes.Select(o => $"{o.Key} {o.Value:N0}"))}; slowest {slowest.TotalMilliseconds:0} ms, memory +{(peak - before) >> 20} MB");
        Assert.All(outcomes.Keys, id => Assert.Contains(id, (IEnumerable<string>)[.. Declared, "Decoded"]));
        Assert.True(peak - before < MostMemory, $"{(peak - before) >> 20} MB");
        Assert.True(outcomes.GetValueOrDefault("Decoded") > 0 && outcomes.Count > 1);
    }

    /// <summary>Each path in turn; all of them take the same bytes at some time.</summary>
    private static void Decode(byte[] data, int i)
    {
        ImageDecoder decoder = i % 500 == 499 ? ImageDecoder.Default : Small;
        switch (i % 5)
        {
            case 0: decoder.Decode("m", data); break;
            case 1: decoder.Thumbnail("m", data, 128); break;
            case 2: decoder.Thumbnail("m", data, 64, embedded: true); break;
            case 3: decoder.Fit("m", data, 2000, CancellationToken.None); break;
            default: decoder.DecodeFrames("m", data, static size => size.FitInto(new PixelSize(48, 48))); break;
        }
    }

    /// <summary>Bytes set, lengths and counts set to what is special, pieces cut out, doubled, or taken from another picture.</summary>
    private static byte[] Mutate(byte[] original, List<byte[]> others, Random random)
    {
        byte[] data = [.. original];
        for (int n = 1 + random.Next(6); n > 0 && data.Length > 16; n--)
        {
            // The structure is in the first bytes, mostly.
            int at = random.Next(3) == 0 ? random.Next(data.Length - 8) : random.Next(Math.Min(data.Length - 8, 400));
            switch (random.Next(8))
            {
                case 0 or 1: data[at] = (byte)random.Next(256); break;
                case 2: data[at] ^= (byte)(1 << random.Next(8)); break;
                case 3: data.AsSpan(at, 1 << random.Next(3)).Fill(random.Next(2) == 0 ? (byte)0xFF : (byte)0); break;
                case 4: BitConverter.TryWriteBytes(data.AsSpan(at), random.Next(4) switch { 0 => int.MaxValue, 1 => random.Next(70_000), 2 => data.Length, _ => -1 }); break;
                case 5: data = data[..(at + random.Next(data.Length - at))]; break;
                case 6:
                    int length = random.Next(Math.Min(200, data.Length - at));
                    data = random.Next(2) == 0 ? [.. data[..at], .. data[(at + length)..]] : [.. data[..(at + length)], .. data[at..]];
                    break;
                default:
                    byte[] other = others[random.Next(others.Count)];
                    int from = random.Next(other.Length), take = Math.Min(random.Next(100), Math.Min(other.Length - from, data.Length - at));
                    other.AsSpan(from, take).CopyTo(data.AsSpan(at));
                    break;
            }
        }

        return data;
    }

    private static string Keep(byte[] data, string extension)
    {
        string path = Path.Combine(Path.GetTempPath(), $"mutated-{Guid.NewGuid():N}.{extension}.bin");
        File.WriteAllBytes(path, data);
        return path;
    }
}
