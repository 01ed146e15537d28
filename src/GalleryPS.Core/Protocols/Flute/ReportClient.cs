using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Flute;

/// <summary>A receiver's end of the report channel: tells the sender of one session how far things are, until all is in.</summary>
internal sealed class ReportClient : IDisposable
{
    // Fast enough to keep a fast sender going, and less often the longer nothing changes.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5), Longest = TimeSpan.FromMilliseconds(200), Look = TimeSpan.FromMilliseconds(50);

    // While the sender looks for its rate every report lets it go faster.
    private static readonly TimeSpan ShortestAtFirst = TimeSpan.FromMilliseconds(2);
    private const int FirstReports = 32;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5), RetryPause = TimeSpan.FromMilliseconds(500);

    // How long the last words may take when the session is over; whoever stops does not wait longer.
    private static readonly TimeSpan FirstReportTimeout = TimeSpan.FromSeconds(1), FinalReportTimeout = TimeSpan.FromMilliseconds(100);

    // How long a sender that could be told before is told that everything is in.
    private static readonly TimeSpan LastWordTimeout = TimeSpan.FromSeconds(3);
    private IPEndPoint _to;
    private readonly byte[]? _key;
    private readonly Func<CancellationToken, ReceptionReport?> _report;
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _stop = new(), _left = new();
    private readonly Action<string, string> _failed;
    private readonly Action? _restored, _ended;
    private readonly string _receiver = Guid.NewGuid().ToString("N");
    private readonly ReportedSoFar _soFar = new();
    private readonly TimeProvider _time;
    private readonly TlsTarget? _tls;
    private readonly Thread _thread;
    private readonly long _begun;
    private bool _isOpen, _hasTried, _wasOpen;
    private volatile bool _isDone;
    private ReceptionReport? _last;
    private long _over;

    /// <param name="to">The sender's port.</param>
    /// <param name="key">The key of the reports, or null.</param>
    /// <param name="report">Makes a report; null when the session is over. Its token is cancelled when the session is another one now, whose news are not this one's.</param>
    /// <param name="failed">Is told why reporting is not possible: the id of the error, and the reason.</param>
    /// <param name="time">The clock.</param>
    /// <param name="restored">Is told when it is possible again.</param>
    /// <param name="tls">With whom TLS is spoken; null for plain text.</param>
    /// <param name="ended">Is told when there is nothing more to tell.</param>
    public ReportClient(IPEndPoint to, byte[]? key, Func<CancellationToken, ReceptionReport?> report, Action<string, string> failed, TimeProvider time, Action? restored = null, TlsTarget? tls = null, Action? ended = null)
    {
        (_to, _key, _report, _failed, _time, _restored, _tls, _ended) = (to, key, report, failed, time, restored, tls, ended);
        _begun = time.GetTimestamp();
        _thread = new Thread(RunToTheEnd) { IsBackground = true, Name = "Flute reports" };
        _thread.Start();
    }

    /// <summary>Whether the sender is there to be told: it has not closed the connection.</summary>
    public bool IsOpen { get => Volatile.Read(ref _isOpen); private set => Volatile.Write(ref _isOpen, value); }

    /// <summary>Whether there is nothing more to tell.</summary>
    public bool HasEnded => _isDone;

    /// <summary>Whether the sender was told once, or cannot be told: a session that is over as soon as it begins is worth a moment.</summary>
    public bool HasTried
    {
        get => Volatile.Read(ref _hasTried) || _time.GetElapsedTime(_begun) > FirstReportTimeout;
        private set => Volatile.Write(ref _hasTried, value);
    }

    /// <summary>Whether everything is in, and a sender that could be told before does not know it yet: worth a few seconds.</summary>
    public bool IsReportingEnd
    {
        get => Volatile.Read(ref _over) is var over and not 0 && !_isDone && Volatile.Read(ref _wasOpen) && _time.GetElapsedTime(over) < LastWordTimeout;
    }

    /// <summary>There is something to report now.</summary>
    public void Wake() => _wake.Set();

    /// <summary>The sender was started again and goes on with the session: it is told there, all of it.</summary>
    public void MoveTo(IPEndPoint to)
    {
        if (to.Equals(Interlocked.Exchange(ref _to, to))) return;
        _wake.Set();
    }

    /// <summary>The session is another one now: nothing more is told to this sender. Its thread ends soon, and is not waited for.</summary>
    public void Leave()
    {
        _left.Cancel();
        _stop.Cancel();
        _wake.Set();
    }

    /// <summary>Everything is in.</summary>
    public void ReportEnd()
    {
        Volatile.Write(ref _over, _time.GetTimestamp() | 1);
        _wake.Set();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _wake.Set();
        _thread.Join();
        _stop.Dispose();
        _left.Dispose();
        _wake.Dispose();
    }

    private void RunToTheEnd()
    {
        Run();
        _isDone = true;
        _ended?.Invoke();
    }

    // A connection that breaks is opened again as long as the session lasts: nobody knows whether the sender or the way is gone.
    private void Run()
    {
        bool reported = false, again = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!Serve(again, () => reported = NoteRestored(again))) return;
            }
            catch (OperationCanceledException)
            {
                // The session is over.
                return;
            }
            catch (Exception e) when (e is SocketException or InvalidDataException or ObjectDisposedException)
            {
                // A sender that was stopped closes the connection first and ends the session then: that is told by the end.
                bool closed = IsOpen && e is SocketException;
                if (!_stop.IsCancellationRequested && !reported && !closed && _last?.Finished != true) _failed(ErrorIds.NetworkFailure, e.Message);
                reported |= !closed;
                again = true;
            }
            catch (GalleryException e)
            {
                // A sender that is not trusted stays so; a handshake may only have been broken off.
                if (!reported) _failed(e.Id, $"{e.Message.TrimEnd('.')} ({e.RecommendedAction?.TrimEnd('.')})");
                if (e.Id != ErrorIds.TlsFailed) return;
                reported = again = true;
            }
            finally
            {
                IsOpen = false;
                HasTried = true;
            }

            // What is reported meanwhile is kept.
            if (!Pauses.TryWait(RetryPause, _time, _stop.Token) || (Next() is null && !IsReportingEnd)) return;
        }
    }

    private bool NoteRestored(bool again)
    {
        if (again) _restored?.Invoke();
        return false;
    }

    // Gives false when it makes no sense to connect again.
    private bool Serve(bool again, Action connected)
    {
        IPEndPoint to = Volatile.Read(ref _to);
        using TcpConnection connection = TcpConnection.Connect(
            to, new TcpConnectOptions(Nic.Default, null, ConnectTimeout, TimeSpan.FromSeconds(1), _tls), _time, _stop.Token);
        connection.NoDelay = true;
        connection.Blocking = false;
        byte[] line = ReadLine(connection, _stop.Token);
        if (_tls is null && TlsSide.IsTls(line)) throw TlsErrors.Unexpected(to, "It does not answer in plain text");
        if (!ReportCodec.TryReadChallenge(line, out bool wantsMac, out byte[] challenge)) throw new InvalidDataException("it does not answer like a FLUTE sender");
        using var codec = new ReportCodec(challenge, _key);
        Send(connection, codec.Join(Environment.MachineName, _receiver));
        if (wantsMac && _key is null)
        {
            _failed(ErrorIds.NotAuthentic, "it serves only receivers that have the passphrase (-Passphrase)");
            return false;
        }

        IsOpen = true;
        Volatile.Write(ref _wasOpen, true);
        connected();

        // The last report may have been made when nobody could be told.
        if ((Next() ?? (IsReportingEnd ? _last : null)) is not { } now) return false;
        if (again || now.Objects.Count + now.Blocks.Count > 0)
        {
            foreach (ReceptionReport all in _soFar.Again(now)) Send(connection, codec.Report(all));
        }
        else
        {
            Send(connection, codec.Report(now));
        }

        _ = ReportCodec.TryReadPace(line, out TimeSpan every);
        if (!now.Finished) Report(connection, codec, to, every);
        if (_last?.Finished == true) WaitUntilTaken(connection);
        return false;
    }

    // The sender closes its end when it has read everything; a way that is broken may have swallowed the last words.
    private void WaitUntilTaken(TcpConnection connection)
    {
        connection.EndSendingAsync(_stop.Token).GetAwaiter().GetResult();
        long start = _time.GetTimestamp();
        byte[] nothing = new byte[16];
        while (!_stop.IsCancellationRequested && _time.GetElapsedTime(start) < LastWordTimeout)
        {
            if (!connection.WaitToRead(20_000) || connection.Read(nothing, out SocketError error) > 0) continue;
            if (error == SocketError.Success) return;
            if (error != SocketError.WouldBlock) throw new SocketException((int)error);
        }
    }

    private ReceptionReport? Next()
    {
        ReceptionReport? report = _report(_left.Token);
        if (report is null) return null;
        _soFar.Add(report);
        _last = report;
        return report;
    }

    // One of many receivers is asked to report seldom; what is new in the meantime is kept for the next report.
    private void Report(TcpConnection connection, ReportCodec codec, IPEndPoint to, TimeSpan first)
    {
        var turns = new ReportTurns(Random.Shared);
        turns.Ask(first, _time.GetElapsedTime(_begun));
        var answers = new ReportAnswers(connection);
        TimeSpan pause = ShortestAtFirst;
        ReceptionReport? unsent = null;
        long packets = -1;
        for (int news = 0; ;)
        {
            bool stopping = _stop.IsCancellationRequested;
            if (answers.Read() is { } asked) turns.Ask(asked, _time.GetElapsedTime(_begun));
            if (Next()?.After(unsent) is not { } report)
            {
                // The session is over: what is left to be said is said now.
                if (unsent is not null) Send(connection, codec.Report(unsent));
                return;
            }

            TimeSpan now = _time.GetElapsedTime(_begun);
            if (!stopping && !answers.IsOver && !turns.IsDue(now, report.Finished))
            {
                unsent = report;
                HasTried = true;
                _stop.Token.WaitHandle.WaitOne(Look);
                if (Moved()) throw new SocketException((int)SocketError.ConnectionReset);
                continue;
            }

            unsent = null;
            Send(connection, codec.Report(report));
            turns.Sent(now);
            HasTried = true;
            if (report.Finished || stopping) return;
            if (Moved()) throw new SocketException((int)SocketError.ConnectionReset);
            bool isNew = report.Packets != packets || report.Objects.Count + report.Blocks.Count > 0;
            packets = report.Packets;
            pause = isNew ? (news++ < FirstReports ? ShortestAtFirst : Shortest) : TimeSpan.FromTicks(Math.Min(pause.Ticks * 3 / 2, Longest.Ticks));
            _wake.WaitOne(pause);
        }

        bool Moved() => !to.Equals(Volatile.Read(ref _to));
    }

    // A sender that is kept from reading makes the reports wait, however long; it must not make the end wait.
    private void Send(TcpConnection connection, ReadOnlySpan<byte> line)
    {
        long? stopped = null;
        while (!line.IsEmpty)
        {
            int sent = connection.TrySend(line, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock)) throw new SocketException((int)error);
            line = line[sent..];
            if (error == SocketError.Success) continue;
            if (_stop.IsCancellationRequested && _time.GetElapsedTime(stopped ??= _time.GetTimestamp()) > FinalReportTimeout) throw new OperationCanceledException();
            connection.WaitToSend(20_000);
        }
    }

    private byte[] ReadLine(TcpConnection connection, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        byte[] next = new byte[1];
        long start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < ConnectTimeout)
        {
            // Whoever cancels does not wait for a sender that says nothing.
            cancellationToken.ThrowIfCancellationRequested();
            if (!connection.WaitToRead(50_000)) continue;
            if (connection.Read(next, out SocketError error) == 0)
            {
                if (error == SocketError.Success && TlsSide.IsTls(line.ToArray())) return [.. line];
                if (error == SocketError.Success) break;
                throw connection.TlsFailure ?? (Exception)new SocketException((int)error);
            }

            if (next[0] == '\n') return [.. line];
            line.Add(next[0]);
            if (line.Count > 1024) break;
        }

        throw new InvalidDataException("it does not answer");
    }
}

/// <summary>Reads what a sender answers to reports: how often they are to come.</summary>
/// <param name="connection">The connection.</param>
internal sealed class ReportAnswers(TcpConnection connection)
{
    private readonly byte[] _buffer = new byte[256];
    private int _used;

    /// <summary>Whether the sender says nothing more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Reads what is there, and never waits.</summary>
    /// <returns>The last word; null when there is none.</returns>
    public TimeSpan? Read()
    {
        TimeSpan? last = null;
        for (int reads = 0; reads < 16 && !IsOver && connection.WaitToRead(0); reads++)
        {
            int read = connection.Read(_buffer.AsSpan(_used), out SocketError error);
            if (read == 0)
            {
                IsOver = error != SocketError.WouldBlock;
                break;
            }

            _used += read;
            int start = 0;
            for (int end; (end = _buffer.AsSpan(start, _used - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
            {
                if (ReportCodec.TryReadPace(_buffer.AsMemory(start, end), out TimeSpan every)) last = every;
            }

            // A line that is longer than any that makes sense is none.
            _buffer.AsSpan(start, _used - start).CopyTo(_buffer);
            _used = _used - start == _buffer.Length ? 0 : _used - start;
        }

        return last;
    }
}
