using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Servers;

/// <summary>A connection that was made.</summary>
/// <param name="To">To whom.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Time">How long the handshake took.</param>
internal sealed record Handshake(Candidate To, TcpConnection Connection, TimeSpan Time);

/// <summary>What was tried for one connection.</summary>
internal sealed class Attempts(IEnumerable<ServerFailure> unknown)
{
    /// <summary>Servers that did not answer, or broke off.</summary>
    public List<ServerFailure> Failures { get; } = [.. unknown];

    /// <summary>Candidates that were tried.</summary>
    public int Tried { get; set; }

    public void Failed(Candidate who, GalleryException e) => Failures.Add(new ServerFailure(who.Server, who.EndPoint, e.Id, e.Message));
}

/// <summary>Makes connections: to one candidate, or to the nearest of several.</summary>
internal static class Handshakes
{
    private static readonly TimeSpan LongestComparison = TimeSpan.FromSeconds(1);

    /// <summary>Connects to one candidate.</summary>
    /// <exception cref="GalleryException">It does not answer.</exception>
    public static async Task<Handshake> ConnectAsync(Candidate to, TimeSpan timeout, TlsClient? tls, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        try
        {
            TcpConnection connection = await TcpConnection.ConnectAsync(to.EndPoint, timeout, TlsTarget.Of(tls, to.Host), time, cancellationToken).ConfigureAwait(false);
            return new Handshake(to, connection, time.GetElapsedTime(start));
        }
        catch (SocketException e)
        {
            throw SocketErrors.Send(e, to.EndPoint, to.Server);
        }
    }

    /// <summary>
    /// Tries all candidates, each a little after the one before as RFC 8305 asks, and takes the one with the shortest
    /// handshake. Once somebody has answered, the rest is tried at once, and has as much time as the answer took: so the place
    /// in the list does not decide.
    /// </summary>
    /// <param name="candidates">Whom to try.</param>
    /// <param name="stagger">Time between two attempts while nobody has answered.</param>
    /// <param name="timeout">How long a handshake may take.</param>
    /// <param name="tls">What connections are encrypted with; null for plain text.</param>
    /// <param name="attempts">Counts those that were tried, and gets those that did not answer before the choice was made.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The nearest, or null when nobody answered.</returns>
    public static async Task<Handshake?> NearestAsync(
        IReadOnlyList<Candidate> candidates, TimeSpan stagger, TimeSpan timeout, TlsClient? tls, Attempts attempts, TimeProvider time, CancellationToken cancellationToken)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var open = new Dictionary<Task<Handshake>, Candidate>();
        Handshake? best = null;
        Task? deadline = null;
        int next = 0;
        try
        {
            while (true)
            {
                while (next < candidates.Count && (best is not null || open.Count == 0)) Try(candidates[next++]);

                if (open.Count == 0) return best;
                Task pause = deadline ?? (next < candidates.Count ? Task.Delay(stagger, time, cancellationToken) : Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
                Task done = await Task.WhenAny(open.Keys.Append(pause)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (done == pause)
                {
                    if (deadline is not null) return best;
                    Try(candidates[next++]);
                    continue;
                }

                var attempt = (Task<Handshake>)done;
                open.Remove(attempt, out Candidate? who);
                try
                {
                    Handshake made = await attempt.ConfigureAwait(false);
                    Handshake? slower = best is null || made.Time < best.Time ? best : made;
                    best = ReferenceEquals(slower, made) ? best : made;
                    slower?.Connection.Dispose();
                    deadline ??= Task.Delay(made.Time < LongestComparison ? made.Time : LongestComparison, time, cancellationToken);
                }
                catch (GalleryException e)
                {
                    attempts.Failed(who!, e);
                }
            }
        }
        catch
        {
            best?.Connection.Dispose();
            throw;
        }
        finally
        {
            await rest.CancelAsync().ConfigureAwait(false);
            foreach (Task<Handshake> late in open.Keys) _ = CloseAsync(late);
        }

        void Try(Candidate candidate)
        {
            attempts.Tried++;
            open.Add(ConnectAsync(candidate, timeout, tls, time, rest.Token), candidate);
        }
    }

    private static async Task CloseAsync(Task<Handshake> late)
    {
        try
        {
            (await late.ConfigureAwait(false)).Connection.Dispose();
        }
        catch (Exception e) when (e is GalleryException or OperationCanceledException)
        {
            // It did not get through, and is not needed.
        }
    }
}
