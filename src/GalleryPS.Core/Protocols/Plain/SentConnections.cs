using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Connections whose image is sent and whose receiver has not closed yet. A receiver that took the image closes; one
/// that died resets, and that image did not arrive. Waiting for each in turn would cost a round trip per image, so they
/// are looked at later, and all together at the end.
/// </summary>
internal sealed class SentConnections(TimeProvider time) : IDisposable
{
    // More than a receiver can have in work; what is older is let go. Looking at every one at once would cost a system
    // call or two per image, so they are looked at when some have come together.
    private const int Most = 64, Together = 16;
    private readonly Queue<(TcpConnection Connection, string Name, bool Matters)> _open = new();
    private readonly List<GalleryException> _failures = [];
    private readonly byte[] _scratch = new byte[8];

    public void Add(TcpConnection connection, string name, bool failuresMatter = true)
    {
        connection.TakeTickets();
        _open.Enqueue((connection, name, failuresMatter));
        if (_open.Count < Together) return;
        while (_open.Count > 0)
        {
            bool answered = _open.Peek().Connection.WaitToRead(0);
            if (!answered && _open.Count <= Most) return;
            End(_open.Dequeue(), answered);
        }
    }

    /// <summary>Images that turned out not to have arrived since the last call.</summary>
    public GalleryException[] Failures()
    {
        if (_failures.Count == 0) return [];
        GalleryException[] result = [.. _failures];
        _failures.Clear();
        return result;
    }

    /// <summary>Gives the receivers some time to close.</summary>
    public void WaitForAll(TimeSpan longest, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (_open.Count > 0)
        {
            bool answered = _open.Peek().Connection.WaitToRead(50_000);
            if (answered || time.GetElapsedTime(start) >= longest) End(_open.Dequeue(), answered);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        while (_open.Count > 0) _open.Dequeue().Connection.Dispose();
    }

    private void End((TcpConnection Connection, string Name, bool Matters) sent, bool answered)
    {
        using TcpConnection connection = sent.Connection;
        if (!answered) return;
        int read = connection.Read(_scratch, out SocketError error);
        bool tls = connection.IsTlsUnexpected(_scratch.AsSpan(0, read));
        if (!sent.Matters || (error is SocketError.Success && !tls)) return;
        _failures.Add((tls ? TlsErrors.Unexpected(connection.Peer, sent.Name) : connection.WhyNotSent(sent.Name, error)) ?? SocketErrors.Reset(new SocketException((int)error), connection.Peer, sent.Name));
    }
}
