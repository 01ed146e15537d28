using System.Collections.Concurrent;
using System.Net;
using GalleryPS.Network;
using static System.FormattableString;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Plain over TCP: one connection is one image, closed after its last byte; a connection with no bytes is the end of
/// transmission. Several receivers are served side by side, each as fast as it can.
/// </summary>
internal sealed class PlainStreamSender : IImageSender
{
    private const int WaitMilliseconds = 20;
    private const int ReceiversShown = 8;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);
    private readonly StreamDestination[] _destinations;
    private readonly ConcurrentQueue<GalleryEvent> _events = new();
    private readonly AutoResetEvent _signal = new(initialState: false);
    private readonly CancellationTokenSource _stop = new();
    private readonly SlowRates? _slow;
    private readonly TimeProvider _time;
    private WarningEvent? _warning;
    private long _shown;
    private int _ends;

    private PlainStreamSender(StreamDestination[] destinations, BitRate rate, TimeProvider time)
    {
        (_destinations, _time) = (destinations, time);
        _slow = rate.IsUnlimited ? null : new SlowRates(rate);
        _shown = time.GetTimestamp();
    }

    public IReadOnlyList<IPEndPoint> Destinations => [.. _destinations.Select(static d => d.To)];

    public bool IsUnreachable => Array.TrueForAll(_destinations, static d => d.IsGivenUp);

    public long OtherDatagrams => 0;

    public static PlainStreamSender Open(SendOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<(IPEndPoint To, string Written)> to = SendAddresses.ResolveNamed(options, cancellationToken);
        var tls = TlsClient.Of(options.Tls);
        BitRate rate = options.Pacing.BitRate ?? BitRate.Unlimited;
        Nic nic = NicResolver.Resolve(options.Addresses.OutboundIP, to[0].To.AddressFamily)[0];
        return new PlainStreamSender(
            [.. to.Select(destination => new StreamDestination(
                destination.To,
                new TcpConnectOptions(
                    NicResolver.Resolve(options.Addresses.OutboundIP, destination.To.AddressFamily)[0], options.Addresses.Ttl, options.ConnectTimeout, StallTimeout, TlsTarget.Of(tls, destination.Written)),
                new Pacer(rate.BitsPerSecond, context.Time),
                context.Time,
                options.Retry,
                options.Resume))],
            rate,
            context.Time)
        {
            _warning = TcpConnection.CanLeaveOn(nic, to[0].To.AddressFamily)
                ? null
                : new WarningEvent(ErrorIds.NotPrivileged, $"The system does not let this user choose the NIC of a TCP connection: it follows the routing table, with the address of {nic}."),
        };
    }

    public IEnumerable<GalleryEvent> Take(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        // Each receiver gets its own copy at the rate, side by side.
        GalleryEvent? slow = _slow?.Before(image.Length * 8d, Invariant($"{image.Name} ({image.Length:N0} bytes) takes"));
        IEnumerable<GalleryEvent> events = _destinations is [var only] ? only.Send(image, index, cancellationToken) : TakeSideBySide(image, index, cancellationToken);
        GalleryEvent? warning = index == 0 ? _warning : null;
        return slow is null && warning is null ? events : new[] { slow, warning }.OfType<GalleryEvent>().Concat(events);
    }

    public IEnumerable<GalleryEvent> Complete(CancellationToken cancellationToken) =>
        (_destinations is [var only] ? only.End(cancellationToken) : CompleteSideBySide(cancellationToken)).Select(Numbered);

    public void Dispose()
    {
        _stop.Cancel();
        foreach (StreamDestination destination in _destinations) destination.Dispose();
        _signal.Dispose();
        _stop.Dispose();
    }

    // Each destination reads the image on its own, when its turn comes; what happened meanwhile is told.
    private IEnumerable<GalleryEvent> TakeSideBySide(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stop = StopWith(cancellationToken);
        foreach (StreamDestination destination in _destinations.Where(static d => !d.IsGivenUp))
        {
            OutgoingImage? own = TryOpen(image, out GalleryException? gone, cancellationToken);
            if (own is null)
            {
                yield return new ErrorEvent(gone!);
                yield break;
            }

            bool taken = false;
            try
            {
                while (!(taken = destination.TryEnqueue(own, index, Enqueue, _stop.Token)))
                {
                    foreach (GalleryEvent galleryEvent in DequeueEvents(cancellationToken, wait: true)) yield return galleryEvent;
                }
            }
            finally
            {
                if (!taken) own.Dispose();
            }
        }

        foreach (GalleryEvent galleryEvent in DequeueEvents(cancellationToken, wait: false)) yield return galleryEvent;
    }

    private IEnumerable<GalleryEvent> CompleteSideBySide(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stop = StopWith(cancellationToken);
        foreach (StreamDestination destination in _destinations)
        {
            while (!destination.TryEnqueue(null, 0, Enqueue, _stop.Token))
            {
                foreach (GalleryEvent galleryEvent in DequeueEvents(cancellationToken, wait: true)) yield return galleryEvent;
            }
        }

        while (!Array.TrueForAll(_destinations, static d => d.IsDone))
        {
            foreach (GalleryEvent galleryEvent in DequeueEvents(cancellationToken, wait: true)) yield return galleryEvent;
        }

        foreach (GalleryEvent galleryEvent in DequeueEvents(cancellationToken, wait: false)) yield return galleryEvent;
    }

    private CancellationTokenRegistration StopWith(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _stop);

    private static OutgoingImage? TryOpen(OutgoingImage image, out GalleryException? error, CancellationToken cancellationToken)
    {
        try
        {
            error = null;
            return image.Again(cancellationToken);
        }
        catch (GalleryException e)
        {
            error = e;
            return null;
        }
    }

    private IEnumerable<GalleryEvent> DequeueEvents(CancellationToken cancellationToken, bool wait)
    {
        if (wait && _events.IsEmpty) _signal.WaitOne(WaitMilliseconds);
        cancellationToken.ThrowIfCancellationRequested();
        while (_events.TryDequeue(out GalleryEvent? galleryEvent)) yield return galleryEvent;
        if (wait && Progress() is { } progress) yield return progress;
    }

    /// <summary>How far each receiver is with its image, about once a second.</summary>
    private ProgressEvent? Progress()
    {
        if (_time.GetElapsedTime(_shown) < TimeSpan.FromSeconds(1)) return null;
        _shown = _time.GetTimestamp();
        ImageProgress[] now = [.. _destinations.Select(static d => d.Current).OfType<ImageProgress>().Take(ReceiversShown)];
        return now.Length == 0 ? null : new ProgressEvent("Sending", now.Sum(static i => i.Done), now.Sum(static i => i.Total), null) { Images = now };
    }

    private void Enqueue(GalleryEvent galleryEvent)
    {
        _events.Enqueue(galleryEvent);
        _signal.Set();
    }

    private GalleryEvent Numbered(GalleryEvent galleryEvent) => galleryEvent is EndEvent end ? end with { Seen = ++_ends, Expected = _destinations.Length } : galleryEvent;
}
