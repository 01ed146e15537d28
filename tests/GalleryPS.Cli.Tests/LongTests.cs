using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>What takes long: many runs, and gigabytes.</summary>
[Trait("Category", "Long")]
public sealed class LongTests(Lab lab) : IClassFixture<Lab>
{
    [Theory]
    [InlineData("unicast")]
    [InlineData("broadcast")]
    [InlineData("multicast")]
    [InlineData("tcp")]
    public void TheSampleGalleryArrivesWholeAtThreeHostsEveryTimeOutOfTwenty(string transport)
    {
        string samples = Path.Combine(AppContext.BaseDirectory, "samples", "small");
        IReadOnlyList<string> wanted = TestGallery.Hashes(Directory.GetFiles(samples, "*.jpg"));
        Assert.True(wanted.Count >= 6);
        for (int run = 0; run < 20; run++)
        {
            string[] folders = [lab.NewFolder(), lab.NewFolder(), lab.NewFolder()];
            PeerProcess[] receivers = [.. folders.Select((folder, i) => PeerProcess.Gallery(
                lab[i], "receive", "--transport", transport, "--address", transport switch { "multicast" => "239.25.25.25", "broadcast" => "10.77.0.255", _ => lab[i].IPv4 },
                "--arrival-ip", "eth0", "-o", folder, "--idle-timeout", "20").WaitForReady())];
            string[] to = transport is "unicast" or "tcp" ? ["--to", $"{lab[0].IPv4},{lab[1].IPv4},{lab[2].IPv4}"] : ["--outbound-ip", "eth0"];
            using PeerProcess sender = PeerProcess.Gallery(lab[3], ["send", samples, "--transport", transport, .. to]);
            Expect.Exit(0, sender);
            for (int i = 0; i < 3; i++)
            {
                Expect.Exit(0, receivers[i]);
                Assert.Equal(wanted, TestGallery.HashesIn(folders[i]));
                receivers[i].Dispose();
            }
        }
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("broadcast")]
    [InlineData("multicast")]
    public void AndAtForeignReceiversWithTheSystemsOrdinaryBuffer(string transport)
    {
        string samples = Path.Combine(AppContext.BaseDirectory, "samples", "small");
        IReadOnlyList<string> wanted = TestGallery.Hashes(Directory.GetFiles(samples, "*.jpg"));
        string address = transport switch { "multicast" => "239.25.25.25", "broadcast" => "10.77.0.255", _ => "" };
        for (int run = 0; run < 20; run++)
        {
            string[] folders = [lab.NewFolder(), lab.NewFolder(), lab.NewFolder()];
            PeerProcess[] receivers = [.. folders.Select((folder, i) => PeerProcess.Python(
                lab[i], "plain.py", ["receive", transport, address.Length > 0 ? address : lab[i].IPv4, "25000", folder, .. transport == "multicast" ? (string[])["--nic", lab[i].IPv4] : []]).WaitForReady())];
            string[] to = transport == "udp" ? ["--to", $"{lab[0].IPv4},{lab[1].IPv4},{lab[2].IPv4}"] : ["--outbound-ip", "eth0"];
            using PeerProcess sender = PeerProcess.Gallery(lab[3], ["send", samples, "--transport", transport == "udp" ? "unicast" : transport, .. to]);
            Expect.Exit(0, sender);
            for (int i = 0; i < 3; i++)
            {
                Expect.Exit(0, receivers[i]);
                Assert.Equal(wanted, TestGallery.HashesIn(folders[i]));
                receivers[i].Dispose();
            }
        }
    }

    [Theory]
    [InlineData(1024, 4)]
    [InlineData(8, 512)]
    public void FourGigabytesOverTcpStayUnder200MBOfMemory(int images, int megabytes)
    {
        string gallery = lab.NewFolder();
        byte[] image = TestGallery.Jpeg(megabytes << 20, seed: 3);
        string file = Path.Combine(gallery, "image.jpg");
        File.WriteAllBytes(file, image);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], "receive", "--transport", "tcp", "--address", lab[0].IPv4, "-o", folder, "--idle-timeout", "60", "--max-image-bytes", "1GB");
        receiver.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(
            lab[1], ["send", "--transport", "tcp", "--to", lab[0].IPv4, .. Enumerable.Repeat(file, images)]);
        using PeakMemory memory = PeakMemory.Of(receiver);
        Assert.Equal(0, sender.WaitForExit(TimeSpan.FromMinutes(5)));
        Assert.Equal(0, receiver.WaitForExit(TimeSpan.FromMinutes(5)));
        long peak = memory.Bytes;
        string[] stored = Directory.GetFiles(folder);
        Assert.Equal(images, stored.Length);
        Assert.Single(TestGallery.Hashes(stored).Distinct());
        Assert.Equal(TestGallery.Hashes([file])[0], TestGallery.Hashes(stored[..1])[0]);
        foreach (string path in stored) File.Delete(path);
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"{images} images of {megabytes} MB: peak {peak >> 20} MB"));
        Assert.InRange(peak, 1, 200L << 20);
    }
}
