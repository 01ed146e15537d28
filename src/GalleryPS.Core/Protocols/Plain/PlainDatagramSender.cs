using System.Net;
using System.Net.Sockets;
using GalleryPS.Events;
using GalleryPS.Network;
using static System.FormattableString;

namespace GalleryPS.Protocols.Plain;

/// <summary>Plain over UDP: one image is one datagram, one empty datagram is the end of transmission.</summary>
internal sealed class PlainDatagramSender : IImageSender
{
    // NICs and systems with several queues put the fragments of a large datagram in one and a small datagram, which has ports to
    // choose by, in another: without a pause the end could overtake the last image. That takes as long as it takes, whatever the
    // session's clock says.
    private static readonly TimeSpan BeforeTheEnd = TimeSpan.FromMilliseconds(5);

    private readonly SendOptions _options;
    private readonly IImageFitter? _fitter;
    private readonly IReadOnlyList<(IPEndPoint To, DatagramSender By)> _routes;
    private readonly Reachability[] _reach;
    private readonly SendingWatch _watch;
    private readonly TimeProvider _time;
    private readonly BitRate _rate;
    private readonly Pacer _pacer;
    private readonly SlowRates _slow;
    private bool _warned;
    private long _partly;
    private int _copies;

    private PlainDatagramSender(SendOptions options, IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes, IImageFitter? fitter, TimeProvider time)
    {
        _options = options;
        _routes = routes;
        _reach = [.. routes.Select(static r => new Reachability(r.To))];
        _watch = new SendingWatch(routes, SendingWatch.DefaultPatience, time);
        _fitter = fitter;
        _time = time;
        _rate = options.Pacing.BitRate ?? PacingOptions.DefaultDatagramRate;
        _pacer = new Pacer(_rate.BitsPerSecond, time);
        _slow = new SlowRates(_rate);
    }

    public IReadOnlyList<IPEndPoint> Destinations => [.. _routes.Select(static r => r.To)];

    public bool IsUnreachable => Array.TrueForAll(_reach, static r => r.NeverWorked);

    public long OtherDatagrams { get; private set; }

    public int NobodyListens => _watch.NobodyListens;

    public long Missed => _watch.Missed;

    public static PlainDatagramSender Open(SendOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        if (options.Fit && context.Fitter is null)
        {
            throw new GalleryException(
                ErrorIds.ImagingUnavailable, GalleryErrorCategory.ResourceUnavailable,
                "-Fit has to decode images, and there is no decoder here.", options.Fit, "Use -Transport Tcp or -Protocol Flute, which carry images of any size.");
        }

        return new PlainDatagramSender(options, SendAddresses.OpenDatagram(options, context.Portable, cancellationToken), options.Fit ? context.Fitter : null, context.Time);
    }

    public IEnumerable<GalleryEvent> Take(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        if (!_warned)
        {
            _warned = true;
            string nics = string.Join(", ", _routes.SelectMany(static r => r.By.Nics).Distinct());
            yield return new NoticeEvent($"Sending by UDP {_options.Transport.ToString().ToLowerInvariant()} to {string.Join(", ", Destinations)} on {nics}, {(_rate.IsUnlimited ? "without a limit of the rate" : $"at {_rate} of the images' bytes")}.");
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

        bool others = false, partly = false;
        foreach (((IPEndPoint to, DatagramSender by), Reachability reach) in _routes.Zip(_reach))
        {
            int limit = DatagramSockets.MaxPayload(to.AddressFamily);
            if (image.Length > limit)
            {
                yield return new ErrorEvent(TooLarge(image, to, limit));
                continue;
            }

            // The first datagram goes at once; what the rate costs is the wait before the next.
            if (_pacer.Left > TimeSpan.Zero)
            {
                if (_slow.Before(_pacer.Left, $"{image.Name} waits") is { } slow) yield return slow;
                foreach (GalleryEvent waiting in WaitProgress.Wait($"Waiting at {_rate} before {image.Name}", _pacer.Left, _time, cancellationToken)) yield return waiting;
            }

            long start = _time.GetTimestamp();
            _pacer.Wait(cancellationToken);
            foreach (GalleryEvent galleryEvent in Send(image.Loaded!.Value, to, by, reach, others, image.Name, cancellationToken)) yield return galleryEvent;
            if (_copies > 0)
            {
                _pacer.Sent(image.Length);
                yield return new SentEvent(Sent(image, index, to, _copies, _time.GetElapsedTime(start)));
            }

            others |= _copies > 0;
            partly |= _copies > 0 && _copies < by.Copies;
            foreach (GalleryEvent galleryEvent in _watch.News()) yield return galleryEvent;
        }

        if (partly) _partly++;
    }

    public IEnumerable<GalleryEvent> Complete(CancellationToken cancellationToken)
    {
        if (IsUnreachable) yield break;
        foreach (GalleryEvent galleryEvent in _watch.News()) yield return galleryEvent;
        if (_copies > 0) cancellationToken.WaitHandle.WaitOne(BeforeTheEnd);
        _watch.HasEnded = true;
        int number = 0;
        foreach (((IPEndPoint to, DatagramSender by), Reachability reach) in _routes.Zip(_reach))
        {
            foreach (GalleryEvent galleryEvent in Send(ReadOnlyMemory<byte>.Empty, to, by, reach, number > 0, "The end of transmission", cancellationToken)) yield return galleryEvent;
            OtherDatagrams += _copies;
            if (_copies > 0) yield return new EndEvent(to, ++number, _routes.Count);
            if (reach.Rest() is { } rest) yield return rest;
        }

        foreach (GalleryEvent galleryEvent in _watch.Last(_partly, inVain: true, wait: true)) yield return galleryEvent;
    }

    public void Dispose()
    {
        foreach ((_, DatagramSender sender) in _routes) sender.Dispose();
    }

    // Sends one datagram, and waits for a network that is away for a moment; _copies says on how many NICs it left.
    private IEnumerable<GalleryEvent> Send(
        ReadOnlyMemory<byte> payload, IPEndPoint to, DatagramSender by, Reachability reach, bool others, string what, CancellationToken cancellationToken)
    {
        while (true)
        {
            SocketException? error = TrySend(payload.Span, to, by);
            GalleryEvent? galleryEvent;
            if (error is null)
            {
                reach.Succeed();
                galleryEvent = _watch.Succeed();
                if (galleryEvent is not null) yield return galleryEvent;
                yield break;
            }

            bool again = _watch.ShouldWait(error, reach, others, out galleryEvent);
            if (!again) galleryEvent ??= reach.Fail(SocketErrors.Send(error, to, what));
            if (galleryEvent is not null) yield return galleryEvent;
            if (!again) yield break;
            _watch.Wait(cancellationToken);
        }
    }

    private SocketException? TrySend(ReadOnlySpan<byte> payload, IPEndPoint to, DatagramSender by)
    {
        try
        {
            _copies = by.Send(payload, to);
            return null;
        }
        catch (SocketException e)
        {
            _copies = 0;
            return e;
        }
    }

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

    private SentImage Sent(OutgoingImage image, int index, IPEndPoint to, int copies, TimeSpan elapsed) => new()
    {
        Index = index,
        Name = image.Name,
        Path = image.Path,
        Bytes = image.Length,
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
