namespace GalleryPS;

/// <summary>Forward error correction of the Flute protocol.</summary>
public enum Fec
{
    /// <summary>RaptorQ (RFC 6330): any loss can be made up for.</summary>
    RaptorQ,

    /// <summary>None (Compact No-Code, RFC 5445), for receivers that know nothing else: only repeating helps against loss.</summary>
    None,
}
