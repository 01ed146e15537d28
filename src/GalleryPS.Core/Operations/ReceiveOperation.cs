namespace GalleryPS.Operations;

/// <summary>Receives a gallery until the end of transmission, a limit, or cancelling. It takes no input.</summary>
public static class ReceiveOperation
{
    /// <summary>Receives.</summary>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops receiving.</param>
    /// <returns>First a <see cref="ReadyEvent"/>, then whatever comes, last a <see cref="SummaryEvent"/>.</returns>
    /// <exception cref="GalleryException">The options cannot work; thrown here, and not when the events are read.</exception>
    public static IEnumerable<GalleryEvent> Run(ReceiveOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Events(GalleryReceiver.Open(options, cancellationToken), options.Protocol, cancellationToken);
    }

    private static IEnumerable<GalleryEvent> Events(GalleryReceiver receiver, Protocol protocol, CancellationToken cancellationToken)
    {
        using (receiver)
        {
            TransferProgress? progress = ProtocolTraits.Of(protocol).SendsAtOnce ? new("Receiving a gallery") : null;
            foreach (GalleryEvent galleryEvent in receiver.Receive(cancellationToken))
            {
                yield return galleryEvent;
                if (galleryEvent is ReceivedEvent received && progress?.After(received.Image.Bytes) is { } shown) yield return shown;
            }
        }
    }
}
