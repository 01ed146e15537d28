using System.Net;
using System.Net.Sockets;
using GalleryPS.Events;
using GalleryPS.Network;
using GalleryPS.Network.Native;
using static System.FormattableString;

namespace GalleryPS.Protocols.Plain;

/// <summary>Plain over UDP: one image is one datagram, one empty datagram is the end of transmission.</summary>
internal sealed class PlainDatagramSender : IImageSender
{
    private readonly SendOptions _options;
    private readonly IImageFitter? _fitter;
    private readonly IReadOnlyList<(IPEndPoint To, DatagramSender By)> _routes;
    private readonly Reach[] _reach;
    private readonly Socket[] _watched;
    private readonly HashSet<IPEndPoint> _nobodyAt = [];
    private readonly TimeProvider _time;
    private readonly BitRate _rate;
    private readonly Pacer _pacer;
    private readonly byte[] _buffer = new byte[DatagramSockets.MaxPayloadIPv6];
    private readonly SlowRates _slow;
    private bool _told;

    private PlainDatagramSender(SendOptions options, IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes, IImageFitter? fitter, TimeProvider time)
    {
        _options = options;
        _routes = routes;
        _reach = [.. routes.Select(static r => new Reach(r.To))];
        _watched = options.Transport == Transport.Unicast ? [.. routes.SelectMany(static r => r.By.Sockets).Distinct().Where(UnreachablePorts.Watch)] : [];
        _fitter = fitter;
        _time = time;
        _rate = options.Pacing.BitRate ?? PacingOptions.DefaultDatagramRate;
        _pacer = new Pacer(_rate.BitsPerSecond, time);
        _slow = new SlowRates(_rate);
    }

    public IReadOnlyList<IPEndPoint> Destinations => [.. _routes.Select(static r => r.To)];

    public bool SendsAtOnce => true;

    public bool IsInVain => Array.TrueForAll(_reach, static r => r.NeverWorked);

    public long OtherDatagrams { get; private set; }

    public static PlainDatagramSender Open(SendOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        if (options.Fit && context.Fitter is null)
        {
            throw new GalleryException(
                ErrorIds.ImagingUnavailable, GalleryErrorCategory.ResourceUnavailable,
                "Nothing here decodes images, as -Fit must to make them smaller.", options.Fit, "Use -Transport Tcp or -Protocol Flute, which carry images of any size.");
        }

        return new PlainDatagramSender(options, SendAddresses.OpenDatagram(options, cancellationToken), options.Fit ? context.Fitter : null, context.Time);
    }

    public IEnumerable<GalleryEvent> Take(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        if (!_told)
        {
            _told = true;
            string nics = string.Join(", ", _routes.SelectMany(static r => r.By.Nics).Distinct());
            yield return new NoticeEvent($"Sending by UDP {_options.Transport.ToString().ToLowerInvariant()} to {string.Join(", ", Destinations)} on {nics}.");
        }

        if (_fitter is not null && image.Length > DatagramSockets.MaxPayload(AddressFamily.InterNetwork))
        {
            OutgoingImage? smaller = TryFit(_fitter, image, out GalleryException? error, cancellationToken);
            if (smaller is null)
            {
                yield return new ErrorEvent(error!);
                yield break;
            }

            yield return new NoticeEvent(
                Invariant($"{image.Name}: {image.Length:N0} bytes, {image.Info.Width}x{image.Info.Height}, are sent as {smaller.Length:N0} bytes, {smaller.Info.Width}x{smaller.Info.Height}."));
            image = smaller;
        }

        int length = -1;
        foreach (((IPEndPoint to, DatagramSender by), Reach reach) in _routes.Zip(_reach))
        {
            int limit = DatagramSockets.MaxPayload(to.AddressFamily);
            if (image.Length > limit)
            {
                yield return new ErrorEvent(TooLarge(image, to, limit));
                continue;
            }

            // The first datagram goes at once; what the rate costs is the wait before the next.
            if (_slow.Before(_pacer.Left, $"{image.Name} waits") is { } slow) yield return slow;
            foreach (GalleryEvent waiting in WaitProgress.Wait($"Waiting at {_rate} before {image.Name}", _pacer.Left, _time, cancellationToken)) yield return waiting;
            GalleryEvent? result;
            try
            {
                if (length < 0) length = image.ReadAll(_buffer).Length;
                ReadOnlySpan<byte> payload = image.InMemory is { } memory ? memory.Span : _buffer.AsSpan(0, length);
                long start = _time.GetTimestamp();
                _pacer.Wait(cancellationToken);
                int copies = by.Send(payload, to);
                _pacer.Sent(payload.Length);
                reach.Succeed();
                result = new SentEvent(Sent(image, index, payload.Length, to, copies, _time.GetElapsedTime(start)));
            }
            catch (SocketException e)
            {
                result = Failed(reach, SocketErrors.Send(e, to, image.Name));
            }
            catch (GalleryException e)
            {
                result = Failed(reach, e);
            }

            if (result is not null) yield return result;
            foreach (GalleryEvent warning in NobodyListens()) yield return warning;
        }
    }

    public IEnumerable<GalleryEvent> Complete(CancellationToken cancellationToken)
    {
        if (IsInVain) yield break;
        foreach (GalleryEvent warning in NobodyListens()) yield return warning;
        int number = 0;
        foreach (((IPEndPoint to, DatagramSender by), Reach reach) in _routes.Zip(_reach))
        {
            GalleryEvent? result;
            try
            {
                OtherDatagrams += by.Send([], to);
                result = new EndEvent(to, ++number, _routes.Count);
            }
            catch (SocketException e)
            {
                result = Failed(reach, SocketErrors.Send(e, to, "The end of transmission"));
            }

            if (result is not null) yield return result;
            if (reach.Rest() is { } rest) yield return rest;
        }
    }

    public void Dispose()
    {
        foreach ((_, DatagramSender sender) in _routes) sender.Dispose();
    }

    /// <summary>Tells of each destination once that it has answered that nobody listens.</summary>
    private IEnumerable<GalleryEvent> NobodyListens()
    {
        foreach (Socket socket in _watched)
        {
            while (UnreachablePorts.TryTake(socket, out IPEndPoint? to))
            {
                if (to is null || !_nobodyAt.Add(to)) continue;
                yield return new WarningEvent(ErrorIds.NobodyListens, $"Nobody listens at {to}: the host answers that no program has that UDP port. What was sent there is lost.");
            }
        }
    }

    private static GalleryEvent? Failed(Reach reach, GalleryException error) => Reach.IsCause(error) ? reach.Fail(error) : new ErrorEvent(error);

    /// <summary>All receivers get the same image: the one that fits the smallest datagram, that of IPv4.</summary>
    private static OutgoingImage? TryFit(IImageFitter fitter, OutgoingImage image, out GalleryException? error, CancellationToken cancellationToken)
    {
        try
        {
            error = null;
            return image.Fit(fitter, DatagramSockets.MaxPayload(AddressFamily.InterNetwork), cancellationToken);
        }
        catch (GalleryException e)
        {
            error = e;
            return null;
        }
    }

    private SentImage Sent(OutgoingImage image, int index, int bytes, IPEndPoint to, int copies, TimeSpan elapsed) => new()
    {
        Index = index,
        Name = image.Name,
        Path = image.Path,
        Bytes = bytes,
        OriginalBytes = image.OriginalLength,
        Format = image.Info.Format,
        Width = image.Info.Width,
        Height = image.Info.Height,
        Transport = _options.Transport,
        Protocol = Protocol.Plain,
        Destination = to,
        Datagrams = copies,
        Elapsed = elapsed,
    };

    private static GalleryException TooLarge(OutgoingImage image, IPEndPoint to, int limit) => new(
        ErrorIds.ImageTooLargeForDatagram, GalleryErrorCategory.LimitsExceeded,
        Invariant($"{image.Name} has {image.Length:N0} bytes; one datagram to {to} carries at most {limit:N0}."),
        image.Path, "Use -Protocol Flute for images of any size over UDP, -Transport Tcp, or -Fit to send it smaller.");
}
