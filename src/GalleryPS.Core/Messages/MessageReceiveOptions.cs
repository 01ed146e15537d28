namespace GalleryPS;

/// <summary>How to receive messages.</summary>
public sealed record MessageReceiveOptions
{
    /// <summary>
    /// The group to join; or an address of this machine (<c>0.0.0.0</c> or <c>::</c> for all of them), or a broadcast
    /// address. Null for <see cref="MessageSendOptions.DefaultGroup"/>.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>The port, 1 to 65535; 0 lets the system choose (not for groups and broadcast).</summary>
    public int Port { get; init; } = MessageSendOptions.DefaultPort;

    /// <summary>NICs to receive on, by address or name; <c>*</c> for all that can multicast; empty for the system's choice.</summary>
    public IReadOnlyList<string> ArrivalIP { get; init; } = [];

    /// <summary>Accept only these sources; a group is joined for them only (RFC 4604), so that the network and the system filter.</summary>
    public IReadOnlyList<string> Source { get; init; } = [];

    /// <summary>Stop after this time; null for no limit.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Give up when nothing came for this long; null for no limit.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Stop after so many messages; null for no limit.</summary>
    public int? Count { get; init; }

    /// <summary>Tell at the end what each source amounted to.</summary>
    public bool Statistics { get; init; }

    /// <summary>Names of the JSON properties that carry a sequence number; case does not matter.</summary>
    public IReadOnlyList<string> SequenceProperty { get; init; } = ["sequence", "seq"];

    /// <summary>Makes the objects of parsed JSON; null for ordered dictionaries.</summary>
    public IJsonObjectFactory? JsonObjects { get; init; }

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Port(Port, zeroAllowed: true);
        OptionChecks.Range(Count, 1, int.MaxValue, nameof(Count));
        OptionChecks.Positive(Duration, nameof(Duration));
        OptionChecks.Positive(IdleTimeout, nameof(IdleTimeout));
    }
}
