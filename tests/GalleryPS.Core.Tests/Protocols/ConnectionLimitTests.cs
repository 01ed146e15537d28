using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Network;
using GalleryPS.Protocols.Flute;
using GalleryPS.Tests.Sessions;

namespace GalleryPS.Tests.Protocols;

/// <summary>Limits of the report channel, of servers and of TLS: what goes over them is closed, and nobody else.</summary>
[Collection(nameof(Alone))]
public sealed class ConnectionLimitTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly VirtualTime _time = new();
    private readonly List<Socket> _sockets = [];

    public void Dispose() => _sockets.ForEach(static s => s.Dispose());

    [Fact]
    public void ALineOfAReportThatIsTooLongEndsItsConnection()
    {
        using ReportServer server = ReportServer.Open(AddressFamily.InterNetwork, 7, null, TimeProvider.System);
        Socket other = Connect(server.Port), endless = Connect(server.Port);
        byte[] piece = new byte[64 << 10];
        Array.Fill(piece, (byte)'x');
        int sent = 0;
        SocketError error = SocketError.Success;
        while (error == SocketError.Success && sent < 64 << 20) sent += endless.Send(piece, SocketFlags.None, out error);
        Assert.NotEqual(SocketError.Success, error);
        Assert.InRange(sent, GalleryLimits.ReportLineBytes, 32 << 20);
        Assert.False(IsClosed(other, TimeSpan.Zero));
    }

    [Fact]
    public void WhoDoesNotSayWhoItIsInTimeIsClosed()
    {
        using ReportServer server = ReportServer.Open(AddressFamily.InterNetwork, 7, null, _time.Provider);
        Socket silent = Connect(server.Port), joined = Connect(server.Port);
        byte[] line = new byte[1024];
        int length = joined.Receive(line);
        Assert.True(ReportCodec.TryReadChallenge(line.AsMemory(0, length - 1), out _, out byte[] challenge));
        using var codec = new ReportCodec(challenge, null);
        joined.Send(codec.Join("here"));
        Assert.True(SpinWait.SpinUntil(() => server.TryTake(out ReportMessage message) && message.Host is not null, Patience));
        Assert.False(IsClosed(silent, TimeSpan.Zero));
        _time.Until(() => IsClosed(silent, TimeSpan.Zero), GalleryLimits.ReportGreeting / 2);
        Assert.False(IsClosed(joined, TimeSpan.Zero));
    }

    [Fact]
    public void MoreReceiversThanMayReportAreClosed()
    {
        using ReportServer server = ReportServer.Open(AddressFamily.InterNetwork, 7, null, _time.Provider);
        Socket last = ConnectMany(server.Port, GalleryLimits.ReportClients);
        Assert.True(IsClosed(last, Patience));
        Assert.False(IsClosed(_sockets[0], TimeSpan.Zero));
    }

    [Fact]
    public void MoreClientsOfAServerThanCanWaitAreRefused()
    {
        using Server server = Server.Start(new ServerOptions { Address = "127.0.0.1", Port = 0, Tls = new() { UseTls = true } }, portable: false, null, _time.Provider);
        Socket last = ConnectMany(server.Port, GalleryLimits.ServerClients);
        Assert.True(IsClosed(last, Patience));
        Assert.True(SpinWait.SpinUntil(() => server.Connections == 1, Patience));
        Assert.Equal(ConnectionOutcome.Refused, Assert.Single(server.Log).Outcome);
    }

    // Nothing at all, the beginning of a record, and a whole one that is not followed by another.
    [Theory]
    [InlineData(0, "sent nothing in time")]
    [InlineData(3, "did not end its TLS handshake in time")]
    public void AHandshakeOfTlsHasItsTime(int bytes, string why)
    {
        var tls = TlsServer.Of(new TlsServerOptions { UseTls = true }, _time.Provider);
        using var acceptor = TcpAcceptor.Listen(new IPEndPoint(IPAddress.Loopback, 0), tls);
        Socket client = Connect(acceptor.EndPoint.Port);
        client.Send(new byte[] { 22, 3, 1 }, bytes, SocketFlags.None);
        Assert.True(acceptor.Wait(5_000_000));
        Assert.Equal(Accepted.Connection, acceptor.Accept(out TcpConnection? connection));
        using TcpConnection own = connection!;
        Task handshake = own.WaitForTls();
        TimeSpan begun = _time.Elapsed;
        _time.Until(() => handshake.IsCompleted, TimeSpan.FromSeconds(1));
        Assert.InRange((_time.Elapsed - begun).TotalSeconds, (bytes == 0 ? GalleryLimits.TlsHello : GalleryLimits.TlsHandshake).TotalSeconds - 1, double.MaxValue);
        Assert.True(handshake.IsFaulted);
        Assert.Contains(why, own.TlsFailure!.Message, StringComparison.Ordinal);
    }

    private Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    // As many as there may be, and one more.
    private Socket ConnectMany(int port, int most)
    {
        try
        {
            for (int i = 0; i < most; i++) Connect(port);
            return Connect(port);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TooManyOpenSockets)
        {
            Assert.Skip("this process may not open that many sockets (ulimit -n)");
            throw;
        }
    }

    private static bool IsClosed(Socket socket, TimeSpan patience)
    {
        byte[] scratch = new byte[1024];
        while (socket.Poll(patience, SelectMode.SelectRead))
        {
            if (socket.Receive(scratch, SocketFlags.None, out SocketError error) == 0 || error != SocketError.Success) return true;
        }

        return false;
    }
}
