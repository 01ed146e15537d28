namespace GalleryPS.Protocols.Plain;

/// <summary>The classic exercise: one image is one UDP datagram or one TCP connection, nothing added.</summary>
internal sealed class PlainProtocol : IProtocol
{
    public IImageSender OpenSender(SendOptions options, ProtocolContext context, CancellationToken cancellationToken) => options.Transport == Transport.Tcp
        ? PlainStreamSender.Open(options, context, cancellationToken)
        : PlainDatagramSender.Open(options, context, cancellationToken);

    public IImageReceiver OpenReceiver(ReceiveOptions options, Inbox inbox, ProtocolContext context, CancellationToken cancellationToken) => options.Transport == Transport.Tcp
        ? PlainStreamReceiver.Open(options, inbox, context, cancellationToken)
        : PlainDatagramReceiver.Open(options, inbox, context, cancellationToken);
}
