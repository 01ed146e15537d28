using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Flute;

/// <summary>A receiver's end of the report channel: tells the sender of one session how far things are, until all is in.</summary>
internal sealed class ReportClient : IDisposable
{
    // Fast enough to keep a fast sender going, and less often the longer nothing changes.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5), Longest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    // How long the last words may take when the session is over; whoever stops does not wait longer.
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(100);
    private readonly IPEndPoint _to;
    private readonly byte[]? _key;
    private readonly Func<ReceptionReport?> _report;
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<string, string> _failed;
    private readonly Thread _thread;

    /// <param name="to">The sender's port.</param>
    /// <param name="key">The key of the reports, or null.</param>
    /// <param name="report">Makes a report; null when the session is over.</param>
    /// <param name="failed">Is told why reporting is not possible: the id of the error, and the reason.</param>
    public ReportClient(IPEndPoint to, byte[]? key, Func<ReceptionReport?> report, Action<string, string> failed)
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
            socket.Blocking = false;
            byte[] line = ReadLine(socket, _stop.Token);
            if (!ReportCodec.TryReadChallenge(line, out bool wantsMac, out byte[] challenge)) throw new InvalidDataException("it does not answer like a sender of FLUTE");
            using var codec = new ReportCodec(challenge, _key);
            Send(socket, codec.Join(Environment.MachineName));
            if (wantsMac && _key is null)
            {
                _failed(ErrorIds.NotAuthentic, "it serves only who has the passphrase (-Passphrase)");
                return;
            }

            Report(socket, codec);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        catch (Exception e) when (e is SocketException or InvalidDataException or ObjectDisposedException)
        {
            if (!_stop.IsCancellationRequested) _failed(ErrorIds.NetworkFailure, e.Message);
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
            Send(socket, codec.Report(report));
            if (report.Finished || stopping) return;
            bool news = report.Packets != packets || report.Objects.Count + report.Blocks.Count > 0;
            packets = report.Packets;
            pause = news ? Shortest : TimeSpan.FromTicks(Math.Min(pause.Ticks * 3 / 2, Longest.Ticks));
            _wake.WaitOne(pause);
        }
    }

    // A sender that is kept from reading makes the reports wait, however long; it must not make the end wait.
    private void Send(Socket socket, ReadOnlySpan<byte> line)
    {
        long? stopped = null;
        while (!line.IsEmpty)
        {
            int sent = socket.Send(line, SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock)) throw new SocketException((int)error);
            line = line[sent..];
            if (error == SocketError.Success) continue;
            if (_stop.IsCancellationRequested && Stopwatch.GetElapsedTime(stopped ??= Stopwatch.GetTimestamp()) > LastWords) throw new OperationCanceledException();
            socket.Poll(20_000, SelectMode.SelectWrite);
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
