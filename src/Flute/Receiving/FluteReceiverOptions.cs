using System.Net;

namespace Flute;

/// <summary>A FLUTE session as a receiver knows it: sender and transport session identifier (RFC 6726 section 2).</summary>
/// <param name="Source">Address of the sender.</param>
/// <param name="Tsi">Transport session identifier.</param>
public readonly record struct SessionId(IPAddress Source, ulong Tsi)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Source}, TSI {Tsi}";
}

/// <summary>Where a receiver puts objects. Called from several threads.</summary>
public interface IObjectStore
{
    /// <summary>Opens the place for an object's content; it is written in any order, read back, and handed over when whole.</summary>
    /// <param name="session">The session.</param>
    /// <param name="file">What the FDT says about it.</param>
    /// <returns>A stream that can seek, read and write.</returns>
    Stream Open(SessionId session, FdtFile file);

    /// <summary>Opens a place for something that is needed for a while only; disposing of it removes it.</summary>
    Stream OpenTemporary();

    /// <summary>
    /// Looks for what an earlier session left of an object (<see cref="FluteReceiverOptions.Resume"/>). What it gives is taken as true:
    /// it has been checked.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="file">What the FDT says about it.</param>
    /// <param name="oti">How it travels.</param>
    /// <returns>Null when nothing is there that can be believed.</returns>
    LeftObject? Find(SessionId session, FdtFile file, FecOti oti) => null;

    /// <summary>A part of an object was recovered and written: it may be found again by a later session.</summary>
    /// <param name="content">What <see cref="Open"/> or <see cref="Find"/> gave.</param>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="bytes">The part.</param>
    void Written(Stream content, long offset, ReadOnlySpan<byte> bytes)
    {
    }

    /// <summary>An object is damaged: nothing of it must be found again.</summary>
    /// <param name="content">What <see cref="Open"/> or <see cref="Find"/> gave.</param>
    void Spoilt(Stream content)
    {
    }
}

/// <summary>What an earlier session left of an object.</summary>
public sealed record LeftObject
{
    /// <summary>Where the whole object is; null when only parts of it are there.</summary>
    public string? Path { get; init; }

    /// <summary>The parts, as <see cref="IObjectStore.Open"/> would have opened them; null with <see cref="Path"/>.</summary>
    public Stream? Content { get; init; }

    /// <summary>The source blocks that are in <see cref="Content"/>.</summary>
    public IReadOnlyList<int> Blocks { get; init; } = [];
}

/// <summary>What a receiver takes and how much of it. The limits protect against senders, not from them being slow.</summary>
public sealed record FluteReceiverOptions
{
    /// <summary>Largest object, in bytes, before and after content decoding.</summary>
    public long MaxObjectBytes { get; init; } = 256L << 20;

    /// <summary>Most bytes of all objects of a session.</summary>
    public long MaxTotalBytes { get; init; } = long.MaxValue;

    /// <summary>Most objects of a session.</summary>
    public int MaxObjects { get; init; } = 100_000;

    /// <summary>Most sessions at a time; further ones are ignored and counted.</summary>
    public int MaxSessions { get; init; } = 16;

    /// <summary>Most bytes of packets that wait for the FDT, all sessions together; a session may hold as much of that as it leaves to others.</summary>
    public long MaxCachedBytes { get; init; } = 8L << 20;

    /// <summary>Most bytes of source blocks that are not complete, all sessions together.</summary>
    public long MaxBufferedBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Largest FDT instance in bytes, as it travels. Decompressed it may have eight times as many, and 64 times as many as that
    /// instance has. Eight times as many is also what all instances that are not complete may take, all sessions together;
    /// a session may hold as much of that as it leaves to others.
    /// </summary>
    public int MaxFdtBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Most bytes of memory for what FDTs say about objects, all sessions together; a session may hold as much of that as it
    /// leaves to others, so one alone half of it: 100,000 files whose names have 800 characters.
    /// </summary>
    public long MaxDescribedBytes { get; init; } = 512L << 20;

    /// <summary>Only packets with this key's MAC are taken; null takes all.</summary>
    public GroupKey? GroupKey { get; init; }

    /// <summary>The time of day, for FDT instances that expired; only looked at with a key. Null does not look.</summary>
    public Func<DateTimeOffset>? UtcNow { get; init; }

    /// <summary>Measures how long decoding and storing take, which senders are told.</summary>
    public TimeProvider Stopwatch { get; init; } = TimeProvider.System;

    /// <summary>Runs decoding and storing; null runs it at once on the thread that pushes the packets.</summary>
    public Action<Action>? Background { get; init; }

    /// <summary>Whether objects are looked for with <see cref="IObjectStore.Find"/> before anything of them is collected.</summary>
    public bool Resume { get; init; }

    /// <summary>How long after the close flag a session is kept for packets that were overtaken.</summary>
    public TimeSpan CloseDelay { get; init; } = TimeSpan.FromMilliseconds(100);
}
