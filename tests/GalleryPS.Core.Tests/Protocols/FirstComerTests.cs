using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Tests.Sessions;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>A stranger's complete gallery comes before that of the sender who is waited for. What a user may say so that it does not end the receiver.</summary>
public sealed class FirstComerTests
{
    // A stranger has the usual address of this machine, the sender another one; the files have other lengths.
    private const int Strange = 5_000, Real = 30_000;
    private const string SendersAddress = "127.0.0.9";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Passphrase Secret = Passphrase.FromText("what a stranger does not know");

    // Without a word about the sender anybody's gallery is the one that is waited for.
    [Theory]
    [InlineData(Transport.Unicast, Protocol.Plain)]
    [InlineData(Transport.Tcp, Protocol.Plain)]
    [InlineData(Transport.Unicast, Protocol.Flute)]
    public void WhoComesFirstIsTheSenderUnlessOneIsNamed(Transport transport, Protocol protocol)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have only one address of this machine.");
        using (GalleryReceiver receiver = Open(new ReceiveOptions { Transport = transport, Protocol = protocol }))
        {
            Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
            SendStrange(receiver, transport, protocol);
            Assert.True(receiving.Wait(Patience));
            Assert.Equal([Strange], Lengths(receiving.Result));
        }

        using (GalleryReceiver receiver = Open(new ReceiveOptions { Transport = transport, Protocol = protocol, Addresses = new() { Source = [SendersAddress] } }))
        {
            Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
            SendStrange(receiver, transport, protocol);
            SendReal(receiver, transport, protocol);
            OnlyTheRealOne(receiving);
        }
    }

    [Fact]
    public void APassphraseNamesTheSender()
    {
        using GalleryReceiver receiver = Open(new ReceiveOptions { Protocol = Protocol.Flute, Flute = new() { Passphrase = Secret } });
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        SendStrange(receiver, Transport.Unicast, Protocol.Flute);
        Send(receiver, Real, new SendOptions { Protocol = Protocol.Flute, Flute = new() { Passphrase = Secret } });
        OnlyTheRealOne(receiving);
    }

    // Nothing names the sender, but there is room for a stranger; what came for nobody's end is still there.
    [Theory]
    [InlineData(Protocol.Plain)]
    [InlineData(Protocol.Flute)]
    public void OneMoreEndLeavesRoomForAStranger(Protocol protocol)
    {
        using GalleryReceiver receiver = Open(new ReceiveOptions { Protocol = protocol, Senders = 2 });
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        SendStrange(receiver, Transport.Unicast, protocol);
        Send(receiver, Real, new SendOptions { Protocol = protocol });
        Assert.True(receiving.Wait(Patience));
        Assert.Equal([Strange, Real], Lengths(receiving.Result));
    }

    private static void OnlyTheRealOne(Task<List<GalleryEvent>> receiving)
    {
        Assert.True(receiving.Wait(Patience));
        Assert.Equal([Real], Lengths(receiving.Result));
        Assert.Single(receiving.Result.OfType<EndEvent>());
        Assert.Empty(receiving.Result.OfType<ErrorEvent>());
    }

    private static IEnumerable<int> Lengths(IEnumerable<GalleryEvent> events) => events.OfType<ReceivedEvent>().Select(static e => e.Image.GetData()!.Length);

    private static GalleryReceiver Open(ReceiveOptions options) =>
        GalleryReceiver.Open(options with { Addresses = options.Addresses with { Port = 0 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });

    private static void SendStrange(GalleryReceiver receiver, Transport transport, Protocol protocol) =>
        Send(receiver, Strange, new SendOptions { Transport = transport, Protocol = protocol });

    private static void Send(GalleryReceiver receiver, int bytes, SendOptions options)
    {
        using GallerySender sender = GallerySender.Open(options with
        {
            Addresses = new() { To = ["127.0.0.1"], Port = receiver.Ready.EndPoints[0].Port },
            Pacing = new() { EndDelay = TimeSpan.Zero },
        });
        foreach (GalleryEvent _ in sender.Send("image.jpg", TestGallery.Jpeg(bytes, 1)).Concat(sender.Finish()))
        {
        }
    }

    // From an address of its own, which no NIC names.
    private static void SendReal(GalleryReceiver receiver, Transport transport, Protocol protocol)
    {
        byte[] image = TestGallery.Jpeg(Real, 2);
        IEnumerable<byte[]> pieces = protocol == Protocol.Flute ? Packets(image) : [image, []];
        foreach (byte[] piece in pieces)
        {
            bool tcp = transport == Transport.Tcp;
            using var socket = new Socket(AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(SendersAddress), 0));
            socket.Connect(receiver.Ready.EndPoints[0]);
            if (piece.Length > 0 || !tcp) socket.Send(piece);
        }
    }

    private static List<byte[]> Packets(byte[] image)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7 });
        sender.Add(FluteObject.FromMemory("image.jpg", image));
        sender.Complete();
        var packets = new List<byte[]>();
        byte[] packet = new byte[2000];
        for (TimeSpan now = TimeSpan.Zero; !sender.IsFinished;)
        {
            int length = sender.TryRead(now, packet);
            if (length > 0) packets.Add(packet[..length]);
            else now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
        }

        return packets;
    }
}
