using System.Net;
using GalleryPS.Events;
using GalleryPS.Network;
using GalleryPS.Protocols;
using GalleryPS.Sessions;

namespace GalleryPS;

/// <summary>
/// Sends images one after the other, then the end of transmission. Every call hands out what happened as events, on the
/// calling thread; nothing is sent unless they are read.
/// </summary>
public sealed class GallerySender : IDisposable
{
    private readonly SendOptions _options;
    private readonly ProtocolTraits _traits;
    private readonly IImageSender _sender;
    private readonly TimeProvider _time;
    private long? _started;
    private int _next;
    private long _images, _bytes, _datagrams, _failed;
    private int _ends;

    private GallerySender(SendOptions options, IImageSender sender, TimeProvider time) =>
        (_options, _traits, _sender, _time) = (options, ProtocolTraits.Of(options.Protocol), sender, time);

    /// <summary>Where the images go.</summary>
    public IReadOnlyList<IPEndPoint> Destinations => _sender.Destinations;

    /// <summary>Resolves the addresses and opens the sockets.</summary>
    /// <param name="options">How to send.</param>
    /// <param name="cancellationToken">Ends looking up names.</param>
    /// <returns>A sender; dispose of it.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static GallerySender Open(SendOptions options, CancellationToken cancellationToken = default) => Open(options, fitter: null, cancellationToken);

    /// <summary>Resolves the addresses and opens the sockets.</summary>
    /// <param name="options">How to send.</param>
    /// <param name="fitter">Makes images smaller when <see cref="SendOptions.Fit"/> asks for it.</param>
    /// <param name="cancellationToken">Ends looking up names.</param>
    /// <returns>A sender; dispose of it.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static GallerySender Open(SendOptions options, IImageFitter? fitter, CancellationToken cancellationToken) =>
        Open(options, ProtocolContext.Default with { Fitter = fitter }, cancellationToken);

    internal static GallerySender Open(SendOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new GallerySender(options, ProtocolTable.Find(options.Protocol).OpenSender(options, context, cancellationToken), context.Time);
    }

    /// <summary>Waits as the options ask: for members of the groups, and the delay.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What happens meanwhile.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotPrivileged"/> or <see cref="ErrorIds.NobodyJoined"/>.</exception>
    public IEnumerable<GalleryEvent> Prepare(CancellationToken cancellationToken = default) => Preparation.Wait(
        Destinations.Select(to => (to.Address, NicResolver.Resolve(_options.Addresses.OutboundIP, to.AddressFamily))), _options.Start.WaitForGroup, _options.Start.Delay, _time, cancellationToken);

    /// <summary>Sends an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>
    /// A <see cref="SentEvent"/> per destination, or an <see cref="ErrorEvent"/>; details between them. With several receivers
    /// over TCP, which go side by side, some of them come with later images or with the end. When nothing could be sent to
    /// anybody, that is told once, and nothing more is sent.
    /// </returns>
    public IEnumerable<GalleryEvent> Send(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return SendCore(() => OutgoingImage.FromFile(path, cancellationToken), cancellationToken);
    }

    /// <summary>Sends an image from memory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="data">Its bytes.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>As <see cref="Send(string, CancellationToken)"/>.</returns>
    public IEnumerable<GalleryEvent> Send(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SendCore(() => OutgoingImage.FromMemory(name, data), cancellationToken);
    }

    /// <summary>
    /// Waits for <see cref="PacingOptions.EndDelay"/> and sends the end of transmission. Flute: sends all images, which have
    /// only been looked at until now, in turns, and then the end.
    /// </summary>
    /// <param name="cancellationToken">Stops at once; the end is then not sent.</param>
    /// <returns>An <see cref="EndEvent"/> per destination and a <see cref="SummaryEvent"/>.</returns>
    public IEnumerable<GalleryEvent> Finish(CancellationToken cancellationToken = default)
    {
        _started ??= _time.GetTimestamp();
        if (_traits.SendsAtOnce && !_sender.IsUnreachable)
        {
            foreach (GalleryEvent galleryEvent in WaitProgress.Wait("Waiting before the end of transmission", _options.Pacing.EndDelay, _time, cancellationToken)) yield return galleryEvent;
        }

        foreach (GalleryEvent galleryEvent in _sender.Complete(cancellationToken)) yield return Count(galleryEvent);
        yield return new SummaryEvent(new SessionSummary
        {
            Images = _images,
            Bytes = _bytes,
            Datagrams = _datagrams + _sender.OtherDatagrams,
            Ends = _ends,
            NobodyListens = _sender.NobodyListens,
            Missed = _sender.Missed,
            Failed = _failed,
            Elapsed = _time.GetElapsedTime(_started.Value),
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _sender.Dispose();

    private IEnumerable<GalleryEvent> SendCore(Func<OutgoingImage> open, CancellationToken cancellationToken)
    {
        _started ??= _time.GetTimestamp();
        if (_sender.IsUnreachable) yield break;
        if (_next > 0 && _traits.SendsAtOnce)
        {
            foreach (GalleryEvent galleryEvent in WaitProgress.Wait("Waiting before the next image", _options.Pacing.Interval, _time, cancellationToken)) yield return galleryEvent;
        }

        int index = _next++;
        OutgoingImage? image = null;
        GalleryException? unreadable = null;
        try
        {
            image = open();
        }
        catch (GalleryException e)
        {
            unreadable = e;
        }

        if (image is null)
        {
            yield return Count(new ErrorEvent(unreadable!));
            yield break;
        }

        using (image)
        {
            foreach (GalleryEvent galleryEvent in _sender.Take(image, index, cancellationToken)) yield return Count(galleryEvent);
        }
    }

    private GalleryEvent Count(GalleryEvent galleryEvent)
    {
        switch (galleryEvent)
        {
            case SentEvent sent:
                _images++;
                _bytes += sent.Image.Bytes;
                _datagrams += sent.Image.Datagrams;
                break;
            case ErrorEvent:
                _failed++;
                break;
            case EndEvent:
                _ends++;
                break;
        }

        return galleryEvent;
    }
}
