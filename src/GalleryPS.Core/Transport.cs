namespace GalleryPS;

// Enumerations that objects for scripts hold are of long: ConvertTo-Json writes the names of those, and the numbers of others.

/// <summary>How images reach their receivers.</summary>
public enum Transport : long
{
    /// <summary>UDP to one address; every receiver costs one copy of each image.</summary>
    Unicast,

    /// <summary>UDP to a broadcast address: one copy for everybody on the link (IPv4 only).</summary>
    Broadcast,

    /// <summary>UDP to a group (IPv4 224.0.0.0/4, IPv6 ff00::/8): one copy for everybody who joined.</summary>
    Multicast,

    /// <summary>TCP, one connection per image.</summary>
    Tcp,
}

/// <summary>What the bytes on the wire look like.</summary>
public enum Protocol : long
{
    /// <summary>The classic exercise: one image is one UDP datagram or one TCP connection, nothing added.</summary>
    Plain,

    /// <summary>FLUTE (RFC 6726): images of any size over lossy UDP.</summary>
    Flute,
}
