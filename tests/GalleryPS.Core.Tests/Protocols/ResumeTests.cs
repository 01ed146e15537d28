using System.Net;
using System.Net.Sockets;
using System.Text;
using GalleryPS.Protocols.Plain;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>Transfers that go on where an earlier one stopped, over TCP and with Flute.</summary>
[Collection(nameof(Alone))]
public sealed class ResumeTests : IDisposable
{
    private const int Port = 25_330;
    private readonly string _gallery = TestGallery.NewFolder(), _target = TestGallery.NewFolder();
    private readonly IReadOnlyList<string> _files;

    public ResumeTests() => _files = TestGallery.Write(_gallery, 40_000, 300_000, 5000, 2_600_000);

    public void Dispose()
    {
        Directory.Delete(_gallery, recursive: true);
        if (Directory.Exists(_target)) Directory.Delete(_target, recursive: true);
    }

    public static TheoryData<Transport, Protocol> Both => new() { { Transport.Tcp, Protocol.Plain }, { Transport.Unicast, Protocol.Flute } };

    private ReceiveOptions Receiving(Transport transport, Protocol protocol, bool resume = true) => new()
    {
        Transport = transport,
        Protocol = protocol,
        Addresses = new() { Port = Port },
        Storage = new() { OutputDirectory = _target },
        Resume = resume,
        Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
    };

    private static SendOptions Sending(Transport transport, Protocol protocol) => new()
    {
        Transport = transport,
        Protocol = protocol,
        Addresses = new() { Port = Port },
        Resume = true,
        Flute = new() { Receivers = protocol == Protocol.Flute ? 1 : null },
    };

    private (List<GalleryEvent> Sent, List<GalleryEvent> Received) Run(Transport transport, Protocol protocol)
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Receiving(transport, protocol));
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(Sending(transport, protocol));
        List<GalleryEvent> sent = [.. _files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        return (sent, receiving.GetAwaiter().GetResult());
    }

    private static bool[] WereThere(List<GalleryEvent> sent) => [.. sent.OfType<SentEvent>().OrderBy(static s => s.Image.Index).Select(static s => s.Image.WasThere)];

    [Theory]
    [MemberData(nameof(Both))]
    public void OnlyWhatIsMissingIsSent(Transport transport, Protocol protocol)
    {
        (List<GalleryEvent> sent, List<GalleryEvent> received) = Run(transport, protocol);
        Assert.Equal([false, false, false, false], WereThere(sent));
        Assert.DoesNotContain(received, static e => e is ErrorEvent or WarningEvent or ReceivedEvent { Image.WasThere: true });

        (sent, received) = Run(transport, protocol);
        Assert.Equal([true, true, true, true], WereThere(sent));
        Assert.DoesNotContain(sent.Concat(received), static e => e is ErrorEvent or WarningEvent);
        Assert.Equal(4, received.OfType<ReceivedEvent>().Count(static e => e.Image.WasThere && File.Exists(e.Image.Path)));

        // One goes, one is altered, one loses its end.
        string[] stored = [.. Directory.GetFiles(_target).OrderBy(static f => new FileInfo(f).Length)];
        File.Delete(stored[0]);
        byte[] altered = File.ReadAllBytes(stored[1]);
        altered[20_000] ^= 1;
        File.WriteAllBytes(stored[1], altered);
        File.WriteAllBytes(stored[2], File.ReadAllBytes(stored[2])[..^1]);
        (sent, received) = Run(transport, protocol);
        Assert.Equal([false, false, false, true], WereThere(sent));
        Assert.Equal(3, received.OfType<ReceivedEvent>().Count(static e => !e.Image.WasThere));
        Assert.Superset(TestGallery.HashesIn(_gallery).ToHashSet(), TestGallery.HashesIn(_target).ToHashSet());
        Assert.Equal(6, Directory.GetFiles(_target).Length);
    }

    [Fact]
    public void AReceiverThatKnowsNothingOfItSeesNothing()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Receiving(Transport.Tcp, Protocol.Plain, resume: false));
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using (GallerySender asks = GallerySender.Open(Sending(Transport.Tcp, Protocol.Plain)))
        {
            List<GalleryEvent> refused = [.. _files.SelectMany(f => asks.Send(f)), .. asks.Finish()];
            Assert.Equal(ErrorIds.CannotResume, Assert.Single(refused.OfType<ErrorEvent>()).Error.Id);
            Assert.DoesNotContain(refused, static e => e is SentEvent);
        }

        using GallerySender sends = GallerySender.Open(Sending(Transport.Tcp, Protocol.Plain) with { Resume = false });
        List<GalleryEvent> sent = [.. _files.SelectMany(f => sends.Send(f)), .. sends.Finish()];
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.DoesNotContain(sent.Concat(received), static e => e is ErrorEvent or WarningEvent);
        Assert.Equal(4, received.OfType<ReceivedEvent>().Count());
        Assert.Single(received.OfType<EndEvent>());
    }

    [Fact]
    public void ASenderThatBeginsAgainAtTheSameReceiverSendsTheRest()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Receiving(Transport.Tcp, Protocol.Plain));
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using (GallerySender first = GallerySender.Open(Sending(Transport.Tcp, Protocol.Plain)))
        {
            // It goes away without an end.
            Assert.Equal(2, _files.Take(2).SelectMany(f => first.Send(f)).OfType<SentEvent>().Count());
            Assert.True(SpinWait.SpinUntil(() => Directory.GetFiles(_target, "image-*").Length == 2, TimeSpan.FromSeconds(20)));
        }

        using GallerySender second = GallerySender.Open(Sending(Transport.Tcp, Protocol.Plain));
        List<GalleryEvent> sent = [.. _files.SelectMany(f => second.Send(f)), .. second.Finish()];
        Assert.Equal([true, true, false, false], WereThere(sent));
        Assert.Equal(4, receiving.GetAwaiter().GetResult().OfType<ReceivedEvent>().Count());
        Assert.Equal(TestGallery.HashesIn(_gallery), TestGallery.HashesIn(_target));
    }

    [Fact]
    public void WhoAsksNonsenseLearnsNothingAndHurtsNobody()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Receiving(Transport.Tcp, Protocol.Plain));
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        IPEndPoint where = ResumeQuestion.Where(receiver.Ready.EndPoints[0]);
        var random = new Random(5);
        byte[] good = ResumeQuestion.Line(40_000, new byte[32]);
        for (int i = 0; i < 200; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
            socket.Connect(where);
            byte[] bytes = i == 0 ? new byte[5000] : [.. good];
            for (int n = random.Next(1, 10); n > 0; n--) bytes[random.Next(bytes.Length - 1)] = (byte)random.Next(256);
            socket.Send(bytes);
            socket.Shutdown(SocketShutdown.Send);
            var answer = new List<byte>();
            byte[] buffer = new byte[64];
            try
            {
                for (int read = socket.Receive(buffer); read > 0; read = socket.Receive(buffer)) answer.AddRange(buffer[..read]);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                // More than a question was sent, and was not read.
            }

            Assert.Contains(Encoding.ASCII.GetString([.. answer]), (string[])["", "GALLERY RESUME 1\n", "GALLERY RESUME 1\n0\n"]);
        }

        using GallerySender sender = GallerySender.Open(Sending(Transport.Tcp, Protocol.Plain));
        List<GalleryEvent> sent = [.. _files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        Assert.Equal(4, receiving.GetAwaiter().GetResult().OfType<ReceivedEvent>().Count());
        Assert.DoesNotContain(sent, static e => e is ErrorEvent);
    }

    [Theory]
    [InlineData(Transport.Unicast, Protocol.Plain)]
    [InlineData(Transport.Multicast, Protocol.Plain)]
    public void PlainOverUdpCannotGoOn(Transport transport, Protocol protocol)
    {
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => Receiving(transport, protocol).Validate()).Id);
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => Sending(transport, protocol).Validate()).Id);
    }

    [Fact]
    public void WhatItNeedsIsAskedFor()
    {
        Assert.Contains("-OutputDirectory", Assert.Throws<GalleryException>(() => (Receiving(Transport.Tcp, Protocol.Plain) with { Storage = new() }).Validate()).RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("-Receivers", Assert.Throws<GalleryException>(() => (Sending(Transport.Unicast, Protocol.Flute) with { Flute = new() }).Validate()).RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void TheOutputDirectoryThatGoesInMidTransferIsAnErrorForEachImageAndNothingElse()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Receiving(Transport.Tcp, Protocol.Plain));
        using var first = new ManualResetEventSlim();
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().Select(e =>
        {
            if (e is ReceivedEvent) first.Set();
            return e;
        }).ToList());
        using GallerySender sender = GallerySender.Open(Sending(Transport.Tcp, Protocol.Plain) with { Resume = false });
        List<GalleryEvent> sent = [.. sender.Send(_files[0])];
        Assert.True(first.Wait(TimeSpan.FromSeconds(20)));
        Assert.Single(Directory.GetFiles(_target, "image-*"));
        Directory.Delete(_target, recursive: true);
        sent.AddRange([.. _files.Skip(1).SelectMany(f => sender.Send(f)), .. sender.Finish()]);
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Equal(3, received.OfType<ErrorEvent>().Count(static e => e.Error.Id == ErrorIds.CannotWriteImage));
        Assert.Single(received.OfType<EndEvent>());
        Assert.False(Directory.Exists(_target));
    }

    [Fact]
    public void WithFluteTheOutputDirectoryThatGoesIsTheSame()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Receiving(Transport.Unicast, Protocol.Flute));
        Directory.Delete(_target, recursive: true);
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using GallerySender sender = GallerySender.Open(Sending(Transport.Unicast, Protocol.Flute));
        List<GalleryEvent> sent = [.. _files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        List<GalleryEvent> received = receiving.GetAwaiter().GetResult();
        Assert.Equal(4, received.OfType<ErrorEvent>().Count(static e => e.Error.Id == ErrorIds.CannotWriteImage));
        Assert.Contains(sent, static e => e is ServedEvent { Receiver: { Completed: false, Refused: 4 } });
    }
}
