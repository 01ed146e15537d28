using System.Net;

namespace GalleryPS.Protocols;

/// <summary>Sends images by a protocol, on the calling thread. What happened is handed out as events; nothing happens unless they are read.</summary>
internal interface IImageSender : IDisposable
{
    /// <summary>Where the images go.</summary>
    IReadOnlyList<IPEndPoint> Destinations { get; }

    /// <summary>Whether nothing could be sent to anybody, so that it makes no sense to go on.</summary>
    bool IsUnreachable => false;

    /// <summary>UDP datagrams that were no image's: those of the ends of transmission, and of tables.</summary>
    long OtherDatagrams { get; }

    /// <summary>Destinations whose host answered that nobody listens.</summary>
    int NobodyListens => 0;

    /// <summary>Datagrams that did not leave on a NIC of several.</summary>
    long Missed => 0;

    /// <summary>Takes an image: sends it, or looks at it and leaves it to <see cref="Complete"/> (<see cref="ProtocolTraits.SendsAtOnce"/>).</summary>
    /// <param name="image">The image; it can be read only now.</param>
    /// <param name="index">Its place in the gallery, from 0.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    IEnumerable<GalleryEvent> Take(OutgoingImage image, int index, CancellationToken cancellationToken);

    /// <summary>Sends what was not sent yet, and the end of transmission.</summary>
    /// <param name="cancellationToken">Stops at once; the end is then not sent.</param>
    IEnumerable<GalleryEvent> Complete(CancellationToken cancellationToken);
}
