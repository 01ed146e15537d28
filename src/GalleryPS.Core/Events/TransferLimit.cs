namespace GalleryPS;

/// <summary>What kept a transfer with Flute from being faster, for most of its time.</summary>
public enum TransferLimit
{
    /// <summary>The sender: its processor, or reading the images.</summary>
    Sender,

    /// <summary>The network: the slowest way to a receiver that was being served.</summary>
    Network,

    /// <summary>The bit rate that was asked for.</summary>
    BitRate,

    /// <summary>A receiver's processor.</summary>
    ReceiverCpu,

    /// <summary>A receiver's disk.</summary>
    ReceiverDisk,
}
