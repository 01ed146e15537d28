using System.Net.Sockets;

namespace GalleryPS.Servers;

/// <summary>
/// Clients whose answer does not fit into the socket's buffer at once. Each is served when it takes something, some at a time;
/// so many wait for their turn, and more are turned away.
/// </summary>
internal sealed class PatientClients(Answer answer, ConnectionLog log, TimeSpan stall, CancellationToken stop)
{
    private const int MostAtOnce = 256, MostWaiting = 4096;
    private readonly SemaphoreSlim _turns = new(MostAtOnce);
    private int _open;

    /// <summary>Clients that are served or wait.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Takes a client over; the socket is closed when it is served.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="client">Who it is.</param>
    /// <param name="accepted">When it was accepted.</param>
    /// <param name="already">Bytes of the greeting that were sent already.</param>
    public void Take(Socket socket, ClientAddress client, long accepted, int already)
    {
        if (Interlocked.Increment(ref _open) > MostWaiting)
        {
            Reset(socket);
            Finish(socket, client, accepted, already, ConnectionOutcome.Refused);
            return;
        }

        _ = ServeAsync(socket, client, accepted, already);
    }

    /// <summary>Waits until all are gone; they go by themselves once the server is stopped.</summary>
    public void WaitForAll(TimeSpan time)
    {
        long until = Environment.TickCount64 + (long)time.TotalMilliseconds;
        lock (_turns)
        {
            while (Open > 0 && Environment.TickCount64 < until) Monitor.Wait(_turns, 10);
        }
    }

    private async Task ServeAsync(Socket socket, ClientAddress client, long accepted, int already)
    {
        await Task.Yield();
        var outcome = ConnectionOutcome.Sent;
        long sent = already;
        try
        {
            await _turns.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                await using var stream = new ClientStream(socket, stall, stop);
                try
                {
                    if (answer.IsGallery) await answer.WriteAsync(stream, stop).ConfigureAwait(false);
                    else await stream.WriteAsync(answer.Greeting[already..], stop).ConfigureAwait(false);
                    socket.Shutdown(SocketShutdown.Send);
                    Drain(socket);
                }
                finally
                {
                    sent += stream.Sent;
                }
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException)
        {
            outcome = stop.IsCancellationRequested ? ConnectionOutcome.Aborted : ConnectionOutcome.TimedOut;
            Reset(socket);
        }
        catch (SocketException)
        {
            outcome = ConnectionOutcome.Reset;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            // An image that went away or cannot be read: half an archive must not look like a whole one.
            outcome = ConnectionOutcome.Aborted;
            Reset(socket);
        }

        Finish(socket, client, accepted, sent, outcome);
    }

    private void Finish(Socket socket, ClientAddress client, long accepted, long sent, ConnectionOutcome outcome)
    {
        socket.Dispose();
        log.Add(client, accepted, sent, outcome);
        lock (_turns)
        {
            Interlocked.Decrement(ref _open);
            Monitor.PulseAll(_turns);
        }
    }

    // Closing with unread bytes would reset the connection, and the client might lose the end of the answer.
    private static void Drain(Socket socket)
    {
        Span<byte> scratch = stackalloc byte[4096];
        for (int i = 0; i < 16 && socket.Poll(0, SelectMode.SelectRead); i++)
        {
            if (socket.Receive(scratch, SocketFlags.None, out SocketError error) == 0 || error != SocketError.Success) return;
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }
}
