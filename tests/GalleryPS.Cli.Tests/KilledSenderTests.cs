using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Senders that are killed (SIGKILL) at any moment leave no part of an image under a final name.</summary>
public sealed class KilledSenderTests
{
    [Fact]
    public void AFewKills() => Kill(2, seed: 1);

    [Fact, Trait("Category", "Long")]
    public void TwoHundredKills() => Kill(200, seed: 2);

    // Started again under its number, a sender is served from where the receiver is, whether it brings the same gallery or another one.
    [Theory, Trait("Category", "Long")]
    [InlineData(true)]
    [InlineData(false)]
    public void AFluteSenderThatIsStartedAgainIsReportedTo(bool same)
    {
        string gallery = TestGallery.NewFolder(), other = TestGallery.NewFolder(), folder = TestGallery.NewFolder();
        try
        {
            TestGallery.Write(gallery, 150_000, 160_000, 170_000);
            TestGallery.Write(other, 140_000, 130_000, 120_000);
            string[] flute = ["--protocol", "flute", "--port", "25978"];
            using PeerProcess receiver = PeerProcess.Gallery(null, ["receive", "-o", folder, "--force", "--idle-timeout", "30", .. flute]).WaitForReady();
            using PeerProcess first = PeerProcess.Gallery(null, ["send", gallery, "--tsi", "7", "--receivers", "1", "--bit-rate", "1Mbps", .. flute]);
            receiver.WaitForEvent("Image");
            first.Kill();
            first.WaitForExit();
            using PeerProcess second = PeerProcess.Gallery(null, ["send", same ? gallery : other, "--tsi", "7", "--receivers", "1", "--bit-rate", "8Mbps", .. flute]);
            Expect.Exit(0, second);
            Expect.Exit(same ? 0 : 1, receiver);
            Assert.Equal(3, second.Events("Receiver").Single().GetProperty("Images").GetInt32());
            Assert.All(receiver.Events("Error"), static e => Assert.Equal(ErrorIds.ImageIncomplete, e.GetProperty("Id").GetString()));
            Assert.All(receiver.Events("Image"), static e => Assert.Equal("lo", e.GetProperty("Interface").GetString()));
            Assert.Subset(TestGallery.HashesIn(folder).ToHashSet(), TestGallery.HashesIn(same ? gallery : other).ToHashSet());
        }
        finally
        {
            foreach (string one in (string[])[gallery, other, folder]) Directory.Delete(one, recursive: true);
        }
    }

    private static void Kill(int times, int seed)
    {
        string gallery = TestGallery.NewFolder(), folder = TestGallery.NewFolder();
        try
        {
            TestGallery.Write(gallery, [.. Enumerable.Range(0, 30).Select(static i => 150_000 + i)]);
            var random = new Random(seed);
            using PeerProcess receiver = PeerProcess.Gallery(null, "receive", "--transport", "tcp", "--port", "25977", "-o", folder, "--senders", "2");
            receiver.WaitForReady();
            for (int i = 0; i < times; i++)
            {
                // 75 ms for each image, and two seconds for all: none comes to its end, however late the first is seen.
                using PeerProcess sender = PeerProcess.Gallery(null, "send", gallery, "--transport", "tcp", "--port", "25977", "--bit-rate", "16Mbps");
                sender.WaitForEvent("Image");
                Thread.Sleep(random.Next(0, 300));
                sender.Kill();
            }

            for (int i = 0; i < 2; i++)
            {
                using PeerProcess last = PeerProcess.Gallery(null, "send", gallery, "--transport", "tcp", "--port", "25977");
                Expect.Exit(0, last);
            }

            Assert.Equal(receiver.WaitForExit(), receiver.Events("Error").Count > 0 ? 1 : 0);
            Assert.Empty(receiver.Errors);
            HashSet<string> whole = [.. TestGallery.HashesIn(gallery)];
            Assert.Subset(whole, TestGallery.HashesIn(folder).ToHashSet());
            Assert.Equal(receiver.Events("Image").Count(static e => e.GetProperty("IsComplete").GetBoolean()), Directory.GetFiles(folder).Length);
            Assert.All(receiver.Events("Error"), static e => Assert.Contains(e.GetProperty("Id").GetString(), (string[])["ImageTruncated", "ConnectionReset", "NotAnImage"]));
        }
        finally
        {
            Directory.Delete(gallery, recursive: true);
            Directory.Delete(folder, recursive: true);
        }
    }
}
