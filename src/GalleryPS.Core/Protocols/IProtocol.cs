namespace GalleryPS.Protocols;

/// <summary>What a protocol is given besides the options.</summary>
/// <param name="Time">Where its times come from.</param>
/// <param name="Fitter">Makes images smaller; null when nothing here can.</param>
/// <param name="Portable">True never uses what only some systems have.</param>
internal sealed record ProtocolContext(TimeProvider Time, IImageFitter? Fitter = null, bool Portable = false)
{
    /// <summary>The system's time and the fastest ways there are.</summary>
    public static readonly ProtocolContext Default = new(TimeProvider.System);
}

/// <summary>A protocol: bytes to images and back. Each has a folder of its own, and a line in the table of protocols.</summary>
internal interface IProtocol
{
    /// <summary>Resolves the addresses and opens the sockets of a sender.</summary>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    IImageSender OpenSender(SendOptions options, ProtocolContext context, CancellationToken cancellationToken);

    /// <summary>Resolves the addresses, and binds, joins or listens.</summary>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    IImageReceiver OpenReceiver(ReceiveOptions options, Inbox inbox, ProtocolContext context, CancellationToken cancellationToken);
}
