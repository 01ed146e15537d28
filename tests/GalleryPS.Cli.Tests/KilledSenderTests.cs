using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Senders that are killed (SIGKILL) at any moment leave no part of an image under a final name.</summary>
public sealed class KilledSenderTests
{
    [Fact]
    public void AFewKills() => Kill(4, seed: 1);

    [Fact, Trait("Category", "Long")]
    public void TwoHundredKills() => Kill(200, seed: 2);

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
                // 36 ms for each image.
                using PeerProcess sender = PeerProcess.Gallery(null, "send", gallery, "--transport", "tcp", "--port", "25977", "--bit-rate", "33Mbps");
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
