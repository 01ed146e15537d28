using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>
/// Receivers and senders of Flute that are killed (SIGKILL) at any moment, again and again until the gallery is complete: no finished image is
/// lost, none is wrong, and what is there is not sent again.
/// </summary>
public sealed class KilledReceiverTests(ITestOutputHelper output)
{
    // In a packet of 1500 bytes: without the headers of IP, UDP, LCT and FEC.
    private const int SymbolBytes = 1456;

    [Fact]
    public void AFewKills() => KillUntilComplete(2, seed: 1, images: 4, bytes: 5_000_000);

    [Fact, Trait("Category", "Long")]
    public void TwoHundredKills() => KillUntilComplete(200, seed: 2, images: 16, bytes: 5_000_000);

    private void KillUntilComplete(int kills, int seed, int images, int bytes)
    {
        string gallery = TestGallery.NewFolder();
        try
        {
            TestGallery.Write(gallery, [.. Enumerable.Range(0, images).Select(i => bytes + 100_000 * i)]);
            var random = new Random(seed);
            double worst = 0;
            int galleries = 0;
            for (int killed = 0; killed < kills || galleries == 0; galleries++)
            {
                (int times, double ratio) = KillUntilComplete(gallery, random, Math.Min(kills - killed, random.Next(2, 6)));
                killed += times;
                worst = Math.Max(worst, ratio);
            }

            output.WriteLine($"{kills} kills, {galleries} complete galleries; at most {worst:0.000} times what was missing was sent");
            Assert.InRange(worst, 1, 1.05);
        }
        finally
        {
            Directory.Delete(gallery, recursive: true);
        }
    }

    // One gallery, until it is complete. Gives the kills, and how much the last sender sent of what was missing.
    private static (int Kills, double Ratio) KillUntilComplete(string gallery, Random random, int mostKills)
    {
        string folder = TestGallery.NewFolder();
        try
        {
            Dictionary<string, string> originals = Named(gallery);
            long all = Directory.GetFiles(gallery).Sum(static f => new FileInfo(f).Length);
            var finished = new HashSet<string>(StringComparer.Ordinal);
            for (int kills = 0; ; kills++)
            {
                long missing = all - Kept(folder);
                using PeerProcess receiver = PeerProcess.Gallery(null, "receive", "--protocol", "flute", "--port", "25979", "-o", folder, "--resume").WaitForReady();
                using PeerProcess sender = PeerProcess.Gallery(null, "send", gallery, "--protocol", "flute", "--port", "25979", "--receivers", "1", "--bit-rate", "250Mbps", "--mtu", "1500");
                if (kills < mostKills)
                {
                    PeerProcess victim = random.Next(2) == 0 ? receiver : sender, other = victim == receiver ? sender : receiver;

                    // From the first image on; before that nothing is there to be lost, and programs take long to start.
                    receiver.WaitForEvent("Image");
                    Thread.Sleep(random.Next(0, 700));
                    victim.Kill();
                    victim.WaitForExit();
                    other.Terminate();
                    other.WaitForExit();
                }
                else
                {
                    Expect.Exit(0, sender);
                    Expect.Exit(0, receiver);
                }

                Dictionary<string, string> there = Named(folder);
                Assert.All(there, f => Assert.Equal(originals[f.Key], f.Value));
                Assert.Subset(there.Keys.ToHashSet(), finished);
                finished.UnionWith(there.Keys);
                if (kills < mostKills && there.Count < originals.Count) continue;

                Assert.Equal(originals.Keys.Order(StringComparer.Ordinal), there.Keys.Order(StringComparer.Ordinal));
                if (kills < mostKills) return (kills + 1, 1);
                Assert.DoesNotContain(Directory.GetFiles(folder), static f => Path.GetFileName(f).StartsWith(".gallery-", StringComparison.Ordinal));
                JsonElement summary = sender.Events("Summary")[0];
                return (kills, missing == 0 ? 1 : (double)summary.GetProperty("Datagrams").GetInt64() * SymbolBytes / missing);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<string, string> Named(string folder) => Directory.GetFiles(folder)
        .Where(static f => !Path.GetFileName(f).StartsWith(".gallery-", StringComparison.Ordinal))
        .ToDictionary(static f => Path.GetFileName(f), static f => TestGallery.Hashes([f])[0], StringComparer.Ordinal);

    // Bytes that need not be sent again: whole images, and the parts that the journals name.
    private static long Kept(string folder)
    {
        long kept = 0;
        foreach (string file in Directory.GetFiles(folder))
        {
            if (!Path.GetFileName(file).StartsWith(".gallery-", StringComparison.Ordinal)) kept += new FileInfo(file).Length;
            if (!file.EndsWith(".journal", StringComparison.Ordinal)) continue;
            byte[] journal = File.ReadAllBytes(file);
            for (int record = 0; record + 48 <= journal.Length; record += 48) kept += System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(journal.AsSpan(record + 8));
        }

        return kept;
    }
}
