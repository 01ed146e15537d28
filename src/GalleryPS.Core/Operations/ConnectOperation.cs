using GalleryPS.Events;
using GalleryPS.Network;
using GalleryPS.Servers;
using static System.FormattableString;

namespace GalleryPS.Operations;

/// <summary>Asks one of several servers, and the next one when it does not answer.</summary>
public static class ConnectOperation
{
    /// <summary>Makes connections one after the other, each to a server of its own choice.</summary>
    /// <param name="options">Whom to ask and how.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>
    /// A <see cref="ReplyEvent"/> per connection, or an <see cref="ErrorEvent"/> when no server is left
    /// (<see cref="ErrorIds.NoServerAnswered"/>); with a reply that was cut also one (<see cref="ErrorIds.ReplyTooLarge"/>);
    /// a <see cref="NoticeEvent"/> for each server that was passed over; last a <see cref="ConnectSummaryEvent"/>.
    /// </returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static IEnumerable<GalleryEvent> Run(ConnectOptions options, CancellationToken cancellationToken = default) =>
        Run(options, TimeProvider.System, cancellationToken);

    internal static IEnumerable<GalleryEvent> Run(ConnectOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return Connections(options, time, cancellationToken);
    }

    private static IEnumerable<GalleryEvent> Connections(ConnectOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        ImageStore? store = options.Storage.OutputDirectory is { } directory ? new ImageStore(directory, options.Storage.Force) : null;
        Candidates candidates = Candidates.FindAsync(options, cancellationToken).GetAwaiter().GetResult();
        var tls = TlsClient.Of(options.Tls);
        int replies = 0, failed = 0;
        long bytes = 0;
        for (int i = 0; i < options.Count; i++)
        {
            var attempts = new Attempts(candidates.Unknown) { Tried = candidates.Unknown.Count };
            (ServerReply? reply, GalleryException? error) = AskAsync(i, candidates.For(i), attempts, store, options, tls, time, cancellationToken).GetAwaiter().GetResult();
            foreach (ServerFailure failure in attempts.Failures) yield return new NoticeEvent($"Skipped: {failure}");
            if (reply is not null)
            {
                replies++;
                bytes += reply.Bytes;
                yield return new ReplyEvent(reply);
            }

            if (error is null) continue;
            failed++;
            yield return new ErrorEvent(error);
        }

        yield return new ConnectSummaryEvent(new ConnectSummary(replies, failed, bytes, time.GetElapsedTime(start)));
    }

    private static async Task<(ServerReply? Reply, GalleryException? Error)> AskAsync(
        int index, IReadOnlyList<Candidate> candidates, Attempts attempts, ImageStore? store, ConnectOptions options, TlsClient? tls, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        var left = new List<Candidate>(candidates);
        while (left.Count > 0)
        {
            Handshake? made = await NextAsync(left, attempts, options, tls, time, cancellationToken).ConfigureAwait(false);
            if (made is null) continue;
            left.Remove(made.To);
            using IDisposable connection = made.Connection;
            try
            {
                (byte[] data, bool truncated) = await ReplyReader.ReadAsync(made, options, time, cancellationToken).ConfigureAwait(false);
                TimeSpan total = time.GetElapsedTime(start);
                ReceivedImage[] images = ReplyReader.ImagesOf(data, made.To.EndPoint, total - made.Time, time.LocalNow(), store);
                var reply = new ServerReply
                {
                    Index = index,
                    Server = made.To.Server,
                    Address = made.To.EndPoint.Address,
                    Port = made.To.EndPoint.Port,
                    Text = images.Length > 0 ? null : ReplyReader.TextOf(data, truncated),
                    Bytes = data.Length,
                    Data = data,
                    Images = images,
                    IsTruncated = truncated,
                    ConnectTime = made.Time,
                    TotalTime = total,
                    Attempts = attempts.Tried,
                    Failures = attempts.Failures,
                };
                return (reply, truncated ? TooLarge(made.To, options.MaxBytes) : null);
            }
            catch (GalleryException e) when (e.Id is ErrorIds.ConnectionReset or ErrorIds.ConnectionTimedOut or ErrorIds.TlsFailed)
            {
                attempts.Failed(made.To, e);
            }
            catch (GalleryException e)
            {
                return (null, e); // it could not be stored: another server would not help
            }
        }

        return (null, NoServerLeft(attempts.Failures));
    }

    private static async Task<Handshake?> NextAsync(
        List<Candidate> left, Attempts attempts, ConnectOptions options, TlsClient? tls, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Select == ServerSelection.Nearest)
        {
            int before = attempts.Failures.Count;
            Handshake? nearest = await Handshakes.NearestAsync(left, options.Stagger, options.ConnectTimeout, tls, attempts, time, cancellationToken).ConfigureAwait(false);
            foreach (ServerFailure dead in attempts.Failures.Skip(before)) left.RemoveAll(c => c.Server == dead.Server && c.EndPoint.Equals(dead.EndPoint));
            return nearest;
        }

        Candidate next = left[0];
        attempts.Tried++;
        try
        {
            return await Handshakes.ConnectAsync(next, options.ConnectTimeout, tls, time, cancellationToken).ConfigureAwait(false);
        }
        catch (GalleryException e)
        {
            left.RemoveAt(0);
            attempts.Failed(next, e);
            return null;
        }
    }

    private static GalleryException TooLarge(Candidate who, long limit) => new(
        ErrorIds.ReplyTooLarge, GalleryErrorCategory.LimitsExceeded,
        Invariant($"{who.Server} ({who.EndPoint}) sends more than {limit:N0} bytes; the rest was not read."), who.EndPoint,
        "Raise the limit (-MaxBytes) if you trust the server.");

    private static GalleryException NoServerLeft(List<ServerFailure> failures) => new(
        ErrorIds.NoServerAnswered, GalleryErrorCategory.ConnectionError,
        $"{(failures.Count == 1 ? "The server did not answer" : $"None of the {failures.Count} servers answered")}. {string.Join(" ", failures.Select(static f => f.Message))}", failures,
        "Check that the servers are running, and the addresses and the port.");
}
