using System.Globalization;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Images of any size over networks that lose packets: everything arrives byte for byte, or is told to be missing.</summary>
public sealed class FluteTests(Lab lab) : FluteHosts(lab)
{
    private static readonly int[] Sizes = [200, 1456, 70_000, 700_000, 3_000_000];

    public static TheoryData<string, string> Ways => new() { { "unicast", "4" }, { "unicast", "6" }, { "broadcast", "4" }, { "multicast", "4" }, { "multicast", "6" } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void ThreeHostsGetEveryByteWithoutSayingAWord(string transport, string family)
    {
        string gallery = Lab.NewGallery(Sizes);
        string[] folders = [Lab.NewFolder(), Lab.NewFolder(), Lab.NewFolder()];
        PeerProcess[] receivers = [.. Enumerable.Range(0, 3).Select(i => Receiver(i, folders[i], ReceiverAddress(transport, family, i)))];
        using PeerProcess sender = PeerProcess.Gallery(Lab[3], ["send", gallery, "--protocol", "flute", "--transport", transport, .. SenderAddress(transport, family)]);
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
        string gallery = Lab.NewGallery(Sizes);
        string[] folders = [Lab.NewFolder(), Lab.NewFolder(), Lab.NewFolder()];
        Lose(Lab[1], "numgen random mod 100 < 5");
        Lose(Lab[2], "numgen random mod 100 < 20");
        long[] dropped = [Dropped(0), Dropped(1), Dropped(2)];
        PeerProcess[] receivers = [.. Enumerable.Range(0, 3).Select(i => Receiver(i, folders[i], ReceiverAddress("multicast", "4", i)))];
        using PeerProcess sender = PeerProcess.Gallery(
            Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "3", "--bit-rate", "200Mbps", .. SenderAddress("multicast", "4")]);
        Expect.Exit(0, sender);
        Assert.Equal(3, sender.Events("Receiver").Count);
        Assert.All(sender.Events("Receiver"), static r => Assert.True(r.GetProperty("Completed").GetBoolean()));
        Assert.All(sender.Events("Receiver"), static r => Assert.Equal(Sizes.Length, r.GetProperty("Images").GetInt32()));
        for (int i = 0; i < 3; i++)
        {
            Expect.Exit(0, receivers[i]);
            Expect.SameFiles(gallery, folders[i]);
            AssertLoss(sender.Events("Receiver"), i, ((double[])[0, 0.05, 0.2])[i], Sizes.Sum(), dropped[i]);
            receivers[i].Dispose();
        }
    }

    [Fact]
    public void WhoJoinsACarouselInTheMiddleMissesNothing()
    {
        string gallery = Lab.NewGallery(1_000_000, 2_000_000);
        string folder = Lab.NewFolder();
        using PeerProcess sender = PeerProcess.Gallery(
            Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--carousel", "--verbose", .. SenderAddress("multicast", "4")]);
        sender.WaitForLine(static l => l.Contains("FLUTE session", StringComparison.Ordinal), "the session");
        using PeerProcess receiver = Receiver(0, folder, ReceiverAddress("multicast", "4", 0));
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);

        // To be stopped is the only end a carousel has.
        sender.Terminate();
        Expect.Exit(0, sender);
        Assert.Equal(2, sender.Events("Image").Count);
        Assert.Single(sender.Events("Summary"));
    }

    [Fact]
    public void AReceiverThatDiesIsGivenUpAndTheOthersGetEverything()
    {
        string gallery = Lab.NewGallery(3_000_000, 3_000_000);
        string folder = Lab.NewFolder();
        using PeerProcess dying = Receiver(0, Lab.NewFolder(), ReceiverAddress("multicast", "4", 0));
        using PeerProcess receiver = Receiver(1, folder, ReceiverAddress("multicast", "4", 1));
        using PeerProcess sender = PeerProcess.Gallery(
            Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "2", "--bit-rate", "20Mbps", "--verbose", .. SenderAddress("multicast", "4")]);
        sender.WaitForLine(static l => l.Contains("Receiver 2:", StringComparison.Ordinal), "the second receiver");
        dying.Kill();
        Expect.Exit(0, sender);
        Assert.Equal([ErrorIds.ReceiverLost, ErrorIds.ReceiversIncomplete], sender.Events("Warning").Select(static w => w.GetProperty("Id").GetString()));
        Assert.Single(sender.Events("Receiver"), static r => r.GetProperty("Completed").GetBoolean());
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    [Fact]
    public void TwoSendersOnOneGroup()
    {
        string[] galleries = [Lab.NewGallery(300_000, 400_000), Lab.NewGallery(500_000, 600_000)];
        string folder = Lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            Lab[0], ["receive", "--protocol", "flute", "-o", folder, "--senders", "2", "--idle-timeout", "20", .. ReceiverAddress("multicast", "4", 0)]);
        receiver.WaitForReady();
        PeerProcess[] senders = [.. Enumerable.Range(0, 2).Select(i => PeerProcess.Gallery(
            Lab[2 + i], ["send", galleries[i], "--protocol", "flute", "--transport", "multicast", "--bit-rate", "50Mbps", .. SenderAddress("multicast", "4")]))];
        foreach (PeerProcess sender in senders) Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(TestGallery.Hashes(galleries.SelectMany(Directory.GetFiles)), TestGallery.HashesIn(folder));
        foreach (PeerProcess sender in senders) sender.Dispose();
    }

    [Fact]
    public void AFullDiskIsToldAndNothingWrongIsLeft()
    {
        string gallery = Lab.NewGallery(300_000, 5_000_000);
        string folder = Lab.NewFolder();

        // Hosts do not see what is mounted after they were made; so the receiver's shell mounts it, and looks at what is left.
        string command = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "gallery.dll")}' receive --protocol flute -o '{folder}' --idle-timeout 20 --minimum-free-space 0 --json {string.Join(' ', ReceiverAddress("multicast", "4", 0))}";
        using PeerProcess receiver = PeerProcess.Start(Lab[0], "sh", ["-c", $"mount -t tmpfs -o size=2m tmpfs '{folder}' && {command}; code=$?; ls -A '{folder}'; umount '{folder}'; exit $code"]);
        receiver.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", .. SenderAddress("multicast", "4")]);
        Expect.Exit(0, sender);
        Expect.Exit(1, receiver);
        Assert.Contains("image1.jpg", Expect.Error(receiver, ErrorIds.CannotWriteImage).GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["image0.jpg"], receiver.Lines.Where(static l => !l.StartsWith('{')));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void WhoTakesNotEverythingIsNotSaidToHaveIt(int others)
    {
        string gallery = Lab.NewGallery(30_000, 400_000);
        using PeerProcess picky = PeerProcess.Gallery(
            Lab[0], ["receive", "--protocol", "flute", "-o", Lab.NewFolder(), "--max-image-bytes", "100000", .. ReceiverAddress("multicast", "4", 0)]);
        picky.WaitForReady();
        PeerProcess[] receivers = [.. Enumerable.Range(1, others).Select(i => Receiver(i, Lab.NewFolder(), ReceiverAddress("multicast", "4", i)))];
        using PeerProcess sender = PeerProcess.Gallery(
            Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", $"{1 + others}", .. SenderAddress("multicast", "4")]);
        Expect.Exit(others == 0 ? 1 : 0, sender);
        JsonElement refusing = sender.Events("Receiver").Single(static r => !r.GetProperty("Completed").GetBoolean());
        Assert.Equal((1, 1), (refusing.GetProperty("Images").GetInt32(), refusing.GetProperty("Refused").GetInt32()));
        Assert.Equal(ErrorIds.ReceiversIncomplete, Assert.Single(sender.Events(others == 0 ? "Error" : "Warning")).GetProperty("Id").GetString());
        Expect.Exit(1, picky);
        foreach (PeerProcess receiver in receivers)
        {
            Expect.Exit(0, receiver);
            receiver.Dispose();
        }
    }

    [Fact]
    public void WhoHasNoPassphraseIsToldSoOnBothSides()
    {
        string gallery = Lab.NewGallery(30_000);
        using PeerProcess stranger = PeerProcess.Gallery(
            Lab[0], ["receive", "--protocol", "flute", "-o", Lab.NewFolder(), .. ReceiverAddress("multicast", "4", 0)]);
        stranger.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(
            Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "1", "--passphrase", "sesame", .. SenderAddress("multicast", "4")]);
        foreach (PeerProcess side in (PeerProcess[])[sender, stranger])
        {
            JsonElement warning = Assert.Single(side.WaitForEvent("Warning").Events("Warning"));
            Assert.Equal(ErrorIds.NotAuthentic, warning.GetProperty("Id").GetString());
            Assert.Contains("passphrase", warning.GetProperty("Text").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheRateIsThatOfTheLinkHoweverManyDestinations()
    {
        // The same bytes leave by both: one image to two hosts, and one twice as large to one host. They go side by side, so
        // that a busy machine makes both late.
        string gallery = Lab.NewGallery(1_000_000), twice = Lab.NewGallery(2_000_000);
        PeerProcess[] receivers = [.. Enumerable.Range(0, 3).Select(i => Receiver(i, Lab.NewFolder(), ReceiverAddress("unicast", "4", i)))];
        using PeerProcess two = Send(gallery, Lab[0], Lab[1]), one = Send(twice, Lab[2]);
        Expect.Exit(0, two);
        Expect.Exit(0, one);
        double toTwo = Elapsed(two), toOne = Elapsed(one);

        // 1.1 MB with headers, twice, at 20 Mbit/s; a rate for each of the two would halve it.
        Assert.True(toTwo > 0.8, $"{toTwo} s");
        Assert.InRange(toTwo / toOne, 0.6, 1.6);
        foreach (PeerProcess receiver in receivers)
        {
            Expect.Exit(0, receiver);
            receiver.Dispose();
        }
    }

    private PeerProcess Send(string gallery, params TestHost[] hosts) => PeerProcess.Gallery(
        Lab[3],
        ["send", gallery, "--protocol", "flute", "--to", string.Join(',', hosts.Select(static h => h.IPv4)), "--redundancy", "10", "--bit-rate", "20Mbps", "--outbound-ip", $"{Lab[3].IPv4}"]);

    private static double Elapsed(PeerProcess sender) => sender.Events("Image")[0].GetProperty("Elapsed").GetDouble();

    [Fact]
    public void APassphraseKeepsOthersOut()
    {
        string gallery = Lab.NewGallery(Sizes);
        string[] folders = [Lab.NewFolder(), Lab.NewFolder()];
        using PeerProcess member = PeerProcess.Gallery(
            Lab[0], ["receive", "--protocol", "flute", "-o", folders[0], "--idle-timeout", "20", "--passphrase", "sesame", .. ReceiverAddress("multicast", "4", 0)]);
        using PeerProcess stranger = PeerProcess.Gallery(
            Lab[1], ["receive", "--protocol", "flute", "-o", folders[1], "--passphrase", "wrong", .. ReceiverAddress("multicast", "4", 1)]);
        member.WaitForReady();
        stranger.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(
            Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "1", "--passphrase", "sesame", .. SenderAddress("multicast", "4")]);
        Expect.Exit(0, sender);
        Expect.Exit(0, member);
        Expect.SameFiles(gallery, folders[0]);
        stranger.WaitForEvent("Warning").Terminate();
        stranger.WaitForExit();
        Assert.Equal(ErrorIds.NotAuthentic, Assert.Single(stranger.Events("Warning")).GetProperty("Id").GetString());
        Assert.Empty(Directory.GetFiles(folders[1]));
    }

    [Fact]
    [Trait("Category", "Long")]
    public void TenThousandSmallImages()
    {
        string gallery = Lab.NewFolder(), folder = Lab.NewFolder();
        for (int i = 0; i < 10_000; i++) File.WriteAllBytes(Path.Combine(gallery, $"{i}.jpg"), TestGallery.Jpeg(200 + i % 3000, i));
        Lose(Lab[0], "numgen random mod 100 < 2");
        using PeerProcess receiver = Receiver(0, folder, ReceiverAddress("multicast", "4", 0));
        using PeerProcess sender = PeerProcess.Gallery(Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "1", .. SenderAddress("multicast", "4")]);
        Assert.Equal(0, sender.WaitForExit(TimeSpan.FromMinutes(3)));
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    [Fact]
    [Trait("Category", "Long")]
    public void AnImageOfTwoGigabytes()
    {
        string gallery = Lab.NewFolder(), folder = Lab.NewFolder();
        byte[] piece = TestGallery.Jpeg(64 << 20, 1);
        using (FileStream file = File.Create(Path.Combine(gallery, "huge.jpg")))
        {
            for (int i = 0; i < 33; i++)
            {
                piece[1000] = (byte)i;
                file.Write(piece);
            }
        }

        Lose(Lab[0], "numgen random mod 100 < 5");
        using PeerProcess receiver = Receiver(0, folder, [.. ReceiverAddress("multicast", "4", 0), "--max-image-bytes", "4GB"]);
        using PeerProcess sender = PeerProcess.Gallery(Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", "--receivers", "1", .. SenderAddress("multicast", "4")]);
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
}
