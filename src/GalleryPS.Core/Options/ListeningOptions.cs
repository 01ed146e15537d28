namespace GalleryPS;

/// <summary>Where a receiver is bound, joins or listens.</summary>
public record ListeningOptions
{
    /// <summary>
    /// The address to bind to or to listen on (<c>0.0.0.0</c> or <c>::</c> for every address of this machine), the
    /// broadcast address to accept, or the group to join; null for the default of the transport.
    /// </summary>
    [Option("Address to bind to or to listen on, or the group to join.", aliases: "BindIP McastIP ListenIP Group", letter: 'g')]
    public string? Address { get; init; }

    /// <summary>The port, 1 to 65535; 0 lets the system choose (unicast, TCP).</summary>
    [Option("The port; 0 lets the system choose (not for groups and broadcast).", least: 0, most: 65_535, aliases: "BindPort McastPort ListenPort", letter: 'p')]
    public int Port { get; init; } = SendOptions.DefaultPort;

    /// <summary>NICs to receive on, by address or name; <c>*</c> for all that can multicast; empty for the system's choice.</summary>
    [Option("NICs to receive on, by address or name; '*' for all that can multicast.")]
    public IReadOnlyList<string> ArrivalIP { get; init; } = [];

    /// <summary>
    /// Accept only these senders; a group is joined for them only (RFC 4604), so that the network and the system filter.
    /// Empty for all.
    /// </summary>
    [Option("Accept only these senders; a group is joined for them only.")]
    public IReadOnlyList<string> Source { get; init; } = [];
}

/// <summary>What ends receiving.</summary>
public sealed record UntilOptions
{
    /// <summary>Stop after this time, whatever came; null for no limit.</summary>
    [Option("Stop after this time.", least: 0, moreThanLeast: true)]
    public TimeSpan? Duration { get; init; }

    /// <summary>Give up when nothing came for this long; null for no limit.</summary>
    [Option("Give up when nothing arrives for this long.", least: 0, moreThanLeast: true)]
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Stop after so many images or messages; null for no limit.</summary>
    [Option("Stop after this many.", least: 1, most: int.MaxValue, letter: 'n')]
    public int? Count { get; init; }
}

/// <summary>Where images are stored.</summary>
public sealed record StorageOptions
{
    /// <summary>Where to store the images; null keeps them in memory only.</summary>
    [Option("Where to store the images.", letter: 'o')]
    public string? OutputDirectory { get; init; }

    /// <summary>Replace existing files of the same name, instead of numbering the new ones.</summary>
    [Option("Replace existing files of the same name, instead of numbering the new ones.")]
    public bool Force { get; init; }
}

/// <summary>What a receiver takes at most: limits for memory and disk against careless and endless senders.</summary>
public sealed record LimitOptions
{
    /// <summary>Largest image accepted, in bytes.</summary>
    [Option("Largest image accepted.", unit: "bytes", least: 1)]
    public long MaxImageBytes { get; init; } = 256L << 20;

    /// <summary>Largest sum of all images accepted, in bytes.</summary>
    [Option("Largest total size of all images accepted.", unit: "bytes", least: 1)]
    public long MaxGalleryBytes { get; init; } = 64L << 30;

    /// <summary>How long a TCP sender may stay silent in the middle of an image.</summary>
    [Option("How long a TCP sender may stay silent in the middle of an image.", least: 0, moreThanLeast: true)]
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most images accepted.</summary>
    [Option("Most images accepted.", least: 1, most: int.MaxValue)]
    public int MaxImages { get; init; } = 100_000;

    /// <summary>Bytes that must stay free on the disk of the output directory.</summary>
    [Option("Disk space that must stay free.", unit: "bytes", least: 0)]
    public long MinimumFreeSpace { get; init; } = 64L << 20;

    /// <summary>TCP connections that may be open at once; beyond, the one that brought least makes room.</summary>
    [Option("Most TCP connections open at once; beyond that, the slowest is closed.", least: 1, most: 1_000_000)]
    public int MaxConnections { get; init; } = 4_096;

    /// <summary>TCP connections of one host that may be open at once; beyond, the one that brought least makes room.</summary>
    [Option("Most TCP connections of one host open at once; beyond that, the slowest is closed.", least: 1, most: 1_000_000)]
    public int MaxConnectionsPerHost { get; init; } = 1_024;

    /// <summary>How long a TCP connection may be open before its first byte.</summary>
    [Option("How long a TCP connection may be open before its first byte.", least: 0, moreThanLeast: true)]
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Least rate of a TCP connection, over each <see cref="StallTimeout"/>; 0 for none.</summary>
    [Option("Least rate of a TCP connection, over each StallTimeout.", unit: "bit/s")]
    public BitRate MinimumBitRate { get; init; } = new(1000);

    /// <summary>FLUTE sessions at a time; packets of further ones are ignored.</summary>
    [Option("Flute: most sessions at a time.", least: 1, most: 10_000)]
    public int MaxSessions { get; init; } = 16;
}

/// <summary>How the Flute protocol receives.</summary>
public sealed record FluteReceiveOptions
{
    /// <summary>Only packets that are authenticated with this passphrase are taken.</summary>
    [Option("Flute: accept only packets authenticated with this passphrase.")]
    public Passphrase? Passphrase { get; init; }

    /// <summary>
    /// Report to ports below 1024 too. A table of a session names only a port, and reports go to the host that the packets come
    /// from; so nothing from the network makes a receiver connect to another host, or, without this, to a system's service.
    /// </summary>
    [Option("Flute: also report to a sender's port below 1024.")]
    public bool AnyReportPort { get; init; }
}
