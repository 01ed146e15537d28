using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Network;
using GalleryPS.Protocols;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>Flute over loopback: the fast way of this system and the portable one, in every combination; and hostile senders.</summary>
[Collection(nameof(Alone))]
public sealed class FluteLoopbackTests : IDisposable
{
    private static readonly int[] Sizes = [300, 1456 * 40, 100_000, 2_500_000];
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<bool, bool, bool> Ways => new() { { false, false, false }, { true, false, false }, { false, true, false }, { true, true, false }, { false, false, true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void EveryWayOfSendingAndReceivingGivesTheSame(bool portableSender, bool portableReceiver, bool withReports)
    {
        string gallery = Directory.CreateDirectory(Path.Combine(_folder, "out")).FullName, target = Path.Combine(_folder, "in");
        IReadOnlyList<string> files = TestGallery.Write(gallery, Sizes);
        using GalleryReceiver receiver = GalleryReceiver.Open(
            new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Storage = new() { OutputDirectory = target }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } },
            ProtocolContext.Default with { Portable = portableReceiver }, CancellationToken.None);
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = receiver.Ready.EndPoints[0].Port }, Pacing = new() { BitRate = new BitRate(400e6) }, Flute = new() { Receivers = withReports ? 1 : null } },
            ProtocolContext.Default with { Portable = portableSender }, CancellationToken.None);
        List<GalleryEvent> sent = [.. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Equal(TestGallery.HashesIn(gallery), TestGallery.HashesIn(target));
        Assert.Equal(Sizes.Length, received.OfType<ReceivedEvent>().Count());
        Assert.DoesNotContain(received, static e => e is ErrorEvent or WarningEvent);
        Assert.Equal(Sizes.Length, sent.OfType<SentEvent>().Count());
        Assert.Equal(withReports ? 1 : 0, sent.OfType<ServedEvent>().Count(static s => s.Receiver is { Completed: true, Images: 4 }));
        SessionSummary all = sent.OfType<SummaryEvent>().Single().Summary;
        Assert.Equal(Sizes.Sum(), all.Bytes);
        Assert.InRange(all.Datagrams, received.OfType<SummaryEvent>().Single().Summary.Datagrams, long.MaxValue);
    }

    [Fact]
    public void WithoutADirectoryImagesStayInMemory()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = receiver.Ready.EndPoints[0].Port } });
        byte[] small = TestGallery.Jpeg(5000, 1), large = TestGallery.Jpeg(5_000_000, 2);
        List<GalleryEvent> sent = [.. sender.Send("small.jpg", small), .. sender.Send("large.jpg", large), .. sender.Finish()];
        Assert.Equal(2, sent.OfType<SentEvent>().Count());
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.True(received.OfType<ReceivedEvent>().Count() == 2, string.Join('\n', received));
        Dictionary<string, byte[]> images = received.OfType<ReceivedEvent>().ToDictionary(static e => e.Image.Name, static e => e.Image.GetData(), StringComparer.Ordinal);
        Assert.Equal(small, images["small.jpg"]);
        Assert.Equal(large, images["large.jpg"]);
    }

    [Fact]
    public void NamesFromTheNetworkStayInTheDirectory()
    {
        string[] names = ["../../evil.jpg", "/etc/passwd", "C:\\Windows\\win.jpg", "a/b/c.jpg", "..", "CON.jpg", "same.jpg", "same.jpg", "null\0.jpg", new string('x', 500) + ".jpg"];
        string target = Path.Combine(_folder, "deep", "in");
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Storage = new() { OutputDirectory = target }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 3 });
        for (int i = 0; i < names.Length; i++) sender.Add(FluteObject.FromMemory(names[i], TestGallery.Jpeg(3000, i)));
        sender.Complete();
        SendAll(sender, receiver.Ready.EndPoints[0]);
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Equal(names.Length, received.OfType<ReceivedEvent>().Count());
        Assert.All(received.OfType<ReceivedEvent>(), e => Assert.Equal(target, Path.GetDirectoryName(e.Image.Path)));
        Assert.Equal(names.Length, Directory.GetFiles(target).Length);
        Assert.Equal(names.Length, Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ProgressTellsHowFarAllAndEachImageIs(bool withReports)
    {
        byte[][] images = [TestGallery.Jpeg(1_500_000, 1), TestGallery.Jpeg(2_500_000, 2)];
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(new SendOptions
        {
            Protocol = Protocol.Flute,
            Addresses = new() { Port = receiver.Ready.EndPoints[0].Port },
            Pacing = new() { BitRate = new BitRate(25e6) },
            Flute = new() { Receivers = withReports ? 1 : null },
        });
        List<GalleryEvent> sent = [.. sender.Send("one\u001b]0;x\u0007.jpg", images[0]), .. sender.Send("two.jpg", images[1]), .. sender.Finish()];
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Equal(2, received.OfType<ReceivedEvent>().Count());
        foreach ((List<GalleryEvent> events, string activity) in ((List<GalleryEvent>, string)[])[(sent, "Sending"), (received, "Receiving")])
        {
            List<ProgressEvent> progress = [.. events.OfType<ProgressEvent>().Where(p => p.Activity == activity && p.Total is not null)];
            Assert.InRange(progress.Count, 3, 20);
            Assert.All(progress, static p => Assert.Equal(4_000_000, p.Total));
            Assert.Equal(progress.Select(static p => p.Done).Order(), progress.Select(static p => p.Done));
            Assert.All(progress, static p => Assert.InRange(p.Done, 0, 4_000_000));
            Assert.True(progress[^1].Done > 2_000_000);
            Assert.Contains(progress, static p => p.Rate is > 5e6 and < 100e6);

            // 1.3 seconds in all; time enough on a busy machine. At the very beginning the rate is next to nothing.
            Assert.All(progress.Skip(progress.Count / 2).Where(static p => p.TimeLeft is not null), static p => Assert.InRange(p.TimeLeft!.Value.TotalSeconds, 0, 60));
            Assert.Contains(progress, static p => p.TimeLeft is { Ticks: > 0 });
            Assert.All(progress.SelectMany(static p => p.Images), static i => Assert.InRange(i.Done, 0, i.Total));
            Assert.Contains(progress, static p => p.Images.Any(static i => (i.Index, i.Name, i.Total) == (1, "two.jpg", 2_500_000) && i.Done is > 0 and < 2_500_000));
            Assert.Contains(progress, static p => p.Images.Any(static i => i.Index == 0));
            if (activity == "Receiving" || withReports) Assert.Contains(progress, static p => p.LossRate is >= 0 and < 0.9);
            if (activity == "Receiving") Assert.All(progress.SelectMany(static p => p.Images), static i => Assert.DoesNotContain(i.Name, char.IsControl));
        }
    }

    [Theory]
    [InlineData(Protocol.Flute, Protocol.Plain, null, null, ErrorIds.NotAnImage, "-Protocol Flute")]
    [InlineData(Protocol.Plain, Protocol.Flute, null, null, ErrorIds.NotUnderstood, "-Protocol Flute")]
    [InlineData(Protocol.Flute, Protocol.Flute, "one", "another", ErrorIds.NotAuthentic, "passphrase")]
    [InlineData(Protocol.Flute, Protocol.Flute, null, "one", ErrorIds.NotAuthentic, "passphrase")]
    public void WhatDoesNotFitIsToldWhileItHappens(Protocol sends, Protocol receives, string? senders, string? receivers, string id, string says)
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions
        {
            Protocol = receives,
            Addresses = new() { Port = 0 },
            Senders = 100,
            Flute = new() { Passphrase = receivers is null ? null : Passphrase.FromText(receivers) },
        });
        int port = receiver.Ready.EndPoints[0].Port;
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Task<WarningEvent?> receiving = Task.Run(() => receiver.Receive(stop.Token).OfType<WarningEvent>()
            .FirstOrDefault(w => w.Id == id && w.Text.Contains(says, StringComparison.Ordinal)));
        while (!receiving.IsCompleted)
        {
            using GallerySender sender = GallerySender.Open(new SendOptions
            {
                Protocol = sends,
                Addresses = new() { Port = port },
                Pacing = new() { EndDelay = TimeSpan.Zero },
                Flute = new() { Passphrase = senders is null ? null : Passphrase.FromText(senders) },
            });
            foreach (GalleryEvent _ in sender.Send("a.jpg", TestGallery.Jpeg(5000, 1)).Concat(sender.Finish()))
            {
                // Nothing is said here; the receiver says it.
            }
        }

        Assert.NotNull(receiving.GetAwaiter().GetResult());
    }

    [Fact]
    public void ASlowViewerIsWaitedFor()
    {
        // More images than wait on their way to the pipeline.
        const int Images = 3000;
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<int> receiving = Task.Run(() =>
        {
            int images = 0;
            foreach (ReceivedEvent _ in receiver.Receive().OfType<ReceivedEvent>())
            {
                if (images++ == 0) Thread.Sleep(TimeSpan.FromSeconds(3));
            }

            return images;
        });
        using GallerySender sender = GallerySender.Open(new SendOptions
        {
            Protocol = Protocol.Flute,
            Addresses = new() { Port = receiver.Ready.EndPoints[0].Port },
            Flute = new() { Receivers = 1, ReceiverTimeout = TimeSpan.FromSeconds(1) },
        });
        List<GalleryEvent> sent = [.. Enumerable.Range(0, Images).SelectMany(i => sender.Send($"{i}.jpg", TestGallery.Jpeg(1000, i))), .. sender.Finish()];
        Assert.Empty(sent.OfType<WarningEvent>());
        Assert.Equal(Images, receiving.GetAwaiter().GetResult());
        ServedReceiver served = Assert.Single(sent.OfType<ServedEvent>()).Receiver;
        Assert.Equal((true, Images), (served.Completed, served.Images));
        Assert.True(served.Elapsed > TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public void AtARateImagesBecomeWholeOneAfterTheOther()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = receiver.Ready.EndPoints[0].Port }, Pacing = new() { BitRate = new BitRate(40e6) } });
        List<GalleryEvent> sent = [.. Enumerable.Range(0, 6).SelectMany(i => sender.Send($"{i}.jpg", TestGallery.Jpeg(1_500_000, i))), .. sender.Finish()];
        Assert.Equal(6, sent.OfType<SentEvent>().Count());
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Equal(6, received.OfType<ReceivedEvent>().Count());

        // Of 9 MB, 5 are sent in a second; the first images are whole when about that much is there.
        Assert.InRange(received.TakeWhile(static e => e is not ReceivedEvent).OfType<ProgressEvent>().Max(static p => p.Done), 2_000_000, 7_500_000);
    }

    [Fact]
    public void WhatIsNoImageOrTooLargeIsLeftOut()
    {
        string target = Path.Combine(_folder, "in");
        using GalleryReceiver receiver = GalleryReceiver.Open(
            new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Storage = new() { OutputDirectory = target }, Limits = new() { MaxImageBytes = 100_000 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 3 });
        sender.Add(FluteObject.FromMemory("text.jpg", "this is no image"u8.ToArray()));
        sender.Add(FluteObject.FromMemory("large.jpg", TestGallery.Jpeg(100_001, 1)));
        sender.Add(FluteObject.FromMemory("good.jpg", TestGallery.Jpeg(100_000, 2)));
        sender.Complete();
        SendAll(sender, receiver.Ready.EndPoints[0]);
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Equal("good.jpg", Assert.Single(received.OfType<ReceivedEvent>()).Image.Name);
        Assert.Equal(ErrorIds.ImageTooLarge, Assert.Single(received.OfType<ErrorEvent>()).Error.Id);
        Assert.Equal(ErrorIds.NotAnImage, Assert.Single(received.OfType<WarningEvent>()).Id);
        Assert.Equal("good.jpg", Path.GetFileName(Assert.Single(Directory.GetFiles(target))));
    }

    [Fact]
    public void AnUnreadableFileIsToldAndTheOthersGo()
    {
        string gallery = Directory.CreateDirectory(Path.Combine(_folder, "out")).FullName, target = Path.Combine(_folder, "in");
        IReadOnlyList<string> files = TestGallery.Write(gallery, 5000, 6000);
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 0 }, Storage = new() { OutputDirectory = target }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = receiver.Ready.EndPoints[0].Port } });
        List<GalleryEvent> events = [.. sender.Send(Path.Combine(gallery, "missing.jpg")), .. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        Assert.Equal(ErrorIds.UnreadableImage, Assert.Single(events.OfType<ErrorEvent>()).Error.Id);
        Assert.Equal([1, 2], events.OfType<SentEvent>().Select(static e => e.Image.Index));
        Assert.Equal(2, receiving.GetAwaiter().GetResult().OfType<ReceivedEvent>().Count());
    }

    [Fact]
    public void PacketsOfChangingLengthsAreNotCutWrongly()
    {
        // A batch of short packets tells the system a length; a long packet after it must stay whole.
        using var target = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        target.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        target.ReceiveTimeout = 5000;
        var to = (IPEndPoint)target.LocalEndPoint!;
        using DatagramSender by = Unicast.OpenSender(new UnicastSendOptions([to], [Nic.Default], null));
        var batches = new BatchSender([(to, by)]);
        batches.Send(new byte[250], 100);
        batches.Send(new byte[1400], 1400);
        batches.Send(new byte[900], 300);
        byte[] buffer = new byte[2000];
        int[] lengths = [.. Enumerable.Range(0, 7).Select(_ => target.Receive(buffer))];
        Assert.Equal([100, 100, 50, 1400, 300, 300, 300], lengths);
    }

    private static void SendAll(FluteSender sender, IPEndPoint to)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] packet = new byte[2000];
        TimeSpan now = TimeSpan.Zero;
        while (!sender.IsFinished)
        {
            int length = sender.TryRead(now, packet);
            if (length > 0) socket.SendTo(packet, 0, length, SocketFlags.None, to);
            else now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
        }
    }

    [Fact]
    public void ASlowRateIsToldBeforeAnythingIsSentWithTheTimeOfAllImages()
    {
        using GallerySender sender = GallerySender.Open(new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 9 }, Pacing = new() { BitRate = new BitRate(1000) } });
        foreach (string name in new[] { "a.jpg", "b.jpg" }) Assert.Empty(sender.Send(name, TestGallery.Jpeg(6000, 1)).OfType<WarningEvent>());
        WarningEvent slow = sender.Finish().OfType<WarningEvent>().First();
        Assert.Equal(ErrorIds.SlowBitRate, slow.Id);
        Assert.StartsWith("At 1kbps, 2 images take 1.6 minutes.", slow.Text, StringComparison.Ordinal);
    }
}
