namespace Flute;

/// <summary>Something a receiver noticed.</summary>
/// <param name="Session">The session it is about.</param>
public abstract record FluteEvent(SessionId Session);

/// <summary>The first packet of a session came.</summary>
/// <param name="Session">The session.</param>
public sealed record SessionOpened(SessionId Session) : FluteEvent(Session);

/// <summary>The first packet came of an object that the FDT names: what is announced is really sent.</summary>
/// <param name="Session">The session.</param>
public sealed record SessionBegun(SessionId Session) : FluteEvent(Session);

/// <summary>The FDT of a session is there, or has grown.</summary>
/// <param name="Session">The session.</param>
/// <param name="Files">Files known so far.</param>
/// <param name="Bytes">Their bytes as they travel.</param>
/// <param name="Complete">Whether these are all.</param>
/// <param name="ReportTo">Where the sender wants reports, or null.</param>
public sealed record FdtReceived(SessionId Session, int Files, long Bytes, bool Complete, string? ReportTo) : FluteEvent(Session);

/// <summary>An object is whole: length and checksums fit.</summary>
/// <param name="Session">The session.</param>
/// <param name="File">What the FDT says about it.</param>
/// <param name="Index">Its place in the FDT, from 0.</param>
/// <param name="Content">Its bytes, in the stream the store opened; it now belongs to whoever takes the event.</param>
/// <param name="Packets">Packets it took, duplicates included.</param>
/// <param name="Elapsed">From its first packet to its last.</param>
public sealed record ObjectReceived(
    SessionId Session, FdtFile File, int Index, Stream Content, long Packets, TimeSpan Elapsed) : FluteEvent(Session);

/// <summary>An object is there from an earlier session, whole: its length and its checksum fit. It is not received again.</summary>
/// <param name="Session">The session.</param>
/// <param name="File">What the FDT says about it.</param>
/// <param name="Index">Its place in the FDT, from 0.</param>
/// <param name="Path">Where it is.</param>
public sealed record ObjectPresent(SessionId Session, FdtFile File, int Index, string Path) : FluteEvent(Session);

/// <summary>The sender can be told what is there; before that, what earlier sessions left was looked for.</summary>
/// <param name="Session">The session.</param>
/// <param name="ReportTo">Where the sender wants reports.</param>
public sealed record ReadyToReport(SessionId Session, string ReportTo) : FluteEvent(Session);

/// <summary>Why an object was not received.</summary>
public enum ObjectFailure
{
    /// <summary>The session ended before enough symbols came.</summary>
    Incomplete,

    /// <summary>It is larger than allowed.</summary>
    TooLarge,

    /// <summary>With it, the session would be larger than allowed.</summary>
    SessionTooLarge,

    /// <summary>The FDT describes it in a way that cannot be, or with an FEC scheme or content encoding not spoken here.</summary>
    NotUnderstood,

    /// <summary>It came, and length or checksum differed from what the FDT says each time it was collected.</summary>
    Damaged,

    /// <summary>It could not be stored.</summary>
    NotStored,
}

/// <summary>An object will not be received.</summary>
/// <param name="Session">The session.</param>
/// <param name="File">What the FDT says about it.</param>
/// <param name="Index">Its place in the FDT, from 0.</param>
/// <param name="Failure">Why.</param>
/// <param name="Received">Symbols that were there, or bytes of a damaged one.</param>
/// <param name="Needed">Symbols that it takes.</param>
/// <param name="Detail">More about it, or null.</param>
/// <param name="Exception">What storing it failed with, or null.</param>
public sealed record ObjectFailed(
    SessionId Session, FdtFile File, int Index, ObjectFailure Failure, long Received, long Needed, string? Detail = null, Exception? Exception = null)
    : FluteEvent(Session);

/// <summary>An object came whole and was damaged: it is collected anew, from packets that are still to come.</summary>
/// <param name="Session">The session.</param>
/// <param name="File">What the FDT says about it.</param>
/// <param name="Index">Its place in the FDT, from 0.</param>
/// <param name="Detail">What was wrong.</param>
public sealed record ObjectRestarted(SessionId Session, FdtFile File, int Index, string Detail) : FluteEvent(Session);

/// <summary>The FDT names more objects than are taken; what is beyond is not received. Told once.</summary>
/// <param name="Session">The session.</param>
/// <param name="Taken">How many are taken.</param>
public sealed record ObjectsLeftOut(SessionId Session, int Taken) : FluteEvent(Session);

/// <summary>How a session ended.</summary>
public enum SessionEnd
{
    /// <summary>All files of a complete FDT are in.</summary>
    AllReceived,

    /// <summary>The sender closed it.</summary>
    Closed,

    /// <summary>The receiver gave it up.</summary>
    Abandoned,
}

/// <summary>A session is over; what is missing was told before.</summary>
/// <param name="Session">The session.</param>
/// <param name="End">How.</param>
/// <param name="Missing">Objects that were not received.</param>
/// <param name="FdtSeen">Whether there ever was an FDT.</param>
/// <param name="HasBegun">Whether a symbol of an object came that the FDT names.</param>
public sealed record SessionEnded(SessionId Session, SessionEnd End, int Missing, bool FdtSeen, bool HasBegun) : FluteEvent(Session);

/// <summary>What a receiver counted.</summary>
public sealed record FluteReceiverCounts
{
    /// <summary>Packets of FLUTE sessions.</summary>
    public long Packets { get; internal set; }

    /// <summary>Packets that were none of LCT, or made no sense.</summary>
    public long Malformed { get; internal set; }

    /// <summary>Packets without the right MAC.</summary>
    public long NotAuthentic { get; internal set; }

    /// <summary>Packets whose sequence number came before.</summary>
    public long Replayed { get; internal set; }

    /// <summary>Packets of objects whose description in the FDT had expired, by the sender's clock.</summary>
    public long Expired { get; internal set; }

    /// <summary>Packets that could not be kept: a limit was reached.</summary>
    public long OverLimit { get; internal set; }

    /// <summary>Packets with symbols that were there already or not needed any more.</summary>
    public long Redundant { get; internal set; }
}
