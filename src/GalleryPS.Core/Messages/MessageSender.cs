using System.Net;
using System.Net.Sockets;
using GalleryPS.Events;
using GalleryPS.Messages;
using GalleryPS.Network;
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
    private readonly Pacer _pacer;
    private readonly TimeProvider _time;
    private long? _started;
    private int _next;
    private long _messages, _bytes, _datagrams, _failed;

    private MessageSender(MessageSendOptions options, IReadOnlyList<(IPEndPoint, DatagramSender, Transport)> routes, TimeProvider time)
    {
        (_options, _routes, _time) = (options, routes, time);

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
        Open(options, TimeProvider.System, cancellationToken);

    internal static MessageSender Open(MessageSendOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var sender = new MessageSender(options, MessageAddresses.OpenSenders(options, cancellationToken), time);
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
    /// <returns>A <see cref="MessageSentEvent"/> or an <see cref="ErrorEvent"/> per repetition and destination.</returns>
    public IEnumerable<GalleryEvent> Send(OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        _started ??= _time.GetTimestamp();
        int index = _next++;
        for (int repetition = 1; repetition <= _options.Repeat; repetition++)
        {
            _pacer.Wait(cancellationToken);
            foreach ((IPEndPoint to, DatagramSender by, _) in _routes) yield return SendOne(message, index, repetition, to, by);
            _pacer.Sent(1);
        }
    }

    /// <summary>Tells the totals.</summary>
    /// <returns>A <see cref="MessageEndEvent"/> and a <see cref="MessageSummaryEvent"/>.</returns>
    public IEnumerable<GalleryEvent> Finish()
    {
        yield return new MessageEndEvent("Sent", _messages);
        yield return new MessageSummaryEvent(new MessageSummary
        {
            Messages = _messages,
            Bytes = _bytes,
            Datagrams = _datagrams,
            Failed = _failed,
            Elapsed = _started is { } started ? _time.GetElapsedTime(started) : TimeSpan.Zero,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, DatagramSender sender, _) in _routes) sender.Dispose();
    }

    private GalleryEvent SendOne(OutgoingMessage message, int index, int repetition, IPEndPoint to, DatagramSender by)
    {
        int limit = DatagramSockets.MaxPayload(to.AddressFamily);
        try
        {
            if (message.Data.Length > limit) throw OutgoingMessage.TooLarge(message.Name ?? (object)to, message.Data.Length, limit);
            int copies = by.Send(message.Data.Span, to);
            _messages++;
            _bytes += message.Data.Length;
            _datagrams += copies;
            return new MessageSentEvent(new SentMessage
            {
                Index = index,
                Kind = message.Kind,
                Destination = to,
                Bytes = message.Data.Length,
                Text = message.Text,
                Repetition = repetition,
                Datagrams = copies,
                Time = _time.LocalNow(),
            });
        }
        catch (SocketException e)
        {
            _failed++;
            return new ErrorEvent(SocketErrors.Send(e, to, $"Message {index}"));
        }
        catch (GalleryException e)
        {
            _failed++;
            return new ErrorEvent(e);
        }
    }
}
