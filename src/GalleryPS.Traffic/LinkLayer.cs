namespace GalleryPS;

/// <summary>What lies below IP in a prediction.</summary>
public enum LinkLayer : long
{
    /// <summary>Ethernet: a header of 14 bytes, and what the wire adds.</summary>
    Ethernet,

    /// <summary>This machine's loopback as Linux shows it: a header of 14 bytes, a large MTU, no wire.</summary>
    Loopback,
}
