using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Tests.Sessions;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>Others reach a port too: who only tries it, who says nothing, and who means somebody else.</summary>
public sealed class StrangersTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void APortProbeDoesNotEndAReceiver()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Tcp());
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        Connect(receiver).Dispose();
        Assert.False(receiving.Wait(TimeSpan.FromSeconds(1)));
        Send(receiver, TestGallery.Write(_folder, 1_000, 2_000));
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Single(receiving.Result.OfType<EndEvent>());
        Assert.Contains(receiving.Result.OfType<NoticeEvent>(), static n => n.Text.EndsWith("It has sent no image, so this is not the end of transmission.", StringComparison.Ordinal));
    }

    [Fact]
    public void AnEmptyGalleryStillEndsAReceiver()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Tcp());
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        Connect(receiver).Dispose();
        Assert.True(receiving.Wait(Patience));
        Assert.Single(receiving.Result.OfType<EndEvent>());
        Assert.Contains(receiving.Result.OfType<NoticeEvent>(), static n => n.Text.Contains("the end of an empty gallery, unless something arrives within 3 s", StringComparison.Ordinal));
    }

    // Probes from elsewhere while images come, however slowly, are nobody's end.
    [Fact]
    public void AProbeInTheMiddleOfAGalleryEndsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have only one address of this machine.");
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 2_000);
        using GalleryReceiver receiver = GalleryReceiver.Open(Tcp());
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        using GallerySender sender = GallerySender.Open(To(receiver), TestContext.Current.CancellationToken);
        Assert.Single(sender.Send(files[0]).OfType<SentEvent>());
        Connect(receiver, "127.0.0.9").Dispose();
        Assert.False(receiving.Wait(TimeSpan.FromSeconds(4)));
        Assert.Single(sender.Send(files[1]).OfType<SentEvent>());
        Assert.Single(sender.Finish().OfType<EndEvent>());
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Single(receiving.Result.OfType<EndEvent>());
    }

    [Fact]
    public void ASilentConnectionDoesNotHoldUpTheEnd()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(Tcp());
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        using Socket silent = Connect(receiver);
        Send(receiver, TestGallery.Write(_folder, 1_000, 2_000));
        long end = Stopwatch.GetTimestamp();
        Assert.True(receiving.Wait(Patience));
        Assert.InRange(Stopwatch.GetElapsedTime(end).TotalSeconds, 0, 5);
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Single(receiving.Result.OfType<EndEvent>());
    }

    [Fact]
    public void WhatCameForOthersIsTheAnswerWhenNothingElseCame()
    {
        var options = new ReceiveOptions
        {
            Transport = Transport.Broadcast,
            Addresses = new() { Port = 25967, Address = "127.255.255.255" },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(1.5) },
        };
        using GalleryReceiver receiver = GalleryReceiver.Open(options);
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < 7; i++) other.SendTo(TestGallery.Jpeg(500, seed: i), new IPEndPoint(IPAddress.Loopback, receiver.Ready.EndPoints[0].Port));
        Assert.True(receiving.Wait(Patience));
        GalleryException error = Assert.Single(receiving.Result.OfType<ErrorEvent>()).Error;
        Assert.Equal(ErrorIds.ReceiverTimedOut, error.Id);
        Assert.Equal(
            "7 datagrams from 127.0.0.1 to 127.0.0.1 arrived at this port and were ignored: this receiver accepts what is sent to 127.255.255.255.",
            error.RecommendedAction);
        Assert.Equal(7, receiving.Result.OfType<SummaryEvent>().Single().Summary.Filtered);
    }

    [Fact]
    public void AfterATimeItIsAWarning()
    {
        var options = new ReceiveOptions { Addresses = new() { Port = 0, Source = ["127.0.0.9"] }, Until = new() { Duration = TimeSpan.FromSeconds(1.5) } };
        using GalleryReceiver receiver = GalleryReceiver.Open(options);
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.SendTo(TestGallery.Jpeg(500, seed: 1), receiver.Ready.EndPoints[0]);
        Assert.True(receiving.Wait(Patience));
        WarningEvent warning = Assert.Single(receiving.Result.OfType<WarningEvent>());
        Assert.Equal(ErrorIds.NothingForThisReceiver, warning.Id);
        Assert.Equal(
            "No image arrived. 1 datagram from 127.0.0.1 to 127.0.0.1 arrived at this port and was ignored: this receiver accepts what is sent to 127.0.0.1, from 127.0.0.9 only.",
            warning.Text);
    }

    // Two hosts, of which one refuses: the other gets everything at once, that is told once.
    [Fact]
    public void AReceiverThatCannotBeReachedIsToldOnceAndHoldsUpNobody()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have only one address of this machine.");
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000);
        using GalleryReceiver receiver = GalleryReceiver.Open(Tcp());
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        SendOptions to = To(receiver) with { ConnectTimeout = TimeSpan.FromSeconds(3) };
        using GallerySender sender = GallerySender.Open(to with { Addresses = to.Addresses with { To = ["127.0.0.1", "127.0.0.8"] } }, TestContext.Current.CancellationToken);
        List<GalleryEvent> sent = [.. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(6, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Equal([0, 1, 2, 3, 4, 5], sent.OfType<SentEvent>().Select(static s => s.Image.Index));
        Assert.Equal(ErrorIds.ConnectionRefused, Assert.Single(sent.OfType<ErrorEvent>()).Error.Id);
        Assert.Equal("127.0.0.1", Assert.Single(sent.OfType<EndEvent>()).Peer.Address.ToString());
    }

    [Theory]
    [InlineData(Transport.Tcp, ErrorIds.ConnectionRefused)]
    [InlineData(Transport.Unicast, ErrorIds.DestinationUnreachable)]
    public void WhereNobodyCanBeReachedOneErrorEndsTheCall(Transport transport, string id)
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 2_000, 3_000);
        string nowhere = transport == Transport.Tcp ? "127.0.0.1" : "2001:db8::1";
        Assert.SkipWhen(transport != Transport.Tcp && GalleryPS.Network.Routes.To(IPAddress.Parse(nowhere)) is not null, "There is a way to everywhere here.");
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Transport = transport, Addresses = new() { To = [nowhere], Port = ((IPEndPoint)free.LocalEndPoint!).Port } }, TestContext.Current.CancellationToken);
        long start = Stopwatch.GetTimestamp();
        List<GalleryEvent> sent = [.. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        Assert.Equal(id, Assert.Single(sent.OfType<ErrorEvent>()).Error.Id);
        Assert.Empty(sent.OfType<WarningEvent>());
        Assert.Empty(sent.OfType<EndEvent>());
        Assert.Equal(1, sent.OfType<SummaryEvent>().Single().Summary.Failed);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 5);
    }

    // What the user sees: one error, not one for each message and repetition.
    [Fact]
    public void WhereNoMessageCanBeSentOneErrorEndsTheCall()
    {
        Assert.SkipWhen(GalleryPS.Network.Routes.To(IPAddress.Parse("2001:db8::1")) is not null, "There is a way to everywhere here.");
        using MessageSender sender = MessageSender.Open(new MessageSendOptions { Addresses = new() { To = ["2001:db8::1", "2001:db8::2"] }, Repeat = 3 }, TestContext.Current.CancellationToken);
        List<GalleryEvent> told = [.. Enumerable.Range(0, 3).SelectMany(i => sender.Send(OutgoingMessage.FromText($"message {i}"))), .. sender.Finish()];
        Assert.Equal(["2001:db8::1", "2001:db8::2"], told.OfType<ErrorEvent>().Select(static e => ((IPEndPoint)e.Error.Target!).Address.ToString()));
        Assert.All(told.OfType<ErrorEvent>(), static e => Assert.Equal(ErrorIds.DestinationUnreachable, e.Error.Id));
        Assert.Empty(told.OfType<WarningEvent>());
        Assert.Equal(2, told.OfType<MessageSummaryEvent>().Single().Summary.Failed);
    }

    // One address has a receiver, one has none: that one is named once, and the receiver gets every image.
    [Fact]
    public void WhereNobodyListensIsToldOncePerDestination()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems are not asked for the answers of hosts.");
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 2_000, 3_000, 4_000);
        using GalleryReceiver receiver = GalleryReceiver.Open(
            new ReceiveOptions { Addresses = new() { Port = 25968, Address = "127.0.0.1" }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(15) } });
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Addresses = new() { To = ["127.0.0.8", "127.0.0.1"], Port = 25968 } }, TestContext.Current.CancellationToken);
        List<GalleryEvent> sent = [.. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        Assert.True(receiving.Wait(Patience));
        WarningEvent warning = Assert.Single(sent.OfType<WarningEvent>());
        Assert.Equal(ErrorIds.NobodyListens, warning.Id);
        Assert.StartsWith("Nobody listens at 127.0.0.8:25968: ", warning.Text, StringComparison.Ordinal);
        Assert.Empty(sent.OfType<ErrorEvent>());
        Assert.Equal(4, receiving.Result.OfType<ReceivedEvent>().Count());
    }

    // It closes with bytes that it has not read: the system resets the connection, and tells the sender once.
    [Fact]
    public void AnImageThatAReceiverDidNotReadIsNotDelivered()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Transport = Transport.Tcp, Addresses = new() { To = ["127.0.0.1"], Port = ((IPEndPoint)listener.LocalEndPoint!).Port }, Pacing = new() { EndDelay = TimeSpan.Zero } },
            TestContext.Current.CancellationToken);
        List<GalleryEvent> sent = [.. sender.Send(TestGallery.Write(_folder, 10_000)[0])];
        using (Socket accepted = listener.Accept()) Assert.True(accepted.Poll(Patience, SelectMode.SelectRead));
        sent.AddRange(sender.Finish());
        Assert.Equal(ErrorIds.ConnectionReset, Assert.Single(sent.OfType<ErrorEvent>()).Error.Id);
        Assert.Equal(1, sent.OfType<SummaryEvent>().Single().Summary.Failed);
    }

    // A receiver that wanted one image is gone when the end comes: nothing is lost for that.
    [Fact]
    public void AReceiverThatHasWhatItWantedIsNoWarning()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems do not tell which datagram an answer is about.");
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000);
        using GalleryReceiver receiver = GalleryReceiver.Open(
            new ReceiveOptions { Addresses = new() { Port = 25969, Address = "127.0.0.1" }, Until = new() { Count = 1, IdleTimeout = TimeSpan.FromSeconds(15) } });
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Addresses = new() { To = ["127.0.0.1"], Port = 25969 }, Pacing = new() { EndDelay = TimeSpan.Zero } }, TestContext.Current.CancellationToken);
        List<GalleryEvent> sent = [.. sender.Send(files[0])];
        Assert.True(receiving.Wait(Patience));
        receiver.Dispose();
        sent.AddRange(sender.Finish());
        Assert.Empty(sent.OfType<WarningEvent>());
        Assert.Contains(sent.OfType<NoticeEvent>(), static n => n.Text == "Nobody listens at 127.0.0.1:25969 any more: the end of transmission was not heard there.");
        Assert.Equal(0, sent.OfType<SummaryEvent>().Single().Summary.NobodyListens);
    }

    [Fact]
    public void WithRetryItIsTriedForEveryImage()
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 2_000, 3_000);
        int port;
        using (GalleryReceiver probe = GalleryReceiver.Open(Tcp())) port = probe.Ready.EndPoints[0].Port;
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Transport = Transport.Tcp, Retry = true, Addresses = new() { To = ["127.0.0.1"], Port = port }, Pacing = new() { EndDelay = TimeSpan.Zero } },
            TestContext.Current.CancellationToken);
        List<GalleryEvent> sent = [.. sender.Send(files[0]), .. sender.Send(files[1])];
        Assert.Equal(ErrorIds.ConnectionRefused, Assert.Single(sent.OfType<ErrorEvent>()).Error.Id);
        using GalleryReceiver receiver = GalleryReceiver.Open(Tcp() with { Addresses = new() { Port = port } });
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        sent.AddRange([.. sender.Send(files[2]), .. sender.Finish()]);
        Assert.True(receiving.Wait(Patience));
        Assert.Single(receiving.Result.OfType<ReceivedEvent>());
        Assert.Single(sent.OfType<EndEvent>());
        Assert.Contains("1 more attempt", Assert.Single(sent.OfType<WarningEvent>()).Text, StringComparison.Ordinal);
    }

    private static ReceiveOptions Tcp() => new() { Transport = Transport.Tcp, Addresses = new() { Port = 0 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } };

    private static SendOptions To(GalleryReceiver receiver) => new()
    {
        Transport = Transport.Tcp,
        Addresses = new() { To = ["127.0.0.1"], Port = receiver.Ready.EndPoints[0].Port },
        Pacing = new() { EndDelay = TimeSpan.Zero },
    };

    private static void Send(GalleryReceiver receiver, IReadOnlyList<string> files)
    {
        using GallerySender sender = GallerySender.Open(To(receiver), TestContext.Current.CancellationToken);
        Assert.Equal(files.Count, files.SelectMany(f => sender.Send(f)).OfType<SentEvent>().Count());
        Assert.Single(sender.Finish().OfType<EndEvent>());
    }

    private static Socket Connect(GalleryReceiver receiver, string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        socket.Connect(receiver.Ready.EndPoints[0]);
        return socket;
    }
}
