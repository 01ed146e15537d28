using GalleryPS.Protocols;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>The time of day is set while images are on their way: years ahead, and back.</summary>
[Collection(nameof(Alone))]
public sealed class JumpingClockTests : IDisposable
{
    private readonly string _gallery = TestGallery.NewFolder(), _target = TestGallery.NewFolder();

    public void Dispose()
    {
        Directory.Delete(_gallery, recursive: true);
        Directory.Delete(_target, recursive: true);
    }

    [Theory]
    [InlineData(Transport.Unicast, Protocol.Plain)]
    [InlineData(Transport.Tcp, Protocol.Plain)]
    [InlineData(Transport.Unicast, Protocol.Flute)]
    public void EverythingArrivesAndEnds(Transport transport, Protocol protocol)
    {
        IReadOnlyList<string> files = TestGallery.Write(_gallery, 20_000, 50_000, 60_000);
        ProtocolContext context = ProtocolContext.Default with { Time = new JumpingClock() };
        using GalleryReceiver receiver = GalleryReceiver.Open(
            new ReceiveOptions { Transport = transport, Protocol = protocol, Addresses = new() { Port = 0 }, Storage = new() { OutputDirectory = _target }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20), Duration = TimeSpan.FromMinutes(1) } },
            context, CancellationToken.None);
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Transport = transport, Protocol = protocol, Addresses = new() { Port = receiver.Ready.EndPoints[0].Port }, Flute = new() { Receivers = protocol == Protocol.Flute ? 1 : null } },
            context, CancellationToken.None);
        List<GalleryEvent> sent = [.. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.DoesNotContain(sent.Concat(received), static e => e is ErrorEvent or WarningEvent);
        Assert.Equal(TestGallery.HashesIn(_gallery), TestGallery.HashesIn(_target));
        Assert.All(received.OfType<ReceivedEvent>(), static e => Assert.InRange(e.Image.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1)));
        Assert.InRange(received.OfType<SummaryEvent>().Single().Summary.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    private sealed class JumpingClock : TimeProvider
    {
        private int _looks;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddYears(Interlocked.Increment(ref _looks) % 2 == 0 ? 9 : -9);
    }
}
