namespace GalleryPS;

/// <summary>How fast a sender sends.</summary>
public sealed record PacingOptions
{
    /// <summary>
    /// Default rate of Plain over UDP. Linux charges a 60,000-byte datagram about 95,000 bytes of a receiver's buffer
    /// (a 2,304-byte block per fragment), so the common buffer of 212,992 bytes holds only two or three of them: the
    /// receiver has to be given time to take each one out.
    /// </summary>
    public static readonly BitRate DefaultDatagramRate = new(40e6);

    /// <summary>Default rate of Flute when nobody reports: what Wi-Fi and old switches carry.</summary>
    public static readonly BitRate DefaultFluteRate = new(100e6);

    /// <summary>
    /// Rate of the images' bytes. Null: <see cref="DefaultDatagramRate"/> for Plain over UDP, where nothing else keeps a
    /// sender from running over its receivers, and no limit for TCP, which sees to that itself. Flute: rate on the link,
    /// headers included; null: <see cref="DefaultFluteRate"/>, or what the
    /// network carries when receivers report. A rate is the most then, and no limit means not to look at the network.
    /// </summary>
    [Option(
        "Rate of the images' bytes (Flute: on the link): a number of bit/s, 100Mbps, unlimited; default 40Mbps over UDP, unlimited over TCP; "
        + "Flute: 100Mbps, or, with receivers that report, what the network carries; then a rate is the most, and unlimited does not look at the network.")]
    public BitRate? BitRate { get; init; }

    /// <summary>Pause between images.</summary>
    [Option("Pause between images (not with Flute).", least: 0)]
    public TimeSpan Interval { get; init; }

    /// <summary>How long after the last image the end of transmission is sent.</summary>
    [Option("Wait this long before the end of transmission.", least: 0)]
    public TimeSpan EndDelay { get; init; } = TimeSpan.FromSeconds(0.5);
}
