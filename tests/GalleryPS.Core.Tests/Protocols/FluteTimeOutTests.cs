using System.Net.Sockets;
using Flute;
using GalleryPS.Protocols;
using GalleryPS.Tests.Sessions;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>What receivers and senders of FLUTE say when nothing more comes, on a clock of the test's own.</summary>
[Collection(nameof(Alone))]
public sealed class FluteTimeOutTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3), Step = TimeSpan.FromSeconds(1);
    private readonly VirtualTime _time = new();
    private readonly string _folder = TestGallery.NewFolder();

    private ProtocolContext Context => ProtocolContext.Default with { Time = _time.Provider };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhenTheSenderDiesTheReceiverSaysWhatIsMissing()
    {
        using GalleryReceiver receiver = Receiver(null);
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using (var sender = new FluteSender(new FluteSenderOptions { Tsi = 3 }))
        {
            sender.Add(FluteObject.FromMemory("image0.jpg", TestGallery.Jpeg(1000, 0)));
            sender.Add(FluteObject.FromMemory("image1.jpg", TestGallery.Jpeg(500_000, 1)));
            sender.Complete();
            Send(sender, receiver, mostBytes: 200_000);
        }

        _time.Until(() => receiving.IsCompleted, Step);
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Dictionary<string, GalleryException> errors = received.OfType<ErrorEvent>().ToDictionary(static e => e.Error.Id, static e => e.Error);
        Assert.Contains(ErrorIds.ReceiverTimedOut, errors);
        Assert.Contains("image1.jpg", errors[ErrorIds.ImageIncomplete].Message, StringComparison.Ordinal);
        Assert.Equal("image0.jpg", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public void ReceiversWithoutThePassphraseGetNothingAndAreToldSo(string? passphrase)
    {
        using GalleryReceiver receiver = Receiver(passphrase);
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(
            new SendOptions
            {
                Protocol = Protocol.Flute,
                Addresses = new() { Port = receiver.Ready.EndPoints[0].Port },
                Flute = new() { Passphrase = Passphrase.FromText("sesame"), Receivers = 1, WaitTimeout = Limit },
            },
            Context, default);
        var sent = new List<GalleryEvent>();
        GalleryException missing = Assert.Throws<GalleryException>(() => _time.Until(
            () =>
            {
                foreach (GalleryEvent told in sender.Send("a.jpg", TestGallery.Jpeg(30_000, 1)).Concat(sender.Finish())) sent.Add(told);
                return true;
            },
            Step));
        Assert.Equal(ErrorIds.ReceiversMissing, missing.Id);
        _time.Until(() => receiving.IsCompleted, Step);
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Empty(received.OfType<ReceivedEvent>());
        if (passphrase is not null) Assert.Contains(received.OfType<ErrorEvent>(), static e => e.Error.Id == ErrorIds.NotAuthentic);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.All((List<GalleryEvent>[])(passphrase is null ? [sent, received] : [received]), static side =>
        {
            WarningEvent warning = Assert.Single(side.OfType<WarningEvent>());
            Assert.Equal(ErrorIds.NotAuthentic, warning.Id);
            Assert.Contains("passphrase", warning.Text, StringComparison.Ordinal);
        });
    }

    private GalleryReceiver Receiver(string? passphrase) => GalleryReceiver.Open(
        new ReceiveOptions
        {
            Protocol = Protocol.Flute,
            Addresses = new() { Port = 0 },
            Storage = new() { OutputDirectory = _folder },
            Until = new() { IdleTimeout = Limit },
            Flute = new() { Passphrase = passphrase is null ? null : Passphrase.FromText(passphrase) },
        },
        Context, default);

    private static void Send(FluteSender sender, GalleryReceiver receiver, long mostBytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] packet = new byte[2000];
        TimeSpan now = TimeSpan.Zero;
        while (mostBytes > 0)
        {
            int length = sender.TryRead(now, packet);
            if (length > 0) mostBytes -= socket.SendTo(packet, 0, length, SocketFlags.None, receiver.Ready.EndPoints[0]);
            else now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
        }
    }
}
