using System.Diagnostics;
using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>
/// Three receivers at 5 % loss, served gallery after gallery, and a carousel beside them, for as long as <c>GALLERY_SOAK_SECONDS</c> says (five
/// minutes otherwise): memory and descriptors stay where they were.
/// </summary>
[Trait("Category", "Long")]
public sealed class SoakTests(Lab lab, ITestOutputHelper output) : FluteHosts(lab)
{
    private const int MegaByte = 1 << 20;

    [Fact]
    public void MemoryAndDescriptorsStayFlat()
    {
        int seconds = int.TryParse(Environment.GetEnvironmentVariable("GALLERY_SOAK_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int set) ? set : 300;
        string gallery = Lab.NewGallery([.. Enumerable.Range(0, 12).Select(static i => 300_000 + 100_000 * i)]);
        string[] folders = [Lab.NewFolder(), Lab.NewFolder(), Lab.NewFolder()];
        for (int i = 0; i < 3; i++) Lose(Lab[i], "numgen random mod 100 < 5");
        PeerProcess[] receivers = [.. folders.Select((f, i) => Receiver(i, f, [.. ReceiverAddress("multicast", "4", i), "--senders", "1000000"], PeerProcess.FrugalGallery))];

        // A carousel of its own group, which nobody joins: its pace is the sender's.
        using PeerProcess carousel = PeerProcess.FrugalGallery(
            Lab[3], "send", gallery, "--protocol", "flute", "--transport", "multicast", "--to", "239.1.1.77", "--outbound-ip", "eth0", "--carousel", "--bit-rate", "5Mbps");
        PeerProcess[] watched = [.. receivers, carousel];
        var samples = watched.Select(static _ => new List<(long Memory, int Descriptors)>()).ToArray();
        var clock = Stopwatch.StartNew();
        int galleries = 0;
        for (; clock.Elapsed.TotalSeconds < seconds; galleries++)
        {
            using PeerProcess sender = MulticastSender(gallery, "--receivers", "3", "--bit-rate", "20Mbps");
            Expect.Exit(0, sender);
            for (int i = 0; i < 3; i++)
            {
                receivers[i].WaitForEvent("End", galleries + 1);
                Assert.Equal(TestGallery.HashesIn(gallery), TestGallery.HashesIn(folders[i]));
                foreach (string file in Directory.GetFiles(folders[i])) File.Delete(file);
            }

            for (int i = 0; i < watched.Length; i++) samples[i].Add(Look(watched[i].Id));
        }

        carousel.Terminate();
        Expect.Exit(0, carousel);
        Assert.InRange(galleries, 6, int.MaxValue);
        for (int i = 0; i < watched.Length; i++)
        {
            // After the first third everything has been compiled and every buffer been made.
            (long Memory, int Descriptors)[] middle = [.. samples[i].Skip(galleries / 3).Take(galleries / 3)], end = [.. samples[i].Skip(galleries / 3 * 2)];
            long before = middle.Max(static s => s.Memory), after = end.Max(static s => s.Memory);
            output.WriteLine($"{(i < 3 ? $"Receiver {i}" : "Carousel")}: {galleries} galleries in {clock.Elapsed.TotalSeconds:0} s; {samples[i][0].Memory / MegaByte} MB at first, at most {before / MegaByte} MB in the second third and {after / MegaByte} MB in the last; {middle.Max(static s => s.Descriptors)} and {end.Max(static s => s.Descriptors)} descriptors");
            Assert.InRange(after, 0, before + before / 5 + 8 * MegaByte);
            Assert.InRange(end.Max(static s => s.Descriptors), 0, middle.Max(static s => s.Descriptors) + 4);
        }

        foreach (PeerProcess receiver in receivers) Assert.Empty(receiver.Events("Error"));
    }

    private static (long Memory, int Descriptors) Look(int process)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
        string line = File.ReadLines(Path.Combine(folder, "status")).First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return (long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10, Directory.GetFileSystemEntries(Path.Combine(folder, "fd")).Length);
    }
}
