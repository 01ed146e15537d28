using System.Diagnostics;
using System.Net;
using GalleryPS.Network;
using GalleryPS.Protocols.Flute;
using GalleryPS.Protocols.Plain;
using GalleryPS.Sessions;

namespace GalleryPS;

/// <summary>
/// Sends images one after the other, then the end of transmission. Every call hands out what happened as events, on the
/// calling thread; nothing is sent unless they are read.
/// </summary>
public abstract class GallerySender : IDisposable
{
    private readonly SendOptions _options;
    private long _started;
    private int _next;
    private long _images, _bytes, _datagrams, _failed;
    private int _ends;

    private protected GallerySender(SendOptions options) => _options = options;

    /// <summary>Where the images go.</summary>
    public abstract IReadOnlyList<IPEndPoint> Destinations { get; }

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
    public static GallerySender Open(SendOptions options, IImageFitter? fitter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Protocol == Protocol.Flute) return FluteGallerySender.Open(options, cancellationToken);
        return options.Transport == Transport.Tcp
            ? PlainStreamSender.Open(options, cancellationToken)
            : PlainDatagramSender.Open(options, fitter, cancellationToken);
    }

    /// <summary>Waits as the options ask: for members of the groups, and the delay.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What happens meanwhile.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotPrivileged"/> or <see cref="ErrorIds.NobodyJoined"/>.</exception>
    public IEnumerable<GalleryEvent> Prepare(CancellationToken cancellationToken = default) => Preparation.Wait(
        Destinations.Select(to => (to.Address, NicResolver.Resolve(_options.Addresses.OutboundIP, to.AddressFamily))), _options.Start.WaitForGroup, _options.Start.Delay, cancellationToken);

    /// <summary>Sends an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>A <see cref="SentEvent"/> per destination, or an <see cref="ErrorEvent"/>; details between them.</returns>
    public IEnumerable<GalleryEvent> Send(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return SendCore(() => OutgoingImage.FromFile(path), cancellationToken);
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
        if (_started == 0) _started = Stopwatch.GetTimestamp();
        if (_options.Protocol == Protocol.Plain) Pacer.Pause(_options.Pacing.EndDelay, cancellationToken);
        foreach (GalleryEvent one in SendEnd(cancellationToken)) yield return Count(one);
        yield return new SummaryEvent(new SessionSummary
        {
            Images = _images,
            Bytes = _bytes,
            Datagrams = _datagrams,
            Ends = _ends,
            Failed = _failed,
            Elapsed = Stopwatch.GetElapsedTime(_started),
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the sockets.</summary>
    /// <param name="disposing">Always true.</param>
    protected abstract void Dispose(bool disposing);

    private protected abstract IEnumerable<GalleryEvent> SendImage(OutgoingImage image, int index, CancellationToken cancellationToken);

    private protected abstract IEnumerable<GalleryEvent> SendEnd(CancellationToken cancellationToken);

    /// <summary>Datagrams of the ends of transmission belong to the totals too.</summary>
    private protected void CountEndDatagrams(long datagrams) => _datagrams += datagrams;

    private IEnumerable<GalleryEvent> SendCore(Func<OutgoingImage> open, CancellationToken cancellationToken)
    {
        if (_started == 0) _started = Stopwatch.GetTimestamp();
        if (_next > 0 && _options.Protocol == Protocol.Plain) Pacer.Pause(_options.Pacing.Interval, cancellationToken);
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
            foreach (GalleryEvent one in SendImage(image, index, cancellationToken)) yield return Count(one);
        }
    }

    private GalleryEvent Count(GalleryEvent one)
    {
        switch (one)
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

        return one;
    }
}
