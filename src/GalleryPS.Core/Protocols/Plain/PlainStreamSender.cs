using System.Collections.Concurrent;
using System.Net;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Plain over TCP: one connection is one image, closed after its last byte; a connection with no bytes is the end of
/// transmission. Several receivers are served side by side, each as fast as it can.
/// </summary>
internal sealed class PlainStreamSender : IImageSender
{
    private const int WaitMilliseconds = 20;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);
    private readonly StreamDestination[] _destinations;
    private readonly ConcurrentQueue<GalleryEvent> _events = new();
    private readonly AutoResetEvent _signal = new(initialState: false);
    private readonly CancellationTokenSource _stop = new();
    private WarningEvent? _warning;
    private int _ends;

    private PlainStreamSender(StreamDestination[] destinations) => _destinations = destinations;

    public IReadOnlyList<IPEndPoint> Destinations => [.. _destinations.Select(static d => d.To)];

    public bool SendsAtOnce => true;

    public bool IsUnreachable => Array.TrueForAll(_destinations, static d => d.IsGivenUp);

    public long OtherDatagrams => 0;

    public static PlainStreamSender Open(SendOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint> to = SendAddresses.Resolve(options, cancellationToken);
        Nic nic = NicResolver.Resolve(options.Addresses.OutboundIP, to[0].AddressFamily)[0];
        return new PlainStreamSender(
            [.. to.Select(destination => new StreamDestination(
                destination,
                new TcpConnectOptions(NicResolver.Resolve(options.Addresses.OutboundIP, destination.AddressFamily)[0], options.Addresses.Ttl, options.ConnectTimeout, StallTimeout),
                new Pacer((options.Pacing.BitRate ?? BitRate.Unlimited).BitsPerSecond, context.Time),
                context.Time,
                options.Retry))])
        {
            _warning = TcpConnection.CanLeaveOn(nic, to[0].AddressFamily)
                ? null
                : new WarningEvent(ErrorIds.NotPrivileged, $"The system does not let this user choose the NIC of a TCP connection: it follows the routing table, with the address of {nic}."),
        };
    }

    public IEnumerable<GalleryEvent> Take(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        IEnumerable<GalleryEvent> galleryEvent = _destinations is [var only] ? only.Send(image, index, cancellationToken) : TakeSideBySide(image, index, cancellationToken);
        return _warning is not null && index == 0 ? galleryEvent.Prepend(_warning) : galleryEvent;
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
    }

    private void Enqueue(GalleryEvent galleryEvent)
    {
        _events.Enqueue(galleryEvent);
        _signal.Set();
    }

    private GalleryEvent Numbered(GalleryEvent galleryEvent) => galleryEvent is EndEvent end ? end with { Seen = ++_ends, Expected = _destinations.Length } : galleryEvent;
}
