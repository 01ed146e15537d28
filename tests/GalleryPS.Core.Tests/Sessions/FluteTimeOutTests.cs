using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Protocols;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Sessions;

/// <summary>What Flute says once a time-out is over, on a clock of the test's own.</summary>
public sealed class FluteTimeOutTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), IdleTimeout = TimeSpan.FromMinutes(5), Step = TimeSpan.FromSeconds(1);
    private readonly VirtualTime _time = new();
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhenTheSenderDiesReceiversSayWhatIsMissing()
    {
        using GalleryReceiver receiver = Receiver();
        using var arrived = new ManualResetEventSlim();
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver, e =>
        {
            if (e is ReceivedEvent) arrived.Set();
        });

        // It dies in the middle of the second image.
        SendPart(receiver, 200);
        Assert.True(arrived.Wait(Patience));
        List<GalleryEvent> events = Ended(receiving);
        Assert.Equal([ErrorIds.ImageIncomplete, ErrorIds.ReceiverTimedOut], events.OfType<ErrorEvent>().Select(static e => e.Error.Id).Order(StringComparer.Ordinal));
        Assert.Contains("large.jpg", events.OfType<ErrorEvent>().Single(static e => e.Error.Id == ErrorIds.ImageIncomplete).Error.Message, StringComparison.Ordinal);
        Assert.Equal("small.jpg", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder))));
    }

    [Fact]
    public void WhoHasAnotherPassphraseIsWarnedAtOnceAndStoresNothing()
    {
        using GalleryReceiver receiver = Receiver(Passphrase.FromText("open barley"));
        using var warned = new ManualResetEventSlim();
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver, e =>
        {
            if (e is WarningEvent { Id: ErrorIds.NotAuthentic }) warned.Set();
        });
        SendPart(receiver, 200, Passphrase.FromText("open sesame"));
        _time.Until(() => warned.IsSet, Step);
        List<GalleryEvent> events = Ended(receiving);
        Assert.Equal(ErrorIds.NotAuthentic, Assert.Single(events.OfType<ErrorEvent>()).Error.Id);
        Assert.Single(events.OfType<WarningEvent>(), static w => w.Id == ErrorIds.NotAuthentic);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private ProtocolContext Context => ProtocolContext.Default with { Time = _time.Provider };

    private GalleryReceiver Receiver(Passphrase? passphrase = null) => GalleryReceiver.Open(
        new ReceiveOptions
        {
            Protocol = Protocol.Flute,
            Addresses = new() { Port = 0 },
            Storage = new() { OutputDirectory = _folder },
            Until = new() { IdleTimeout = IdleTimeout },
            Flute = new() { Passphrase = passphrase },
        },
        Context, default);

    // Lets time pass until the receiver ends, which is not before its time-out.
    private List<GalleryEvent> Ended(Task<List<GalleryEvent>> receiving)
    {
        _time.Until(() => receiving.IsCompleted, Step);
        Assert.True(_time.Elapsed >= IdleTimeout - Step, $"it ended after {_time.Elapsed}");
        return receiving.GetAwaiter().GetResult();
    }

    // The first packets of a gallery with a small and a large image.
    private void SendPart(GalleryReceiver receiver, int packets, Passphrase? passphrase = null)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, UtcNow = _time.Provider.GetUtcNow, GroupKey = passphrase?.Key.Value });
        sender.Add(FluteObject.FromMemory("small.jpg", TestGallery.Jpeg(1000, 1)));
        sender.Add(FluteObject.FromMemory("large.jpg", TestGallery.Jpeg(5_000_000, 2)));
        sender.Complete();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IPEndPoint to = receiver.Ready.EndPoints[0];
        byte[] packet = new byte[2000];
        TimeSpan now = TimeSpan.Zero;
        while (packets > 0)
        {
            int length = sender.TryRead(now, packet);
            if (length > 0) packets -= socket.SendTo(packet, 0, length, SocketFlags.None, to) > 0 ? 1 : 0;
            else now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
        }
    }
}
