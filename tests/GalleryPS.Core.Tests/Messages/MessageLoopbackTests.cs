using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using GalleryPS.Protocols;
using GalleryPS.Tests.Sessions;

namespace GalleryPS.Tests.Messages;

/// <summary>Messages over loopback, with what the system does best and with what works everywhere.</summary>
public class MessageLoopbackTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly VirtualTime _time = new();

    private ProtocolContext Context => ProtocolContext.Default with { Time = _time.Provider };

    [Theory]
    [InlineData("239.25.25.27", true)]
    [InlineData("239.25.25.27", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", true)]
    [InlineData("::1", false)]
    [InlineData("127.255.255.255", false)]
    public void ExactlyTheBytes(string address, bool portable)
    {
        Assert.SkipWhen(address == "::1" && !Interfaces.List().Any(static n => n.Loopback && n.IPv6.Count > 0), "this machine has no IPv6");
        var random = new Random(5);
        byte[] noise = new byte[16], large = new byte[65_507];
        random.NextBytes(noise);
        random.NextBytes(large);
        byte[][] sent = [Encoding.UTF8.GetBytes(new string('t', 48)), """{"name": "sender", "value": 12345}"""u8.ToArray(), noise, [], large];
        using MessageReceiver receiver = MessageReceiver.Open(Receive(address, sent.Length), ProtocolContext.Default with { Portable = portable }, default);
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        List<GalleryEvent> story = Send(receiver, address, [.. sent.Select(static s => OutgoingMessage.FromBytes(s))]);
        Assert.True(receiving.Wait(Patience));

        List<ReceivedMessage> received = [.. receiving.Result.OfType<MessageReceivedEvent>().Select(static e => e.Message)];
        Assert.Equal(sent, received.Select(static m => m.GetData()));
        Assert.Equal([MessageKind.Text, MessageKind.Json, MessageKind.Binary, MessageKind.Text, MessageKind.Binary], received.Select(static m => m.Kind));
        Assert.Equal([0, 1, 2, 3, 4], received.Select(static m => m.Index));
        Assert.All(received, m => Assert.Equal(address, m.Group.ToString()));
        Assert.All(received, static m => Assert.True(IPAddress.IsLoopback(m.Source.Address)));
        if (OperatingSystem.IsLinux()) Assert.All(received, static m => Assert.Equal("lo", m.Interface));
        Assert.Equal(12345L, ((OrderedDictionary<string, object?>)received[1].Value!)["value"]);
        Assert.Equal(5, story.OfType<MessageSentEvent>().Count());
        Assert.Equal(5, Assert.IsType<MessageSummaryEvent>(receiving.Result[^1]).Summary.Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ManyMessagesKeepTheirOrder(bool portable)
    {
        const int Count = 5_000;
        using MessageReceiver receiver = MessageReceiver.Open(Receive("127.0.0.1", Count) with { Statistics = true }, ProtocolContext.Default with { Portable = portable }, default);
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        OutgoingMessage[] messages = [.. Enumerable.Range(0, Count).Select(static i => OutgoingMessage.FromText($"{{\"seq\":{i}}}"))];
        Send(receiver, "127.0.0.1", messages, TimeSpan.FromMilliseconds(0.02));
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(messages.Select(static m => m.Text), receiving.Result.OfType<MessageReceivedEvent>().Select(static e => e.Message.Text));
        SourceStatistics source = Assert.Single(receiving.Result.OfType<StatisticsEvent>()).Statistics;
        Assert.Equal((Count, 0, 0, 0), (source.Received, source.Duplicates, source.OutOfOrder, source.Missing));
    }

    [Fact]
    public void RepetitionsAreDuplicates()
    {
        using MessageReceiver receiver = MessageReceiver.Open(Receive("127.0.0.1", 3));
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using (MessageSender sender = MessageSender.Open(new MessageSendOptions { Addresses = new() { To = ["127.0.0.1"], Port = PortOf(receiver) }, Repeat = 3 }))
        {
            Assert.Equal([1, 2, 3], sender.Send(OutgoingMessage.FromText("again")).OfType<MessageSentEvent>().Select(static e => e.Message.Repetition));
        }

        Assert.True(receiving.Wait(Patience));
        Assert.Equal([false, true, true], receiving.Result.OfType<MessageReceivedEvent>().Select(static e => e.Message.IsDuplicate));
    }

    [Fact]
    public void JoiningAndLeavingAreTold()
    {
        using MessageReceiver receiver = MessageReceiver.Open(Receive("239.25.25.28", 1) with { Until = new() { Duration = TimeSpan.FromHours(1) } }, Context, default);
        List<MembershipChange> changes = [.. _time.Until(() => receiver.Receive().ToList(), TimeSpan.FromMinutes(10)).OfType<MembershipEvent>().Select(static e => e.Change)];
        Assert.Equal([MembershipAction.Joined, MembershipAction.Left], changes.Select(static c => c.Action));
        Assert.All(changes, static c => Assert.Equal(("239.25.25.28", IPAddress.Loopback), (c.Group.ToString(), c.InterfaceAddress)));
        if (OperatingSystem.IsLinux()) Assert.Equal("lo", changes[0].Interface);
    }

    [Fact]
    public void CancellingEndsAtOnceAndLeaves()
    {
        using var stop = new CancellationTokenSource();
        using MessageReceiver receiver = MessageReceiver.Open(Receive("239.25.25.29", 1), Context, default);
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive(stop.Token).ToList());
        stop.Cancel();

        // No time passes: it waits for none.
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(MembershipAction.Left, receiving.Result.OfType<MembershipEvent>().Last().Change.Action);
        Assert.Equal("Cancelled", Assert.Single(receiving.Result.OfType<MessageEndEvent>()).Reason);
    }

    [Fact]
    public void ASlowReaderMakesTheKernelDropAndIsTold()
    {
        // A reader that takes nothing while far more arrives than queue and kernel hold.
        using MessageReceiver receiver = MessageReceiver.Open(Receive("127.0.0.1", 1) with { Until = new() });
        using var stop = new CancellationTokenSource();
        using IEnumerator<GalleryEvent> events = receiver.Receive(stop.Token).GetEnumerator();
        while (events.MoveNext() && events.Current is not NoticeEvent { Text: var text } || !((NoticeEvent)events.Current).Text.Contains("buffer", StringComparison.Ordinal))
        {
        }

        var first = Task.Run(events.MoveNext);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] data = RandomNumberGenerator.GetBytes(60_000);
        for (int i = 0; i < 8_000; i++) socket.SendTo(data, new IPEndPoint(IPAddress.Loopback, PortOf(receiver)));
        Assert.True(first.Wait(Patience));
        stop.Cancel();
        var rest = new List<GalleryEvent>();
        while (events.MoveNext()) rest.Add(events.Current);
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "only Linux tells what it dropped");
        Assert.Equal(ErrorIds.DatagramsDropped, Assert.Single(rest.OfType<WarningEvent>()).Id);
        Assert.True(Assert.Single(rest.OfType<MessageSummaryEvent>()).Summary.Dropped > 0);
    }

    [Fact]
    public void WrongOptionsHaveTheirIds()
    {
        Assert.Equal(ErrorIds.AddressFamilyMismatch, IdOf(() => MessageReceiver.Open(new MessageReceiveOptions { Addresses = new() { Source = ["::1"] } })));
        Assert.Equal(ErrorIds.AddressNotLocal, IdOf(() => MessageReceiver.Open(new MessageReceiveOptions { Addresses = new() { Address = "203.0.113.9" } })));
        Assert.Equal(ErrorIds.InvalidOptions, IdOf(() => MessageReceiver.Open(new MessageReceiveOptions { Addresses = new() { Port = 0 } })));
        Assert.Equal(ErrorIds.InvalidOptions, IdOf(() => MessageReceiver.Open(new MessageReceiveOptions { Until = new() { Count = 0 } })));
        Assert.Equal(ErrorIds.InvalidOptions, IdOf(() => MessageSender.Open(new MessageSendOptions { Repeat = 0 })));
        Assert.Equal(ErrorIds.InvalidOptions, IdOf(() => OutgoingMessage.FromJson("{")));
        Assert.Equal(ErrorIds.AddressNotMulticast, IdOf(() => MessageSender.Open(new MessageSendOptions { Addresses = new() { To = ["127.0.0.1"] }, Start = new() { WaitForGroup = TimeSpan.FromSeconds(1) } })));
        Assert.Equal(ErrorIds.InvalidOptions, IdOf(() => GallerySender.Open(new SendOptions { Transport = Transport.Tcp, Start = new() { WaitForGroup = TimeSpan.FromSeconds(1) } })));
        Assert.Equal(ErrorIds.UnreadableMessage, IdOf(() => OutgoingMessage.FromFile(Path.Combine(Path.GetTempPath(), "gallery-no-such-file"))));
        if (OperatingSystem.IsLinux()) Assert.Equal(ErrorIds.UnreadableMessage, IdOf(() => OutgoingMessage.FromFile("/dev/zero")));
    }

    [Fact]
    public void WhatIsTooLargeIsToldAndTheNextGoes()
    {
        using MessageReceiver receiver = MessageReceiver.Open(Receive("127.0.0.1", 1));
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        List<GalleryEvent> story = Send(receiver, "127.0.0.1", [OutgoingMessage.FromBytes(new byte[65_508]), OutgoingMessage.FromText("small")]);
        GalleryException error = Assert.Single(story.OfType<ErrorEvent>()).Error;
        Assert.Equal((ErrorIds.MessageTooLarge, GalleryErrorCategory.LimitsExceeded), (error.Id, error.Category));
        Assert.Contains("65,507", error.Message, StringComparison.Ordinal);
        Assert.True(receiving.Wait(Patience));
        Assert.Equal("small", Assert.Single(receiving.Result.OfType<MessageReceivedEvent>()).Message.Text);
    }

    [Fact]
    public void WaitingForAGroupOnLoopbackNeedsNoRights()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux lists the memberships of its programs");
        var options = new MessageSendOptions { Addresses = new() { To = ["239.25.25.30"], Port = 5999, OutboundIP = ["127.0.0.1"] }, Start = new() { WaitForGroup = TimeSpan.FromHours(1) } };
        using MessageSender alone = MessageSender.Open(options, Context, default);
        Assert.Equal(ErrorIds.NobodyJoined, IdOf(() => _time.Until(() => alone.Prepare().ToList(), TimeSpan.FromMinutes(10))));

        using MessageSender sender = MessageSender.Open(options);
        Task<List<GalleryEvent>> waiting = Task.Run(() => sender.Prepare().ToList());
        using MessageReceiver receiver = MessageReceiver.Open(new MessageReceiveOptions { Addresses = new() { Address = "239.25.25.30", Port = 5999, ArrivalIP = ["127.0.0.1"] } });
        Assert.True(waiting.Wait(Patience));
        Assert.Equal("lo", Assert.Single(waiting.Result.OfType<MemberEvent>()).Interface);
    }

    private static string IdOf(Action action) => Assert.Throws<GalleryException>(action).Id;

    private static MessageReceiveOptions Receive(string address, int count) => new()
    {
        Addresses = new()
        {
            Address = address,
            Port = address.StartsWith("239", StringComparison.Ordinal) || address.EndsWith("255", StringComparison.Ordinal) ? FreePort() : 0,
            ArrivalIP = address.StartsWith("239", StringComparison.Ordinal) ? ["127.0.0.1"] : [],
        },
        Until = new() { Count = count },
    };

    private static List<GalleryEvent> Send(MessageReceiver receiver, string address, OutgoingMessage[] messages, TimeSpan interval = default)
    {
        using MessageSender sender = MessageSender.Open(new MessageSendOptions
        {
            Addresses = new() { To = [address], Port = PortOf(receiver), OutboundIP = address.StartsWith("239", StringComparison.Ordinal) ? ["127.0.0.1"] : [] },
            Interval = interval,
        });
        return [.. sender.Prepare(), .. messages.SelectMany(m => sender.Send(m)), .. sender.Finish()];
    }

    private static int PortOf(MessageReceiver receiver) => receiver.Ready.EndPoints[0].Port;

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
