namespace GalleryPS.Protocols.Flute;

/// <summary>FLUTE (RFC 6726): images of any size over lossy UDP.</summary>
internal sealed class FluteProtocol : IProtocol
{
    public IImageSender OpenSender(SendOptions options, ProtocolContext context, CancellationToken cancellationToken) =>
        FluteGallerySender.Open(options, context, cancellationToken);

    public IImageReceiver OpenReceiver(ReceiveOptions options, Inbox inbox, ProtocolContext context, CancellationToken cancellationToken) =>
        FluteGalleryReceiver.Open(options, inbox, context, cancellationToken);
}
