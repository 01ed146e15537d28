namespace GalleryPS;

/// <summary>How to send messages.</summary>
public sealed record MessageSendOptions
{
    /// <summary>The port everybody uses for messages when nobody says otherwise.</summary>
    public const int DefaultPort = 5007;

    /// <summary>The group everybody uses for messages when nobody says otherwise.</summary>
    public const string DefaultGroup = "224.1.1.1";

    /// <summary>Groups, hosts or broadcast addresses; empty for <see cref="DefaultGroup"/>.</summary>
    public IReadOnlyList<string> Group { get; init; } = [];

    /// <summary>The receivers' port, 1 to 65535.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Time to live or hop limit, 0 to 255. Null: 1 for groups, the system's default for everything else.</summary>
    public int? Ttl { get; init; }

    /// <summary>NICs to send on, by address or name; <c>*</c> for all that can multicast; empty for the system's choice.</summary>
    public IReadOnlyList<string> OutboundIP { get; init; } = [];

    /// <summary>How often each message is sent, 1 or more.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Time from one message to the next. Intervals below a millisecond are kept on the average.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Wait this long before the first message.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Wait at most this long until somebody has joined every group; null to send at once.</summary>
    public TimeSpan? WaitForGroup { get; init; }

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Port(Port);
        OptionChecks.Range(Ttl, 0, 255, nameof(Ttl));
        OptionChecks.Range(Repeat, 1, int.MaxValue, nameof(Repeat));
        OptionChecks.NotNegative(Interval, nameof(Interval));
        OptionChecks.NotNegative(Delay, nameof(Delay));
        OptionChecks.Positive(WaitForGroup, nameof(WaitForGroup));
    }
}
