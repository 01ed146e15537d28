using System.Net;
using System.Net.Sockets;
using GalleryPS.Events;
using GalleryPS.Messages;
using GalleryPS.Network;
using GalleryPS.Protocols;
using GalleryPS.Sessions;

namespace GalleryPS;

/// <summary>
/// Sends messages one after the other. Every call hands out what happened as events, on the calling thread; nothing is
/// sent unless they are read.
/// </summary>
public sealed class MessageSender : IDisposable
{
    private readonly MessageSendOptions _options;
    private readonly IReadOnlyList<(IPEndPoint To, DatagramSender By, Transport Transport)> _routes;
    private readonly Reachability[] _reach;
    private readonly SendingWatch _watch;
    private readonly Pacer _pacer;
    private readonly TimeProvider _time;
    private long? _started;
    private int _next, _copies;
    private long _messages, _bytes, _datagrams, _failed;

    private MessageSender(MessageSendOptions options, IReadOnlyList<(IPEndPoint, DatagramSender, Transport)> routes, TimeProvider time)
    {
        (_options, _routes, _time) = (options, routes, time);
        _reach = [.. routes.Select(static r => new Reachability(r.Item1))];
        _watch = new SendingWatch(routes.Select(static r => (r.Item1, r.Item2)), SendingWatch.DefaultPatience, time);

        // A message counts as one byte, so that the interval becomes a rate.
        _pacer = new Pacer(options.Interval > TimeSpan.Zero ? 8 / options.Interval.TotalSeconds : double.PositiveInfinity, time);
    }

    /// <summary>Where the messages go.</summary>
    public IReadOnlyList<IPEndPoint> Destinations => [.. _routes.Select(static r => r.To)];

    /// <summary>Resolves the addresses and opens the sockets.</summary>
    /// <param name="options">How to send.</param>
    /// <param name="cancellationToken">Ends looking up names.</param>
    /// <returns>A sender; dispose of it.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static MessageSender Open(MessageSendOptions options, CancellationToken cancellationToken = default) =>
        Open(options, ProtocolContext.Default, cancellationToken);

    internal static MessageSender Open(MessageSendOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var sender = new MessageSender(options, MessageAddresses.OpenSenders(options, context.Portable, cancellationToken), context.Time);
        if (options.Start.WaitForGroup is null || sender._routes.All(static r => r.Transport == Transport.Multicast)) return sender;
        IPEndPoint other = sender._routes.First(static r => r.Transport != Transport.Multicast).To;
        sender.Dispose();
        throw new GalleryException(
            ErrorIds.AddressNotMulticast, GalleryErrorCategory.InvalidArgument,
            $"{other.Address} is not a multicast group: nobody can join it.", other.Address, "Use -Delay to give its receiver time to start.");
    }

    /// <summary>Waits as the options ask: for members of the groups, and the delay.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What happens meanwhile.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotPrivileged"/> or <see cref="ErrorIds.NobodyJoined"/>.</exception>
    public IEnumerable<GalleryEvent> Prepare(CancellationToken cancellationToken = default)
    {
        string nics = string.Join(", ", _routes.SelectMany(static r => r.By.Nics).Distinct());
        yield return new NoticeEvent($"Sending by UDP to {string.Join(", ", Destinations)} on {nics}.");
        IEnumerable<(IPAddress, IReadOnlyList<Nic>)> groups = _routes.Select(static r => (r.To.Address, (IReadOnlyList<Nic>)[.. r.By.Nics]));
        foreach (GalleryEvent waited in Preparation.Wait(groups, _options.Start.WaitForGroup, _options.Start.Delay, _time, cancellationToken)) yield return waited;
    }

    /// <summary>Sends a message, as often as the options say.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>
    /// A <see cref="MessageSentEvent"/> or an <see cref="ErrorEvent"/> per repetition and destination. An error that is the destination's is
    /// told once; when nothing could be sent to anybody, nothing more is sent.
    /// </returns>
    public IEnumerable<GalleryEvent> Send(OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        _started ??= _time.GetTimestamp();
        int index = _next++;
        for (int repetition = 1; repetition <= _options.Repeat && !IsUnreachable; repetition++)
        {
            _pacer.Wait(cancellationToken);
            bool others = false;
            for (int i = 0; i < _routes.Count; i++)
            {
                foreach (GalleryEvent galleryEvent in SendOne(message, index, repetition, i, others, cancellationToken)) yield return galleryEvent;
                others |= _copies > 0;
            }

            if (_watch.IsDue)
            {
                foreach (GalleryEvent galleryEvent in _watch.News()) yield return galleryEvent;
            }

            _pacer.Sent(1);
        }
    }

    /// <summary>Tells the totals.</summary>
    /// <returns>What was answered meanwhile, a <see cref="MessageEndEvent"/> and a <see cref="MessageSummaryEvent"/>.</returns>
    public IEnumerable<GalleryEvent> Finish()
    {
        foreach (Reachability reach in IsUnreachable ? [] : _reach)
        {
            if (reach.Rest() is { } rest) yield return rest;
        }

        foreach (GalleryEvent galleryEvent in _watch.Last(images: null, inVain: true, wait: _started is not null)) yield return galleryEvent;
        yield return new MessageEndEvent("Sent", _messages);
        yield return new MessageSummaryEvent(new MessageSummary
        {
            Messages = _messages,
            Bytes = _bytes,
            Datagrams = _datagrams,
            NobodyListens = _watch.NobodyListens,
            Missed = _watch.Missed,
            Failed = _failed,
            Elapsed = _started is { } started ? _time.GetElapsedTime(started) : TimeSpan.Zero,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, DatagramSender sender, _) in _routes) sender.Dispose();
    }

    private bool IsUnreachable => Array.TrueForAll(_reach, static r => r.NeverWorked);

    private IEnumerable<GalleryEvent> SendOne(OutgoingMessage message, int index, int repetition, int route, bool others, CancellationToken cancellationToken)
    {
        (IPEndPoint to, DatagramSender by, _) = _routes[route];
        int limit = DatagramSockets.MaxPayload(to.AddressFamily);
        _copies = 0;
        if (message.Data.Length > limit)
        {
            _failed++;
            yield return new ErrorEvent(OutgoingMessage.TooLarge(message.Name ?? (object)to, message.Data.Length, limit));
            yield break;
        }

        while (TrySend(message, to, by) is { } error)
        {
            bool again = _watch.ShouldWait(error, _reach[route], others, out GalleryEvent? galleryEvent);
            if (galleryEvent is not null) yield return galleryEvent;
            if (!again)
            {
                _failed++;
                if (_reach[route].Fail(SocketErrors.Send(error, to, $"Message {index}")) is { } failed) yield return failed;
                yield break;
            }

            _watch.Wait(cancellationToken);
        }

        _reach[route].Succeed();
        if (_watch.Succeed() is { } back) yield return back;
        _messages++;
        _bytes += message.Data.Length;
        _datagrams += _copies;
        yield return new MessageSentEvent(new SentMessage
        {
            Index = index,
            Kind = message.Kind,
            Destination = to,
            Bytes = message.Data.Length,
            Text = message.Text,
            Repetition = repetition,
            Datagrams = _copies,
            Time = _time.LocalNow(),
        });
    }

    private SocketException? TrySend(OutgoingMessage message, IPEndPoint to, DatagramSender by)
    {
        try
        {
            _copies = by.Send(message.Data.Span, to);
            return null;
        }
        catch (SocketException e)
        {
            return e;
        }
    }
}
