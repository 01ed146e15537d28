using System.Runtime.InteropServices;

namespace Flute;

/// <summary>
/// What a session without reports puts on the network, found by the sender itself with a clock of its own and without
/// content. What is sent of the objects is exact; how often the FDT is repeated depends on time.
/// </summary>
public sealed class SessionCost
{
    /// <summary>What a sender without a limit reaches, in bit/s.</summary>
    private const double FastLink = 1e9;

    private static readonly TimeSpan Stall = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<int, long> _packets = [], _objectPackets = [];

    private SessionCost()
    {
    }

    /// <summary>How the clock of the sender runs.</summary>
    public enum Pace
    {
        /// <summary>It stands still while there is data: the FDT is sent as seldom as can be.</summary>
        Immediate,

        /// <summary>The rate is kept exactly.</summary>
        Exact,

        /// <summary>It takes five times as long, and stalls a dozen times: the FDT is sent as often as on a busy machine.</summary>
        Slow,
    }

    /// <summary>How many UDP datagrams there are of each length in bytes.</summary>
    public IReadOnlyDictionary<int, long> Packets => _packets;

    /// <summary>Those of them that carry the objects.</summary>
    public IReadOnlyDictionary<int, long> ObjectPackets => _objectPackets;

    /// <summary>How many of them carry the FDT.</summary>
    public long FdtPackets { get; private set; }

    /// <summary>Bytes of the FDT as it travels; those of its last instance.</summary>
    public int FdtLength { get; private set; }

    /// <summary>Whether it travels compressed.</summary>
    public bool IsFdtCompressed { get; private set; }

    /// <summary>How often all of the FDT was sent.</summary>
    public long FdtRounds { get; private set; }

    /// <summary>Bytes of a symbol of the FDT.</summary>
    public int FdtSymbolLength { get; private set; }

    /// <summary>Sends a session to nobody.</summary>
    /// <param name="options">How it is sent. Reports and endless repetition have no cost that can be known.</param>
    /// <param name="objects">The objects; their sources are asked for their length only.</param>
    /// <param name="pace">How the clock runs.</param>
    /// <param name="withEnd">Whether the packets that end the session count.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">Reports or endless repetition are asked for, or an option cannot be.</exception>
    public static SessionCost Of(
        FluteSenderOptions options, IEnumerable<FluteObject> objects, Pace pace, bool withEnd = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(objects);
        if (options.WaitsForReports || options.Passes == 0) throw new ArgumentException("The session has no end of its own.", nameof(options));
        double? rate = pace switch
        {
            Pace.Immediate => null,
            Pace.Exact => options.BitRate ?? FastLink,
            _ => (options.BitRate ?? FastLink) / 5,
        };
        var cost = new SessionCost();
        using var sender = new FluteSender(options with { LengthsOnly = true, BitRate = rate, Background = null });
        foreach (FluteObject fluteObject in objects) sender.Add(fluteObject);
        sender.Complete();
        cost.Run(sender, new byte[options.MaxPacketBytes], pace, withEnd, cancellationToken);
        return cost;
    }

    private void Run(FluteSender sender, byte[] packet, Pace pace, bool withEnd, CancellationToken cancellationToken)
    {
        TimeSpan now = TimeSpan.Zero;

        // A busy machine stalls where it costs most: at the start, when the first table is made, and where nothing but the
        // end is left to be sent. Each time the table may go out once more.
        int stalls = pace == Pace.Slow ? 10 : 0, lastStalls = stalls / 5;
        while (!sender.IsFinished)
        {
            long before = sender.FdtPackets;
            int length = sender.TryRead(now, packet);
            if (length == 0)
            {
                if (sender.IsFinished) break;
                now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
                continue;
            }

            CollectionsMarshal.GetValueRefOrAddDefault(_packets, length, out _)++;
            if (sender.FdtPackets == before) CollectionsMarshal.GetValueRefOrAddDefault(_objectPackets, length, out _)++;
            if (stalls-- > 0 || (sender.IsIdle && lastStalls-- > 0)) now += Stall;

            if (!withEnd && sender.IsIdle) break;
            if ((sender.Packets & 0xFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
        }

        FdtPackets = sender.FdtPackets;
        (FdtLength, FdtSymbolLength, IsFdtCompressed) = sender.FdtSize;
        FdtRounds = sender.FdtRounds;
    }
}
