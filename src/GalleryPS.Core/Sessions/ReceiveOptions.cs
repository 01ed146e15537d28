namespace GalleryPS;

/// <summary>How to receive a gallery.</summary>
public sealed record ReceiveOptions
{
    /// <summary>The transport.</summary>
    public Transport Transport { get; init; } = Transport.Unicast;

    /// <summary>The protocol.</summary>
    public Protocol Protocol { get; init; } = Protocol.Plain;

    /// <summary>
    /// The address to bind to (unicast, TCP: default 127.0.0.1, or the NICs of <see cref="ArrivalIP"/>; <c>0.0.0.0</c> or
    /// <c>::</c> for every address of this machine), the broadcast address to accept (default: every one), or the group to
    /// join (default <see cref="SendOptions.DefaultGroup"/>).
    /// </summary>
    public string? Address { get; init; }

    /// <summary>The port, 1 to 65535; 0 lets the system choose (unicast, TCP).</summary>
    public int Port { get; init; } = SendOptions.DefaultPort;

    /// <summary>NICs to receive on, by address or name; <c>*</c> for all that can multicast; empty for the system's choice.</summary>
    public IReadOnlyList<string> ArrivalIP { get; init; } = [];

    /// <summary>Accept only these senders; on multicast the join is source-specific, so that the network helps. Empty for all.</summary>
    public IReadOnlyList<string> Source { get; init; } = [];

    /// <summary>Ends of transmission to wait for, 1 or more.</summary>
    public int Senders { get; init; } = 1;

    /// <summary>Stop after this time, whatever came; null for no limit.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Give up when nothing came for this long; null for no limit.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Stop after so many images; null for no limit.</summary>
    public int? Count { get; init; }

    /// <summary>Where to store the images; null keeps them in memory only.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Replace files of the same name instead of numbering.</summary>
    public bool Force { get; init; }

    /// <summary>Largest image accepted, in bytes.</summary>
    public long MaxImageBytes { get; init; } = 256L << 20;

    /// <summary>Largest sum of all images accepted, in bytes: a limit for memory and disk against endless senders.</summary>
    public long MaxGalleryBytes { get; init; } = 64L << 30;

    /// <summary>Flute: only packets that are authenticated with this passphrase are taken.</summary>
    public Passphrase? Passphrase { get; init; }

    /// <summary>How long a TCP sender may stay silent in the middle of an image.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Port(Port, Transport is Transport.Unicast or Transport.Tcp);
        OptionChecks.Range(Senders, 1, int.MaxValue, nameof(Senders));
        OptionChecks.Range(Count, 1, int.MaxValue, nameof(Count));
        OptionChecks.Positive(Duration, nameof(Duration));
        OptionChecks.Positive(IdleTimeout, nameof(IdleTimeout));
        OptionChecks.Positive(StallTimeout, nameof(StallTimeout));
        if (MaxImageBytes < 1 || MaxGalleryBytes < 1)
        {
            throw OptionChecks.Invalid("The largest image and the largest gallery must be at least 1 byte.", MaxImageBytes);
        }

        if (Protocol == Protocol.Flute) OptionChecks.FluteNeedsUdp(Transport);
        else OptionChecks.OnlyFlute(Passphrase is not null, "A passphrase");
    }
}
