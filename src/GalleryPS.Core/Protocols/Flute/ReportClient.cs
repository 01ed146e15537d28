using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Transports;

namespace GalleryPS.Protocols.Flute;

/// <summary>A receiver's end of the report channel: tells the sender of one session how far things are, until all is in.</summary>
internal sealed class ReportClient : IDisposable
{
    // Fast enough to keep a fast sender going, and less often the longer nothing changes.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5), Longest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private readonly IPEndPoint _to;
    private readonly byte[]? _key;
    private readonly Func<ReceptionReport?> _report;
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<string> _failed;
    private readonly Thread _thread;

    /// <param name="to">The sender's port.</param>
    /// <param name="key">The key of the reports, or null.</param>
    /// <param name="report">Makes a report; null when the session is over.</param>
    /// <param name="failed">Is told why reporting is not possible.</param>
    public ReportClient(IPEndPoint to, byte[]? key, Func<ReceptionReport?> report, Action<string> failed)
    {
        (_to, _key, _report, _failed) = (to, key, report, failed);
        _thread = new Thread(Run) { IsBackground = true, Name = "Flute reports" };
        _thread.Start();
    }

    /// <summary>There is something to report now.</summary>
    public void Wake() => _wake.Set();

    public void Dispose()
    {
        _stop.Cancel();
        _wake.Set();
        _thread.Join();
        _stop.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        try
        {
            using Socket socket = TcpTransport.Connect(
                _to, new TcpSendOptions(Network.Nic.Default, null, ConnectTimeout, TimeSpan.FromSeconds(1)), _stop.Token);
            socket.NoDelay = true;
            byte[] line = ReadLine(socket, _stop.Token);
            if (!ReportCodec.TryReadChallenge(line, out _, out byte[] challenge)) throw new InvalidDataException("it does not answer like a sender of FLUTE");
            using var codec = new ReportCodec(challenge, _key);
            socket.Send(codec.Join(Environment.MachineName));
            Report(socket, codec);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        catch (Exception e) when (e is SocketException or InvalidDataException or ObjectDisposedException)
        {
            if (!_stop.IsCancellationRequested) _failed(e.Message);
        }
    }

    private void Report(Socket socket, ReportCodec codec)
    {
        TimeSpan pause = Shortest;
        long packets = -1;
        while (true)
        {
            bool stopping = _stop.IsCancellationRequested;
            ReceptionReport? report = _report();
            if (report is null) return;
            socket.Send(codec.Report(report));
            if (report.Finished || stopping) return;
            bool news = report.Packets != packets || report.Objects.Count + report.Blocks.Count > 0;
            packets = report.Packets;
            pause = news ? Shortest : TimeSpan.FromTicks(Math.Min(pause.Ticks * 3 / 2, Longest.Ticks));
            _wake.WaitOne(pause);
        }
    }

    private static byte[] ReadLine(Socket socket, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        byte[] one = new byte[1];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < ConnectTimeout)
        {
            // Whoever cancels does not wait for a sender that says nothing.
            cancellationToken.ThrowIfCancellationRequested();
            if (!socket.Poll(50_000, SelectMode.SelectRead)) continue;
            if (socket.Receive(one) == 0) break;
            if (one[0] == '\n') return [.. line];
            line.Add(one[0]);
            if (line.Count > 1024) break;
        }

        throw new InvalidDataException("it says nothing");
    }
}
