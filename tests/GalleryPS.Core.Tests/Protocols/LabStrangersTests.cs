using System.Net;
using System.Net.Sockets;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>Between hosts: who only tries a port, who says nothing, whose datagrams are not asked for, and which NIC is taken.</summary>
public sealed class LabStrangersTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly NetworkLab _lab;
    private readonly string _folder = TestGallery.NewFolder();

    public LabStrangersTests()
    {
        if (NetworkLab.Missing is { } reason) Assert.Skip(reason);
        _lab = NetworkLab.Create(hosts: 3, networks: 2);
    }

    private TestHost Sender => _lab[0];

    private TestHost Receiver => _lab[1];

    private TestHost Stranger => _lab[2];

    public void Dispose()
    {
        _lab.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // What the user sees with -Verbose: "10.77.0.3:... connected and sent nothing ...": the receiver goes on, and gets everything. A
    // connection from the sender's host that says nothing does not hold up the end either.
    [Fact]
    public void ProbesAndSilentConnectionsOfOtherHostsEndNothing()
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 2_000);
        Task<List<GalleryEvent>> receiving = Receive(out ManualResetEventSlim ready, new ReceiveOptions
        {
            Transport = Transport.Tcp,
            Addresses = new() { Address = Receiver.IPv4 },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
        });
        ready.Wait(Patience);
        Connect(Stranger).Dispose();
        using Socket silentStranger = Connect(Stranger), silent = Connect(Sender);
        List<GalleryEvent> sent = Send(files, new SendOptions { Transport = Transport.Tcp, Addresses = new() { To = [Receiver.IPv4] } });
        Assert.True(receiving.Wait(TimeSpan.FromSeconds(15)));
        Assert.Empty(sent.OfType<ErrorEvent>());
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Equal(Sender.IPv4, Assert.Single(receiving.Result.OfType<EndEvent>()).Peer.Address.ToString());
        Assert.Contains(receiving.Result.OfType<NoticeEvent>(), n => n.Text.StartsWith($"{Stranger.IPv4}:", StringComparison.Ordinal) && n.Text.Contains("connected and sent nothing", StringComparison.Ordinal));
    }

    // What the user sees: "No message arrived. 2 datagrams from 10.77.0.3 to 10.77.0.2 arrived at this port and were ignored: ...".
    [Fact]
    public void MessagesOfOthersAreNamedWhenNothingElseCame()
    {
        Task<List<GalleryEvent>> receiving = LabThread.Start(Receiver, () =>
        {
            using MessageReceiver receiver = MessageReceiver.Open(new MessageReceiveOptions
            {
                Addresses = new() { Address = Receiver.IPv4, Source = [Sender.IPv4] },
                Until = new() { Duration = TimeSpan.FromSeconds(1.5) },
            });
            List<GalleryEvent> told = [];
            foreach (GalleryEvent one in receiver.Receive())
            {
                told.Add(one);
                if (one is not ReadyEvent) continue;
                LabThread.Run(Stranger, () =>
                {
                    using MessageSender sender = MessageSender.Open(new MessageSendOptions { Addresses = new() { To = [Receiver.IPv4] }, Repeat = 2 });
                    Assert.Equal(2, sender.Send(OutgoingMessage.FromText("hello")).OfType<MessageSentEvent>().Count());
                });
            }

            return told;
        });
        Assert.True(receiving.Wait(Patience));
        WarningEvent warning = Assert.Single(receiving.Result.OfType<WarningEvent>());
        Assert.Equal(ErrorIds.NothingForThisReceiver, warning.Id);
        Assert.Equal(
            $"No message arrived. 2 datagrams from {Stranger.IPv4} to {Receiver.IPv4} arrived at this port and were ignored: this receiver accepts what is sent to {Receiver.IPv4}, from {Sender.IPv4} only.",
            warning.Text);
    }

    // What the user sees: the same of connections.
    [Fact]
    public void ConnectionsOfOthersAreNamedWhenNothingElseCame()
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000);
        Task<List<GalleryEvent>> receiving = Receive(out ManualResetEventSlim ready, new ReceiveOptions
        {
            Transport = Transport.Tcp,
            Addresses = new() { Address = Receiver.IPv4, Source = [Stranger.IPv4] },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(1.5) },
        });
        ready.Wait(Patience);
        Send(files, new SendOptions { Transport = Transport.Tcp, Addresses = new() { To = [Receiver.IPv4] }, Pacing = new() { EndDelay = TimeSpan.Zero } });
        Assert.True(receiving.Wait(Patience));
        GalleryException error = Assert.Single(receiving.Result.OfType<ErrorEvent>()).Error;
        Assert.Equal(ErrorIds.ReceiverTimedOut, error.Id);
        Assert.Matches(
            $@"^\d connections? from {Sender.IPv4} arrived at this port and (was|were) ignored: this receiver accepts what is sent to {Receiver.IPv4}, from {Stranger.IPv4} only\.$", error.RecommendedAction);
    }

    // Two NICs in one IPv6 network, of which the routing table prefers the first; the receiver can be reached on its second one only.
    [Theory]
    [InlineData(Transport.Unicast, Protocol.Plain)]
    [InlineData(Transport.Unicast, Protocol.Flute)]
    [InlineData(Transport.Tcp, Protocol.Plain)]
    public void OutboundIPDecidesTheNicOfIPv6(Transport transport, Protocol protocol)
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 10_000, 20_000);
        NetworkLab.Ip(Sender, "addr add fd77::101/64 dev eth1 nodad metric 1024");
        NetworkLab.Ip(Receiver, "addr add fd77::102/64 dev eth1 nodad metric 1024", "route add fd77::101/128 dev eth1");
        Task<List<GalleryEvent>> receiving = Receive(out ManualResetEventSlim ready, new ReceiveOptions
        {
            Transport = transport,
            Protocol = protocol,
            Addresses = new() { Address = "fd77::102" },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(15) },
        });
        ready.Wait(Patience);
        List<GalleryEvent> sent = Send(files, new SendOptions { Transport = transport, Protocol = protocol, Addresses = new() { To = ["fd77::102"], OutboundIP = ["fd77::101"] } });
        Assert.True(receiving.Wait(Patience));
        Assert.Empty(sent.OfType<ErrorEvent>());
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.All(receiving.Result.OfType<ReceivedEvent>(), static r => Assert.Equal("fd77::101", r.Image.Source.Address.ToString()));
    }

    private Socket Connect(TestHost from)
    {
        var socket = new TaskCompletionSource<Socket>();
        LabThread.Run(from, () =>
        {
            var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            connection.Connect(IPAddress.Parse(Receiver.IPv4), SendOptions.DefaultPort);
            socket.SetResult(connection);
        });
        return socket.Task.Result;
    }

    private Task<List<GalleryEvent>> Receive(out ManualResetEventSlim ready, ReceiveOptions options)
    {
        var isReady = ready = new ManualResetEventSlim();
        return LabThread.Start(Receiver, () =>
        {
            using GalleryReceiver receiver = GalleryReceiver.Open(options);
            List<GalleryEvent> told = [];
            foreach (GalleryEvent one in receiver.Receive())
            {
                told.Add(one);
                if (one is ReadyEvent) isReady.Set();
            }

            return told;
        });
    }

    private List<GalleryEvent> Send(IReadOnlyList<string> files, SendOptions options)
    {
        Task<List<GalleryEvent>> sending = LabThread.Start(Sender, () =>
        {
            using GallerySender sender = GallerySender.Open(options);
            return (List<GalleryEvent>)[.. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        });
        Assert.True(sending.Wait(Patience));
        return sending.Result;
    }
}
