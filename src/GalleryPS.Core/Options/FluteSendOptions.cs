namespace GalleryPS;

/// <summary>How the Flute protocol sends.</summary>
public sealed record FluteSendOptions
{
    /// <summary>Default of <see cref="Redundancy"/> when nobody reports, in percent.</summary>
    public const double DefaultRedundancy = 10;

    /// <summary>
    /// Repair data that is sent without being asked for, in percent of the images. Null: none when receivers report, else
    /// <see cref="DefaultRedundancy"/>.
    /// </summary>
    [Option("Flute: amount of repair data; default 10, or as much as reporting receivers ask for.", unit: "%", least: 0, most: 10_000)]
    public double? Redundancy { get; init; }

    /// <summary>How many times more everything is sent.</summary>
    [Option("Flute: how many more times everything is sent.", least: 0, most: 1_000_000)]
    public int Repeat { get; init; }

    /// <summary>Repeat until stopped.</summary>
    [Option("Flute: repeat until stopped.")]
    public bool Carousel { get; init; }

    /// <summary>Wait for so many receivers, and serve them until each has everything. Null: nothing is sent back.</summary>
    [Option("Flute: wait for this many receivers, and serve each until it has everything.", least: 1, most: 10_000)]
    public int? Receivers { get; init; }

    /// <summary>How long to wait for <see cref="Receivers"/>; then it starts with those that are there. Null: for ever.</summary>
    [Option("Flute: how long to wait for the receivers; default forever.", least: 0, moreThanLeast: true)]
    public TimeSpan? WaitTimeout { get; init; }

    /// <summary>How long a receiver that reports may say nothing, take nothing of what is sent, or get nowhere with it, before it is given up.</summary>
    [Option("Flute: how long a receiver may stay silent or make no progress.", least: 0, moreThanLeast: true)]
    public TimeSpan ReceiverTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What a receiver means to the others whose path is far slower than theirs.</summary>
    [Option("Flute: wait for a receiver whose path is far slower than the others', or leave it until they have everything.")]
    public SlowReceiver SlowReceiver { get; init; } = SlowReceiver.Wait;

    /// <summary>Bytes of the largest IP packet on the way. Null: what the outbound NIC says.</summary>
    [Option("Flute: largest IP packet on the path; default the NIC's MTU.", unit: "bytes", least: 576, most: 65_535)]
    public int? Mtu { get; init; }

    /// <summary>Authenticates every packet; the receivers need the same one.</summary>
    [Option("Flute: authenticate every packet.")]
    public Passphrase? Passphrase { get; init; }

    /// <summary>Version of the protocol, 2 (RFC 6726) or 1 for older receivers.</summary>
    [Option("Flute: version of the protocol; 1 for older receivers.", least: 1, most: 2)]
    public int FluteVersion { get; init; } = 2;

    /// <summary>The error correction.</summary>
    [Option("Flute: the error correction.")]
    public Fec Fec { get; init; } = Fec.RaptorQ;

    /// <summary>The transport session identifier, 0 to 4294967295; null chooses one at random.</summary>
    [Option("Flute: transport session identifier; default random.", least: 0, most: uint.MaxValue)]
    public long? Tsi { get; init; }
}
