using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Protocols.Flute;
using GalleryPS.Tests.Sessions;

namespace GalleryPS.Tests.Protocols;

/// <summary>The two ends of the report channel, each against a peer that does not do its part.</summary>
[Collection(nameof(Alone))]
public class FluteReportChannelTests
{
    // How long a test may hang, and the step in which its own clock goes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), Step = TimeSpan.FromMilliseconds(50);
    private readonly VirtualTime _time = new();

    [Fact]
    public void ReportsThatNobodyLooksAtDoNotPileUp()
    {
        using ReportServer server = ReportServer.Open(AddressFamily.InterNetwork, 7, null, _time.Provider);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, server.Port);
        byte[] buffer = new byte[1024];
        int length = socket.Receive(buffer);
        Assert.True(ReportCodec.TryReadChallenge(buffer.AsMemory(0, length - 1), out _, out byte[] challenge));
        using var codec = new ReportCodec(challenge, null);
        socket.Send(codec.Join("flood"));
        socket.Blocking = false;

        // Far more than both sockets hold.
        byte[] report = codec.Report(new ReceptionReport { Objects = [.. Enumerable.Range(1, 5000).Select(static n => (ulong)n)] });
        long accepted = 0;
        int rest = 0;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience;)
        {
            int sent = socket.Send(report.AsSpan(rest), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                if (!socket.Poll(1_000_000, SelectMode.SelectWrite)) break;
                continue;
            }

            Assert.Equal(SocketError.Success, error);
            accepted += sent;
            rest = (rest + sent) % report.Length;
        }

        Assert.InRange(accepted, 100_000, 50_000_000);

        // Once they are looked at, it goes on where it stopped.
        int taken = 0;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                while (server.TryTake(out _)) taken++;
                return taken == 1 + accepted / report.Length;
            },
            Patience));
    }

    [Fact]
    public void HundredsOfReceiversReportSeldomAndAllAreKnownToHaveEverything()
    {
        const int count = 300;
        using ReportServer server = ReportServer.Open(AddressFamily.InterNetwork, 7, null, _time.Provider);
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, WaitsForReports = true });
        sender.Add(FluteObject.FromMemory("1.jpg", new byte[1000]));
        sender.Complete();
        sender.AnnounceOnly = true;
        var served = new List<ServedReceiver>();
        var service = new ReceiverService(
            new SendOptions { Flute = new FluteSendOptions { Receivers = count } }, server, sender, new FluteSenderOptions { Tsi = 7 }, e => served.AddRange(e is ServedEvent one ? [one.Receiver] : []));
        int reports = 0;
        bool whole = false;

        // Each says that more packets came, so that it would report every few milliseconds.
        ReceptionReport? Report(CancellationToken cancellationToken) => new() { Packets = Interlocked.Increment(ref reports), HasFdt = true, IsIdle = true, Finished = Volatile.Read(ref whole), Objects = Volatile.Read(ref whole) ? [1] : [] };
        ReportClient[] clients = [.. Enumerable.Range(0, count).Select(_ => new ReportClient(new IPEndPoint(IPAddress.Loopback, server.Port), null, Report, static (_, _) => { }, _time.Provider))];
        try
        {
            Until(() => service.Delivery.Receivers.Count(static r => r.ReportEvery > TimeSpan.Zero) >= count - 48);
            Volatile.Write(ref whole, true);
            Until(() => served.Count == count);
            Assert.All(served, static r => Assert.True(r.Completed && r.Images == 1));

            void Until(Func<bool> done) => _time.Until(
                () =>
                {
                    service.Serve(_time.Elapsed);
                    return done();
                },
                TimeSpan.FromMilliseconds(10));
        }
        finally
        {
            Parallel.ForEach(clients, static c => c.Dispose());
        }
    }

    // Numbers of sessions are drawn from 65,535: a receiver that goes on for a day meets one again.
    [Fact]
    public void ASessionThatGetsTheNumberOfOneThatEndedIsReportedToo()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<GalleryEvent>();
        using var ended = new AutoResetEvent(false);
        using var clients = new ReportClients(null, static (_, last, _) => last with { Finished = true }, told.Enqueue, _time.Provider, onEnded: () => ended.Set());
        var session = new SessionId(IPAddress.Loopback, 7);
        for (int gallery = 0; gallery < 3; gallery++)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            clients.Begin(session, $":{((IPEndPoint)listener.LocalEndPoint!).Port}");
            Assert.True(listener.Poll(Patience, SelectMode.SelectRead), $"gallery {gallery} is not reported");
            using Socket sender = listener.Accept();
            sender.Send(ReportCodec.Challenge(new byte[16], 7));
            using (var lines = new StreamReader(new NetworkStream(sender))) Assert.Contains("\"finished\":true", lines.ReadToEnd(), StringComparison.Ordinal);
            sender.Dispose();
            Assert.True(ended.WaitOne(Patience));
        }

        Assert.Empty(told);
    }

    // A sender that was killed and started again goes on with its session at another port: it is told all of it there, also when the
    // old port takes no connections or says nothing any more.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASenderThatWasStartedAgainIsToldEverythingAtItsNewPort(bool oldIsOpen)
    {
        bool hasNews = true;
        ReceptionReport News(SessionId session, ReceptionReport last, CancellationToken left)
        {
            bool first = hasNews;
            hasNews = false;
            return last with { Packets = 1, Objects = first ? [1, 2] : [] };
        }

        using var clients = new ReportClients(null, News, static _ => { }, _time.Provider);
        var session = new SessionId(IPAddress.Loopback, 7);
        using Socket before = Listen(), after = Listen();
        clients.Begin(session, PortOf(before));
        using (Socket old = Accept(before, out string told))
        {
            Assert.Contains("\"objects\":[1,2]", told, StringComparison.Ordinal);
            if (!oldIsOpen)
            {
                old.Dispose();
                before.Dispose();
            }

            clients.Begin(session, PortOf(after));
            using Socket now = Accept(after, out told);
            Assert.Contains("\"objects\":[1,2]", told, StringComparison.Ordinal);
        }
    }

    // What was started again sends another gallery: its objects have the numbers of the old ones, so nothing of those is told.
    [Fact]
    public void ASessionThatIsAnotherOneIsReportedFromTheBeginning()
    {
        ulong next = 0;
        using var clients = new ReportClients(
            null, (_, last, left) => left.IsCancellationRequested ? null : last with { Packets = 1, Objects = [Interlocked.Increment(ref next)] }, static _ => { }, _time.Provider);
        var session = new SessionId(IPAddress.Loopback, 7);
        using Socket before = Listen(), after = Listen();
        clients.Begin(session, PortOf(before));
        using (Accept(before, out string told)) Assert.Contains("\"objects\":[1]", told, StringComparison.Ordinal);
        clients.Leave(session);
        ulong last = Interlocked.Read(ref next);
        clients.Begin(session, PortOf(after));
        using (Accept(after, out string told)) Assert.DoesNotContain(",", told.Split("\"objects\":[")[1].Split(']')[0], StringComparison.Ordinal);
        Assert.True(Interlocked.Read(ref next) > last);
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static string PortOf(Socket listener) => $":{((IPEndPoint)listener.LocalEndPoint!).Port}";

    // Takes a receiver's connection and the first of its reports that names objects.
    private Socket Accept(Socket listener, out string told)
    {
        _time.Until(() => listener.Poll(0, SelectMode.SelectRead), Step);
        Socket sender = listener.Accept();
        sender.Send(ReportCodec.Challenge(new byte[16], 7));
        using var lines = new StreamReader(new NetworkStream(sender, ownsSocket: false), leaveOpen: true);
        do
        {
            told = lines.ReadLine() ?? throw new InvalidOperationException("It said nothing of objects.");
        }
        while (!told.Contains("\"objects\":[", StringComparison.Ordinal) || told.Contains("\"objects\":[]", StringComparison.Ordinal));
        return sender;
    }

    // A sender that was stopped closes the connection, and then tells the end of the session: nobody has to hear of the connection.
    [Fact]
    public void ASenderThatIsStoppedIsNotAFailureOfTheChannel()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        bool over = false;
        var told = new List<string>();
        var report = new ReceptionReport { Objects = [.. Enumerable.Range(1, 1000).Select(static n => (ulong)n)] };
        using (var client = new ReportClient(
            (IPEndPoint)listener.LocalEndPoint!, null, _ => Volatile.Read(ref over) ? null : report, (_, text) => told.Add(text), _time.Provider, () => told.Add("again")))
        {
            using (Socket connection = listener.Accept())
            {
                connection.Send(ReportCodec.Challenge(new byte[16], 7));
                Assert.True(SpinWait.SpinUntil(() => client.IsOpen, Patience));
                connection.LingerState = new LingerOption(true, 0);
            }

            Assert.True(SpinWait.SpinUntil(() => !client.IsOpen, Patience));
            Volatile.Write(ref over, true);
            _time.Until(() => client.HasEnded, TimeSpan.FromMilliseconds(100));
        }

        Assert.Empty(told);
    }

    // Everything came while the connection was broken: the sender hears of it on the next one, and nobody is told of a failure.
    [Fact]
    public void WhatBecameCompleteWhileTheConnectionWasBrokenIsStillTold()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var told = new List<string>();
        var reports = new System.Collections.Concurrent.ConcurrentQueue<ReceptionReport>([new ReceptionReport { Objects = [1], Packets = 10 }]);
        using var ended = new ManualResetEventSlim();
        ReceptionReport? last = null;
        using var client = new ReportClient(
            (IPEndPoint)listener.LocalEndPoint!, null, Next, (_, text) => told.Add(text), _time.Provider, () => told.Add("again"), ended: ended.Set);
        using (Socket first = listener.Accept())
        {
            first.Send(ReportCodec.Challenge(new byte[16], 7));
            Assert.True(SpinWait.SpinUntil(() => client.HasTried, Patience));
            first.LingerState = new LingerOption(true, 0);
        }

        Assert.True(SpinWait.SpinUntil(() => !client.IsOpen, Patience));
        reports.Enqueue(new ReceptionReport { Objects = [2], Packets = 20, Finished = true });
        reports.Enqueue(null!);
        client.ReportEnd();
        Assert.True(client.IsReportingEnd);
        _time.Until(() => listener.Poll(0, SelectMode.SelectRead), Step);
        using Socket second = listener.Accept();
        second.Send(ReportCodec.Challenge(new byte[16], 7));
        using var all = new StreamReader(new NetworkStream(second));
        string[] lines = all.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\"finished\":true", lines[^1], StringComparison.Ordinal);
        Assert.Contains("[1,2]", lines[^1], StringComparison.Ordinal);
        Assert.True(client.IsReportingEnd); // until the sender has closed its end too
        second.Shutdown(SocketShutdown.Both);
        Assert.True(ended.Wait(Patience));
        Assert.False(client.IsReportingEnd);
        Assert.Equal(["again"], told);

        ReceptionReport? Next(CancellationToken left) => reports.TryDequeue(out ReceptionReport? next) ? last = next : last;
    }

    [Fact]
    public void TheEndDoesNotWaitForASenderThatReadsNothing()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var report = new ReceptionReport { Objects = [.. Enumerable.Range(1, 100_000).Select(static n => (ulong)n)] };
        int asked = 0;
        string? failure = null;
        var client = new ReportClient(
            (IPEndPoint)listener.LocalEndPoint!, null,
            _ =>
            {
                Interlocked.Increment(ref asked);
                return report;
            },
            (_, text) => failure = text,
            _time.Provider);
        using Socket connection = listener.Accept();
        connection.Send(ReportCodec.Challenge(new byte[16], 7));

        // It is stuck when it asks for no more reports.
        int before = -1;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                int now = Volatile.Read(ref asked);
                if (now == before && now > 1) return true;
                before = now;
                Thread.Sleep(300);
                return false;
            },
            Patience));

        // It tries to say its last words for a tenth of a second, and not for ever.
        var ending = Task.Run(client.Dispose);
        _time.Until(() => ending.IsCompleted, TimeSpan.FromMilliseconds(20));
        ending.GetAwaiter().GetResult();
        Assert.Null(failure);
    }
}
