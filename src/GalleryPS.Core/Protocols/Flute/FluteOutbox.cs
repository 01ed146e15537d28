using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Flute;

/// <summary>
/// Sends packets to all destinations. When none can be reached for a moment, packets wait here; when some can, what the others
/// miss is loss like any other.
/// </summary>
/// <param name="routes">Where packets go.</param>
/// <param name="patience">How long the network may be away.</param>
/// <param name="portable">True never uses what only some systems have.</param>
/// <param name="time">The clock.</param>
/// <param name="report">Takes what happens while it sends.</param>
/// <param name="believes">Whether an answer that nobody listens at a destination means that.</param>
internal sealed class FluteOutbox(
    IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes, TimeSpan patience, bool portable, TimeProvider time, Action<GalleryEvent> report, Func<IPEndPoint, bool> believes)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10), TryAgain = TimeSpan.FromSeconds(1);
    private readonly Dictionary<IPEndPoint, long> _tried = [];
    private BatchSender? _batches;
    private readonly Reachability[] _reach = [.. routes.Select(static r => new Reachability(r.To))];
    private readonly SocketException?[] _away = new SocketException?[routes.Count];
    private readonly Queue<(byte[] Packets, int Length)> _waiting = new();

    /// <summary>What there is to tell besides.</summary>
    public SendingWatch Watch { get; } = new(routes, patience, time) { Believes = believes };

    /// <summary>Whether packets wait for the network.</summary>
    public bool IsWaiting => _waiting.Count > 0;

    /// <summary>Is called when a network that was away is back.</summary>
    public Action? Back { get; set; }

    /// <summary>Sends packets that lie one after the other, or keeps them until that is possible.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="length">Their length; the last may be shorter.</param>
    /// <returns>Whether they left.</returns>
    /// <exception cref="GalleryException">Nobody can be reached, and that does not pass, or did not in time.</exception>
    public bool Send(ReadOnlySpan<byte> packets, int length)
    {
        if (_waiting.Count == 0 && TrySend(packets, length)) return true;
        _waiting.Enqueue((packets.ToArray(), length));
        return false;
    }

    /// <summary>Tries again to send what waits, after a moment when it does not leave.</summary>
    /// <exception cref="GalleryException">It did not pass in time.</exception>
    public void SendWaiting(CancellationToken cancellationToken)
    {
        while (_waiting.TryPeek(out (byte[] Packets, int Length) next))
        {
            if (!TrySend(next.Packets, next.Length))
            {
                cancellationToken.WaitHandle.WaitOne(Pause);
                return;
            }

            _waiting.Dequeue();
        }
    }

    /// <summary>Destinations that nothing could be sent to.</summary>
    public IEnumerable<GalleryEvent> NeverReached()
    {
        for (int i = 0; i < _reach.Length; i++)
        {
            if (!_reach[i].Worked && _away[i] is { } error) yield return new ErrorEvent(SocketErrors.Send(error, _reach[i].To, "The gallery"));
        }
    }

    /// <summary>Whether a destination where nobody listened is known to have a receiver; null where receivers do not report, and all get everything.</summary>
    public Func<IPEndPoint, bool>? HasReceiver { get; init; }

    private BatchSender Batches => _batches ??= new BatchSender(routes, portable, HasReceiver is null ? null : Skips);

    // A host where nobody listens gets a little each second, in case somebody begins to.
    private bool Skips(IPEndPoint to)
    {
        if (!Watch.IsNobodyAt(to) || HasReceiver!(to)) return false;
        if (_tried.TryGetValue(to, out long last) && time.GetElapsedTime(last) < TryAgain) return true;
        _tried[to] = time.GetTimestamp();
        return false;
    }

    private bool TrySend(ReadOnlySpan<byte> packets, int length)
    {
        try
        {
            Batches.Send(packets, length);
        }
        catch (SocketException e)
        {
            Reachability reach = Array.Find(_reach, static r => r.Worked) ?? _reach[0];
            if (!Watch.ShouldWait(e, reach, others: false, out GalleryEvent? away)) throw SocketErrors.Send(e, reach.To, "The gallery");
            if (away is not null) report(away);
            return false;
        }

        for (int i = 0; i < _reach.Length; i++) Note(i);
        if (Watch.Succeed() is not { } back) return true;
        report(back);
        Back?.Invoke();
        return true;
    }

    private void Note(int route)
    {
        SocketException? error = Batches.Errors[route];
        if (error is null) _reach[route].Succeed();
        else if (error.SocketErrorCode == SocketError.NoBufferSpaceAvailable) return;
        if ((error is null) == (_away[route] is null)) return;
        if (_reach[route].Worked)
        {
            report(new WarningEvent(ErrorIds.NetworkInterrupted, error is null
                ? $"{_reach[route].To} can be reached again."
                : $"{_reach[route].To} cannot be reached at present: {error.Message.TrimEnd('.')}. The others go on."));
        }

        _away[route] = error;
    }
}
