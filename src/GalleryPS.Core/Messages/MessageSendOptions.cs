namespace GalleryPS;

/// <summary>How to send messages.</summary>
public sealed record MessageSendOptions
{
    /// <summary>The port everybody uses for messages when nobody says otherwise.</summary>
    public const int DefaultPort = 5007;

    /// <summary>The group everybody uses for messages when nobody says otherwise.</summary>
    public const string DefaultGroup = "224.1.1.1";

    /// <summary>Where to: groups, hosts or broadcast addresses.</summary>
    [OptionGroup]
    public MessageDestinationOptions Addresses { get; init; } = new();

    /// <summary>How often each message is sent, 1 or more.</summary>
    [Option("How many times each message is sent.", least: 1, most: int.MaxValue)]
    public int Repeat { get; init; } = 1;

    /// <summary>Time from one message to the next. Intervals below a millisecond are kept on the average.</summary>
    [Option("Time from one message to the next.", least: 0)]
    public TimeSpan Interval { get; init; }

    /// <summary>What to wait for before the first message.</summary>
    [OptionGroup]
    public StartOptions Start { get; init; } = new();

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate() => OptionChecks.Ranges(this);
}

/// <summary>Where messages go: by default to the group of messages.</summary>
public sealed record MessageDestinationOptions : DestinationOptions
{
    /// <summary>The defaults of messages.</summary>
    public MessageDestinationOptions() => (To, Port) = ([MessageSendOptions.DefaultGroup], MessageSendOptions.DefaultPort);
}
