using System.Globalization;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Images of any size over networks that lose packets: everything arrives byte for byte, or is told to be missing.</summary>
public sealed class FluteTests(Lab lab) : IClassFixture<Lab>, IDisposable
{
    private static readonly int[] Sizes = [200, 1456, 70_000, 700_000, 3_000_000];
    private readonly List<LabHost> _lossy = [];

    public void Dispose()
    {
        foreach (LabHost host in _lossy) NetworkLab.Run(host, "nft", "flush", "ruleset");
    }

    public static TheoryData<string, string> Ways => new() { { "unicast", "4" }, { "unicast", "6" }, { "broadcast", "4" }, { "multicast", "4" }, { "multicast", "6" } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void ThreeHostsGetEveryByteWithoutSayingAWord(string transport, string family)
    {
        string gallery = lab.NewGallery(Sizes);
        string[] folders = [lab.NewFolder(), lab.NewFolder(), lab.NewFolder()];
        PeerProcess[] receivers = [.. Enumerable.Range(0, 3).Select(i => Receiver(i, folders[i], ReceiverAddress(transport, family, i)))];
        using PeerProcess sender = PeerProcess.Gallery(lab[3], ["send", gallery, "--protocol", "flute", "--transport", transport, .. SenderAddress(transport, family)]);
        Expect.Exit(0, sender);
        int copies = transport == "unicast" ? 3 : 1;
        Assert.Equal(Sizes.Length * copies, sender.Events("Image").Count);
        for (int i = 0; i < 3; i++)
        {
            Expect.Exit(0, receivers[i]);
            Expect.SameFiles(gallery, folders[i]);
            Assert.Equal(["image0.jpg", "image1.jpg", "image2.jpg", "image3.jpg", "image4.jpg"], Directory.GetFiles(folders[i]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach (JsonElement image in receivers[i].Events("Image"))
            {
                Assert.Equal($"image{image.GetProperty("Index").GetInt32()}.jpg", image.GetProperty("Name").GetString());
                Assert.Equal("Flute", image.GetProperty("Protocol").GetString());
            }

            receivers[i].Dispose();
        }
    }

    [Fact]
    public void ThreeReceiversWithDifferentLossAreServedUntilAllHaveEverything()
    {
        string gallery = lab.NewGallery(Sizes);
        string[] folders = [lab.NewFolder(), lab.NewFolder(), lab.NewFolder()];
        Lose(lab[1], "numgen random mod 100 < 5");
        Lose(lab[2], "numgen random mod 100 < 20");
        PeerProcess[] receivers = [.. Enumerable.Range(0, 3).Select(i => Receiver(i, folders[i], ReceiverAddress("multicast", "4", i)))];
        using PeerProcess sender = PeerProcess.Gallery(
            lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "3", "--bit-rate", "200Mbps", .. SenderAddress("multicast", "4")]);
        Expect.Exit(0, sender);
        Assert.Equal(3, sender.Events("Receiver").Count);
        Assert.All(sender.Events("Receiver"), static r => Assert.True(r.GetProperty("Completed").GetBoolean()));
        Assert.All(sender.Events("Receiver"), static r => Assert.Equal(Sizes.Length, r.GetProperty("Images").GetInt32()));
        for (int i = 0; i < 3; i++)
        {
            Expect.Exit(0, receivers[i]);
            Expect.SameFiles(gallery, folders[i]);
            JsonElement served = sender.Events("Receiver").Single(r => r.GetProperty("Host").GetString()!.Contains(lab[i].IPv4, StringComparison.Ordinal));
            double loss = ((double[])[0, 0.05, 0.2])[i];
            Assert.InRange(served.GetProperty("LossRate").GetDouble(), loss * 0.5, loss * 1.5 + 0.01);
            receivers[i].Dispose();
        }
    }

    [Fact]
    public void BurstsOf50AreMadeUpForByRedundancy()
    {
        string gallery = lab.NewGallery(700_000, 800_000, 900_000, 400_000);
        string folder = lab.NewFolder();
        Lose(lab[0], "numgen inc mod 600 < 50");
        using PeerProcess receiver = Receiver(0, folder, ReceiverAddress("multicast", "4", 0));
        using PeerProcess sender = PeerProcess.Gallery(
            lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--redundancy", "25", .. SenderAddress("multicast", "4")]);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    [Fact]
    public void WhoJoinsACarouselInTheMiddleMissesNothing()
    {
        string gallery = lab.NewGallery(1_000_000, 2_000_000);
        string folder = lab.NewFolder();
        using PeerProcess sender = PeerProcess.Gallery(
            lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--carousel", "--verbose", .. SenderAddress("multicast", "4")]);
        sender.WaitForLine(static l => l.Contains("FLUTE session", StringComparison.Ordinal), "the session");
        using PeerProcess receiver = Receiver(0, folder, ReceiverAddress("multicast", "4", 0));
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
        sender.Terminate();
        Expect.Exit(1, sender);
    }

    [Fact]
    public void AReceiverThatDiesIsGivenUpAndTheOthersGetEverything()
    {
        string gallery = lab.NewGallery(3_000_000, 3_000_000);
        string folder = lab.NewFolder();
        using PeerProcess dying = Receiver(0, lab.NewFolder(), ReceiverAddress("multicast", "4", 0));
        using PeerProcess receiver = Receiver(1, folder, ReceiverAddress("multicast", "4", 1));
        using PeerProcess sender = PeerProcess.Gallery(
            lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "2", "--bit-rate", "20Mbps", "--verbose", .. SenderAddress("multicast", "4")]);
        sender.WaitForLine(static l => l.Contains("Receiver 2:", StringComparison.Ordinal), "the second receiver");
        dying.Kill();
        Expect.Exit(0, sender);
        Assert.Equal(ErrorIds.ReceiverLost, Assert.Single(sender.Events("Warning")).GetProperty("Id").GetString());
        Assert.Single(sender.Events("Receiver"), static r => r.GetProperty("Completed").GetBoolean());
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    [Fact]
    public void WhenTheSenderDiesReceiversSayWhatIsMissing()
    {
        string gallery = lab.NewGallery(1000, 5_000_000);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], ["receive", "--protocol", "flute", "-o", folder, "--idle-timeout", "5", .. ReceiverAddress("multicast", "4", 0)]);
        receiver.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(
            lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--bit-rate", "10Mbps", .. SenderAddress("multicast", "4")]);
        receiver.WaitForEvent("Image");
        sender.Kill();
        Expect.Exit(1, receiver);
        Expect.Error(receiver, ErrorIds.ReceiverTimedOut);
        Assert.Contains("image1.jpg", Expect.Error(receiver, ErrorIds.ImageIncomplete).GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Equal("image0.jpg", Path.GetFileName(Assert.Single(Directory.GetFiles(folder))));
    }

    [Fact]
    public void TwoSendersOnOneGroup()
    {
        string[] galleries = [lab.NewGallery(300_000, 400_000), lab.NewGallery(500_000, 600_000)];
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], ["receive", "--protocol", "flute", "-o", folder, "--senders", "2", "--idle-timeout", "20", .. ReceiverAddress("multicast", "4", 0)]);
        receiver.WaitForReady();
        PeerProcess[] senders = [.. Enumerable.Range(0, 2).Select(i => PeerProcess.Gallery(
            lab[2 + i], ["send", galleries[i], "--protocol", "flute", "--transport", "multicast", "--bit-rate", "50Mbps", .. SenderAddress("multicast", "4")]))];
        foreach (PeerProcess sender in senders) Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(TestGallery.Hashes(galleries.SelectMany(Directory.GetFiles)), TestGallery.HashesIn(folder));
        foreach (PeerProcess sender in senders) sender.Dispose();
    }

    [Fact]
    public void AFullDiskIsToldAndNothingWrongIsLeft()
    {
        string gallery = lab.NewGallery(300_000, 5_000_000);
        string folder = lab.NewFolder();
        NetworkLab.Execute("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
        try
        {
            using PeerProcess receiver = Receiver(0, folder, ReceiverAddress("multicast", "4", 0));
            using PeerProcess sender = PeerProcess.Gallery(lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", .. SenderAddress("multicast", "4")]);
            Expect.Exit(0, sender);
            Expect.Exit(1, receiver);
            Assert.Contains("image1.jpg", Expect.Error(receiver, ErrorIds.CannotWriteImage).GetProperty("Message").GetString(), StringComparison.Ordinal);
            Assert.Equal("image0.jpg", Path.GetFileName(Assert.Single(Directory.GetFiles(folder))));
        }
        finally
        {
            NetworkLab.Execute("umount", [folder]);
        }
    }

    [Fact]
    public void APassphraseKeepsOthersOut()
    {
        string gallery = lab.NewGallery(Sizes);
        string[] folders = [lab.NewFolder(), lab.NewFolder()];
        using PeerProcess member = PeerProcess.Gallery(
            lab[0], ["receive", "--protocol", "flute", "-o", folders[0], "--idle-timeout", "20", "--passphrase", "sesame", .. ReceiverAddress("multicast", "4", 0)]);
        using PeerProcess stranger = PeerProcess.Gallery(
            lab[1], ["receive", "--protocol", "flute", "-o", folders[1], "--idle-timeout", "6", "--passphrase", "wrong", .. ReceiverAddress("multicast", "4", 1)]);
        member.WaitForReady();
        stranger.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(
            lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "1", "--passphrase", "sesame", .. SenderAddress("multicast", "4")]);
        Expect.Exit(0, sender);
        Expect.Exit(0, member);
        Expect.SameFiles(gallery, folders[0]);
        Expect.Exit(1, stranger);
        Expect.Error(stranger, ErrorIds.NotAuthentic);
        Assert.Empty(Directory.GetFiles(folders[1]));
    }

    [Fact]
    [Trait("Category", "Long")]
    public void TenThousandSmallImages()
    {
        string gallery = lab.NewFolder(), folder = lab.NewFolder();
        for (int i = 0; i < 10_000; i++) File.WriteAllBytes(Path.Combine(gallery, $"{i}.jpg"), TestGallery.Jpeg(200 + i % 3000, i));
        Lose(lab[0], "numgen random mod 100 < 2");
        using PeerProcess receiver = Receiver(0, folder, ReceiverAddress("multicast", "4", 0));
        using PeerProcess sender = PeerProcess.Gallery(lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "1", .. SenderAddress("multicast", "4")]);
        Assert.Equal(0, sender.WaitForExit(TimeSpan.FromMinutes(3)));
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    [Fact]
    [Trait("Category", "Long")]
    public void AnImageOfTwoGigabytes()
    {
        string gallery = lab.NewFolder(), folder = lab.NewFolder();
        byte[] piece = TestGallery.Jpeg(64 << 20, 1);
        using (FileStream file = File.Create(Path.Combine(gallery, "huge.jpg")))
        {
            for (int i = 0; i < 33; i++)
            {
                piece[1000] = (byte)i;
                file.Write(piece);
            }
        }

        Lose(lab[0], "numgen random mod 100 < 5");
        using PeerProcess receiver = Receiver(0, folder, [.. ReceiverAddress("multicast", "4", 0), "--max-image-bytes", "4GB"]);
        using PeerProcess sender = PeerProcess.Gallery(lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "1", .. SenderAddress("multicast", "4")]);
        using PeakMemory receiving = PeakMemory.Of(receiver), sending = PeakMemory.Of(sender);
        Assert.Equal(0, sender.WaitForExit(TimeSpan.FromMinutes(5)));
        Expect.Exit(0, receiver);
        NetworkLab.Execute("cmp", [Path.Combine(gallery, "huge.jpg"), Path.Combine(folder, "huge.jpg")]);

        // Blocks that are being sent and decoded, the latter on every core; not the file.
        long most = (400L << 20) + Environment.ProcessorCount * (40L << 20);
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"2 GB by FLUTE: the receiver's peak is {receiving.Bytes >> 20} MB, the sender's {sending.Bytes >> 20} MB"));
        Assert.InRange(receiving.Bytes, 1, most);
        Assert.InRange(sending.Bytes, 1, most);
    }

    private PeerProcess Receiver(int host, string folder, string[] address) => PeerProcess.Gallery(
        lab[host], ["receive", "--protocol", "flute", "-o", folder, "--idle-timeout", "20", .. address]).WaitForReady();

    private void Lose(LabHost host, string rule)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':').Any(static p => File.Exists(Path.Combine(p, "nft"))), "nftables is not installed");
        _lossy.Add(host);
        string rules = string.Create(CultureInfo.InvariantCulture, $"table inet lossy {{ chain in {{ type filter hook prerouting priority -300; meta l4proto udp {rule} drop; }}; }}");
        NetworkLab.Execute("ip", ["netns", "exec", host.Namespace, "nft", rules]);
    }

    private string[] ReceiverAddress(string transport, string family, int host) => transport switch
    {
        "unicast" => ["--transport", "unicast", "--address", family == "4" ? lab[host].IPv4 : lab[host].IPv6],
        "broadcast" => ["--transport", "broadcast"],
        _ => ["--transport", "multicast", "--address", family == "4" ? "239.1.1.5" : "ff15::1:5", "--arrival-ip", "eth0"],
    };

    private string[] SenderAddress(string transport, string family) => transport switch
    {
        "unicast" => ["--to", string.Join(',', Enumerable.Range(0, 3).Select(i => family == "4" ? lab[i].IPv4 : lab[i].IPv6))],
        "broadcast" => ["--to", "10.77.0.255"],
        _ => ["--to", family == "4" ? "239.1.1.5" : "ff15::1:5", "--outbound-ip", "eth0"],
    };
}
