using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Connections whose image is sent and whose receiver has not closed yet. A receiver that took the image closes; one
/// that died resets, and that image did not arrive. Waiting for each in turn would cost a round trip per image, so they
/// are looked at later, and all together at the end.
/// </summary>
internal sealed class Farewells : IDisposable
{
    // More than a receiver can have in work; what is older is let go. Looking at every one at once would cost a system
    // call or two per image, so they are looked at when some have come together.
    private const int Most = 64, Together = 16;
    private readonly Queue<(Socket Socket, IPEndPoint To, string Name, bool Matters)> _open = new();
    private readonly List<GalleryException> _failures = [];
    private readonly byte[] _scratch = new byte[1];

    public void Add(Socket socket, IPEndPoint to, string name, bool failuresMatter = true)
    {
        _open.Enqueue((socket, to, name, failuresMatter));
        if (_open.Count < Together) return;
        while (_open.Count > 0 && (IsOver(_open.Peek().Socket, 0) || _open.Count > Most)) End(_open.Dequeue());
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
    public void WaitForAll(TimeSpan time, CancellationToken cancellationToken)
    {
        long until = Environment.TickCount64 + (long)time.TotalMilliseconds;
        while (_open.Count > 0)
        {
            if (IsOver(_open.Peek().Socket, 50_000) || Environment.TickCount64 >= until) End(_open.Dequeue());
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        while (_open.Count > 0) _open.Dequeue().Socket.Dispose();
    }

    private static bool IsOver(Socket socket, int microseconds) => socket.Poll(microseconds, SelectMode.SelectRead);

    private void End((Socket Socket, IPEndPoint To, string Name, bool Matters) one)
    {
        using Socket socket = one.Socket;
        if (!IsOver(socket, 0)) return;
        socket.Receive(_scratch, 0, 1, SocketFlags.None, out SocketError error);
        if (error is SocketError.Success || !one.Matters) return;
        _failures.Add(SocketErrors.Reset(new SocketException((int)error), one.To, one.Name));
    }
}
