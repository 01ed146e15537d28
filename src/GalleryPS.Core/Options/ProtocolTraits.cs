namespace GalleryPS;

/// <summary>What sets a protocol apart, for all who do not implement it: options, sessions, predictions and experiments ask here.</summary>
internal sealed record ProtocolTraits
{
    private static readonly Dictionary<Protocol, ProtocolTraits> All = new()
    {
        [Protocol.Plain] = new ProtocolTraits
        {
            HasTcp = true,
            SendsAtOnce = true,
            ImagesAreDatagrams = true,
            DatagramRate = PacingOptions.DefaultDatagramRate,
        },
        [Protocol.Flute] = new ProtocolTraits
        {
            ReceiversReport = true,
            DatagramRate = PacingOptions.DefaultFluteRate,
        },
    };

    /// <summary>
    /// Whether an image is sent when it is given, one after the other. If not, all travel together, at the end: then the pauses
    /// between images and before the end, and what is told of the progress, are the protocol's own affair.
    /// </summary>
    public bool SendsAtOnce { get; private init; }

    /// <summary>Whether over UDP an image is one datagram, which limits its size, and whose size is the image's.</summary>
    public bool ImagesAreDatagrams { get; private init; }

    /// <summary>
    /// Whether receivers may report to the sender what they have, over TCP. TLS is for these reports then, and the sender is the side
    /// that listens.
    /// </summary>
    public bool ReceiversReport { get; private init; }

    /// <summary>Default rate over UDP where no receiver reports.</summary>
    public BitRate DatagramRate { get; private init; }

    private bool HasTcp { get; init; }

    /// <summary>Whether it runs over a transport. Over UDP every protocol does.</summary>
    public bool RunsOver(Transport transport) => transport != Transport.Tcp || HasTcp;

    /// <summary>The traits of a protocol.</summary>
    public static ProtocolTraits Of(Protocol protocol) => All[protocol];
}
