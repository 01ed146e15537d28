namespace GalleryPS;

/// <summary>A message was sent.</summary>
/// <param name="Message">The message.</param>
public sealed record MessageSentEvent(SentMessage Message) : GalleryEvent;

/// <summary>A message arrived.</summary>
/// <param name="Message">The message.</param>
public sealed record MessageReceivedEvent(ReceivedMessage Message) : GalleryEvent;

/// <summary>The membership of a group was asked for or given up.</summary>
/// <param name="Change">What happened.</param>
public sealed record MembershipEvent(MembershipChange Change) : GalleryEvent;

/// <summary>What a source amounted to, at the end.</summary>
/// <param name="Statistics">The counters.</param>
public sealed record StatisticsEvent(SourceStatistics Statistics) : GalleryEvent;

/// <summary>Receiving or sending messages is over.</summary>
/// <param name="Reason">Why: Count, Duration, Cancelled, Failed or Sent.</param>
/// <param name="Messages">Messages sent or received.</param>
public sealed record MessageEndEvent(string Reason, long Messages) : GalleryEvent;

/// <summary>The last event of a session of messages.</summary>
/// <param name="Summary">The totals.</param>
public sealed record MessageSummaryEvent(MessageSummary Summary) : GalleryEvent;

/// <summary>The totals of a session of messages.</summary>
public sealed record MessageSummary
{
    /// <summary>Messages sent (a copy to each of three destinations counts three) or received.</summary>
    public long Messages { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>UDP datagrams.</summary>
    public long Datagrams { get; init; }

    /// <summary>Different sources (address and port); 0 when sending.</summary>
    public int Sources { get; init; }

    /// <summary>Messages whose bytes the same source had sent before.</summary>
    public long Duplicates { get; init; }

    /// <summary>Datagrams of sources or destinations that were not asked for and that the system did not keep away.</summary>
    public long Filtered { get; init; }

    /// <summary>Datagrams the kernel threw away because the receive buffer was full; null where it does not tell.</summary>
    public long? Dropped { get; init; }

    /// <summary>Sending: destinations whose host answered that no program has the UDP port.</summary>
    public int NobodyListens { get; init; }

    /// <summary>Sending on several NICs: datagrams that did not leave on one of them.</summary>
    public long Missed { get; init; }

    /// <summary>Messages that could not be sent.</summary>
    public long Failed { get; init; }

    /// <summary>From ready (or the first message sent) to the end.</summary>
    public TimeSpan Elapsed { get; init; }
}
