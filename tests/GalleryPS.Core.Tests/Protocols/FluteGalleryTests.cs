using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>Galleries that change while they are sent, or are very large, over loopback.</summary>
[Collection(nameof(Alone))]
public sealed class FluteGalleryTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(10_000)]
    public void AFileThatIsDeletedOrCutShortBeforeItsTurnIsToldAndTheSessionEnds(int left)
    {
        string gallery = Directory.CreateDirectory(Path.Combine(_folder, "out")).FullName, target = Path.Combine(_folder, "in");
        IReadOnlyList<string> files = TestGallery.Write(gallery, 50_000, 60_000, 70_000);
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Storage = new() { OutputDirectory = target }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = receiver.Ready.EndPoints[0].Port }, Flute = new() { Receivers = 1 } });
        List<GalleryEvent> sent = [.. files.SelectMany(f => sender.Send(f))];
        foreach (GalleryEvent one in sender.Finish())
        {
            sent.Add(one);

            // All files are hashed now, and the table names them; none has been read for being sent.
            if (one is not NoticeEvent { Text: string text } || !text.StartsWith("Receiver 1:", StringComparison.Ordinal)) continue;
            if (left == 0) File.Delete(files[1]);
            else File.WriteAllBytes(files[1], File.ReadAllBytes(files[1])[..left]);
        }

        GalleryException error = Assert.Single(sent.OfType<ErrorEvent>()).Error;
        Assert.Equal(ErrorIds.UnreadableImage, error.Id);
        Assert.Contains(files[1], error.Message, StringComparison.Ordinal);
        Assert.Equal([0, 2], sent.OfType<SentEvent>().Select(static e => e.Image.Index));
        Assert.Empty(sent.OfType<WarningEvent>());
        ServedReceiver served = Assert.Single(sent.OfType<ServedEvent>()).Receiver;
        Assert.Equal((true, 2, 0), (served.Completed, served.Images, served.Refused));

        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Equal(2, received.OfType<ReceivedEvent>().Count());
        GalleryException missing = Assert.Single(received.OfType<ErrorEvent>()).Error;
        Assert.Equal(ErrorIds.ImageIncomplete, missing.Id);
        Assert.Contains(Path.GetFileName(files[1]), missing.Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(target).Length);
    }

    [Fact, Trait("Category", "Long")]
    public void MoreImagesThan16BitsCanTellApartArrive()
    {
        const int Images = 66_000;
        byte[] image = TestGallery.Jpeg(200, 1);
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<int> receiving = Task.Run(() => receiver.Receive().OfType<ReceivedEvent>().Count());
        using GallerySender sender = GallerySender.Open(new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = receiver.Ready.EndPoints[0].Port }, Flute = new() { Receivers = 1 } });
        int sent = 0;
        for (int i = 0; i < Images; i++)
        {
            foreach (GalleryEvent one in sender.Send($"{i}.jpg", image)) Assert.IsNotType<ErrorEvent>(one);
        }

        foreach (GalleryEvent one in sender.Finish())
        {
            Assert.False(one is ErrorEvent or WarningEvent, one.ToString());
            if (one is SentEvent) sent++;
        }

        Assert.Equal((Images, Images), (sent, receiving.GetAwaiter().GetResult()));
    }
}
