using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Servers;

/// <summary>
/// Clients whose answer does not fit into the socket's buffer at once. Each is served when it takes something, some at a time;
/// so many wait for their turn, and more are turned away.
/// </summary>
internal sealed class SlowClients(Answer answer, ConnectionLog log, TimeSpan stall, TimeProvider time, CancellationToken stop)
{
    private const int MostAtOnce = 256;
    private readonly SemaphoreSlim _turns = new(MostAtOnce);
    private int _open;

    /// <summary>Clients that are served or wait.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Takes a client over; its connection is closed when it is served.</summary>
    public void Take(AnsweredClient client)
    {
        if (Interlocked.Increment(ref _open) > GalleryLimits.ServerClients)
        {
            client.Rest!.Reset();
            Finish(client, client.Sent, ConnectionOutcome.Refused);
            return;
        }

        _ = ServeAsync(client);
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

    private async Task ServeAsync(AnsweredClient client)
    {
        await Task.Yield();
        var outcome = ConnectionOutcome.Sent;
        TcpConnection connection = client.Rest!;
        long sent = client.Sent;
        try
        {
            // Who says nothing takes nobody's turn.
            await connection.WaitForTls().ConfigureAwait(false);
            await _turns.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                await using var stream = new ClientStream(connection, stall, time, stop);
                try
                {
                    if (answer.IsGallery) await answer.WriteAsync(stream, stop).ConfigureAwait(false);
                    else await stream.WriteAsync(answer.Greeting[client.Sent..], stop).ConfigureAwait(false);
                    await stream.EndAsync().ConfigureAwait(false);
                    connection.Drain();
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
            connection.Reset();
        }
        catch (SocketException)
        {
            outcome = connection.TlsFailure is null ? ConnectionOutcome.Reset : ConnectionOutcome.TlsFailed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            // An image that went away or cannot be read: half an archive must not look like a whole one.
            outcome = ConnectionOutcome.Aborted;
            connection.Reset();
        }

        Finish(client, sent, outcome);
    }

    private void Finish(AnsweredClient client, long sent, ConnectionOutcome outcome)
    {
        client.Rest!.Dispose();
        log.Add(client.Address, client.Accepted, sent, outcome);
        lock (_turns)
        {
            Interlocked.Decrement(ref _open);
            Monitor.PulseAll(_turns);
        }
    }
}
