using System.Globalization;

namespace Flute.Tests.Rate;

/// <summary>A link with a queue that drops what does not fit.</summary>
/// <param name="capacity">Bit/s at a time.</param>
/// <param name="buffer">Bytes that may wait.</param>
internal sealed class Link(Func<TimeSpan, double> capacity, int buffer)
{
    private TimeSpan _free;

    public Link(double capacity, int buffer)
        : this(_ => capacity, buffer)
    {
    }

    public long Dropped { get; private set; }

    /// <summary>Time that what waits takes.</summary>
    public TimeSpan QueueAt(TimeSpan now) => _free > now ? _free - now : TimeSpan.Zero;

    /// <summary>When a packet has left; null when it is dropped.</summary>
    public TimeSpan? Enter(int bytes, TimeSpan now)
    {
        double rate = capacity(now);
        TimeSpan waits = QueueAt(now);
        if (waits.TotalSeconds * rate / 8 + bytes > buffer)
        {
            Dropped++;
            return null;
        }

        return _free = now + waits + TimeSpan.FromSeconds(bytes * 8 / rate);
    }
}

/// <summary>The way to a receiver.</summary>
internal sealed record Way
{
    public IReadOnlyList<Link> Links { get; init; } = [];

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(1);

    public Func<TimeSpan, double> Loss { get; init; } = static _ => 0;

    /// <summary>So many packets in a row are lost, where one is; <see cref="Loss"/> stays the share of all.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>Whether that is the mean length of bursts, which are as long as chance makes them.</summary>
    public bool Geometric { get; init; }

    /// <summary>Packets come later by chance, by so much at most, and never overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The receiver's clock goes wrong by this share.</summary>
    public double Drift { get; init; }

    /// <summary>The receiver's host is busy with something else: what arrives from the first of the times on waits until the second.</summary>
    public (TimeSpan From, TimeSpan To) Busy { get; init; }

    /// <summary>Whether it knows when packets came that waited, as Linux does.</summary>
    public bool KnowsArrivals { get; init; }

    /// <summary>Whether the receiver tells its clock, as those of today do.</summary>
    public bool TellsTime { get; init; } = true;
}

/// <summary>What became of a simulated transfer.</summary>
/// <param name="Seconds">When the last receiver had everything.</param>
/// <param name="Each">When each had.</param>
/// <param name="Wire">Bytes on the sender's link per byte of the gallery.</param>
internal sealed record Outcome(double Seconds, IReadOnlyList<double> Each, double Wire);

/// <summary>One real sender and receivers that only count, over links, on a clock of its own. The same seed gives the same run.</summary>
internal sealed class Simulation
{
    private const int Overhead = 42;
    private static readonly TimeSpan PacketCost = TimeSpan.FromMicroseconds(10), ReportPause = TimeSpan.FromMilliseconds(5);
    private readonly PriorityQueue<Action, (TimeSpan, long)> _events = new();
    private readonly Random _random;
    private readonly FluteSender _sender;
    private readonly List<CountingReceiver> _receivers = [];
    private long _order;

    public Simulation(long bytes, IReadOnlyList<Way> ways, int seed = 1, double? most = null, int images = 10, bool leavesSlow = false)
    {
        _random = new Random(seed);
        _sender = new FluteSender(new FluteSenderOptions { Tsi = 1, WaitsForReports = true, ReportTo = ":9", LengthsOnly = true, PacketOverhead = Overhead });
        for (int i = 0; i < images; i++)
        {
            _sender.Add(new FluteObject { Name = i.ToString(CultureInfo.InvariantCulture), Source = new NoBytes(bytes / images) });
        }

        _sender.Complete();
        Bytes = bytes / images * images;
        Tracker = new DeliveryTracker(_sender, new DeliveryOptions { FollowsNetwork = true, MostBitRate = most, LeavesSlow = leavesSlow });
        foreach (Way way in ways) _receivers.Add(new CountingReceiver(way, _sender, Tracker.Join($"r{_receivers.Count}", TimeSpan.Zero)));
    }

    public long Bytes { get; }

    public TimeSpan Now { get; private set; }

    public DeliveryTracker Tracker { get; }

    /// <summary>Receivers that were put off.</summary>
    public List<string> Later { get; } = [];

    /// <summary>Is called before each packet.</summary>
    public Action? Watch { get; set; }

    public void At(TimeSpan time, Action action) => _events.Enqueue(action, (time, _order++));

    public Outcome Run(TimeSpan most, Func<bool>? until = null)
    {
        foreach (CountingReceiver receiver in _receivers) Report(receiver, every: true);
        byte[] packet = new byte[2000];
        while (!_sender.IsFinished && until?.Invoke() != true)
        {
            Assert.True(Now < most, $"it does not end: {string.Join(", ", _receivers.Select(static r => r.State.Path.Rate / 1e6))} Mbit/s");
            while (_events.TryPeek(out Action? action, out (TimeSpan Time, long) at) && at.Time <= Now)
            {
                _events.Dequeue();
                action();
            }

            foreach (ReceiverState later in Tracker.PutOff(Now)) Later.Add(later.Host);
            Tracker.Pace(Now);
            Tracker.Plan(Now);
            if (Tracker.Waiting == 0) _sender.Finish();
            int length = Tracker.MaySend(Now) ? _sender.TryRead(Now, packet) : 0;
            if (length == 0)
            {
                TimeSpan next = _sender.NextDue > Now && Tracker.MaySend(Now) ? _sender.NextDue : Now + TimeSpan.FromMilliseconds(1);
                if (_events.TryPeek(out _, out (TimeSpan Time, long) soon) && soon.Time < next) next = soon.Time;
                Now = next > Now ? next : Now + TimeSpan.FromMicroseconds(10);
                continue;
            }

            Watch?.Invoke();
            Tracker.Leave(Now);
            Send(LctPacket.TryParse(packet.AsSpan(0, length), out LctPacket parsed) ? Parsed.Of(parsed) : default, length + Overhead);
            Now += PacketCost;
        }

        return new Outcome(
            _receivers.Max(static r => r.Done ?? TimeSpan.MaxValue).TotalSeconds, [.. _receivers.Select(static r => (r.Done ?? TimeSpan.MaxValue).TotalSeconds)],
            (_sender.Bytes + (double)Overhead * _sender.Packets) / Bytes);
    }

    private void Send(Parsed packet, int bytes)
    {
        // A link that several ways share takes each packet once: multicast.
        var passed = new Dictionary<Link, TimeSpan?>();
        foreach (CountingReceiver receiver in _receivers)
        {
            TimeSpan? at = Now;
            foreach (Link link in receiver.Way.Links)
            {
                if (at is not { } entered) break;
                if (!passed.TryGetValue(link, out at)) passed[link] = at = link.Enter(bytes, entered);
            }

            if (at is not { } left || receiver.Loses(_random, Now)) continue;
            TimeSpan arrival = receiver.ArrivalOf(left, _random);
            At(receiver.TakenAt(arrival), () =>
            {
                receiver.Take(packet, receiver.Way.KnowsArrivals ? arrival : Now);
                if (receiver.SinceReport >= 256) Report(receiver, every: false);
            });
        }
    }

    private void Report(CountingReceiver receiver, bool every)
    {
        if (receiver.TakenAt(Now) is var free && free > Now)
        {
            if (every) At(free, () => Report(receiver, every: true));
            return;
        }

        ReceptionReport report = receiver.Report(Now);
        At(Now + receiver.Way.Delay, () =>
        {
            if (receiver.State.Completed is null) Tracker.Update(receiver.State, report, Now);
        });
        if (every && receiver.Done is null) At(Now + ReportPause, () => Report(receiver, every: true));
    }

    private sealed class NoBytes(long length) : IObjectSource
    {
        public long Length => length;

        public void Read(long offset, Span<byte> buffer) => buffer.Clear();
    }
}

/// <summary>What a receiver counts of a packet.</summary>
internal readonly record struct Parsed(ulong Toi, int Block, uint Symbol)
{
    public static Parsed Of(LctPacket packet)
    {
        if (packet.Toi == 0 || packet.Payload.Length < FecPayloadId.Length) return default;
        var id = FecPayloadId.Read(packet.Payload, (FecEncodingId)packet.Codepoint);
        return new Parsed((ulong)packet.Toi, id.SourceBlockNumber, id.EncodingSymbolId);
    }
}

/// <summary>A receiver that counts symbols; with as many as there are source symbols it has a block.</summary>
internal sealed class CountingReceiver(Way way, FluteSender sender, ReceiverState state)
{
    private readonly Dictionary<(ulong, int), int> _symbols = [];
    private readonly List<ulong> _objects = [];
    private readonly List<(ulong, int)> _blocks = [];
    private readonly Dictionary<ulong, int> _whole = [];
    private PacketMark? _last;
    private TimeSpan _lastAt, _lastArrival;
    private int _burst;
    private long _packets;
    private int _have;

    public Way Way => way;

    public ReceiverState State => state;

    public TimeSpan? Done { get; private set; }

    public int SinceReport { get; private set; }

    /// <summary>Whether a packet that comes over the links is lost by chance.</summary>
    public bool Loses(Random random, TimeSpan now)
    {
        double loss = way.Loss(now);
        if (_burst == 0 && random.NextDouble() < loss / (way.Burst * (1 - loss) + loss)) _burst = way.Geometric ? 1 + (int)(Math.Log(1 - random.NextDouble()) / Math.Log(1 - 1.0 / way.Burst)) : way.Burst;
        if (_burst == 0) return false;
        _burst--;
        return true;
    }

    /// <summary>When a packet that left the last link arrives.</summary>
    public TimeSpan ArrivalOf(TimeSpan left, Random random)
    {
        TimeSpan at = left + way.Delay + way.Jitter * (way.Jitter > TimeSpan.Zero ? random.NextDouble() : 0);
        if (!way.KnowsArrivals) at = TakenAt(at);
        return _lastArrival = at > _lastArrival ? at : _lastArrival;
    }

    /// <summary>When a packet that arrived is looked at.</summary>
    public TimeSpan TakenAt(TimeSpan arrived) => arrived > way.Busy.From && arrived < way.Busy.To ? way.Busy.To : arrived;

    public void Take(Parsed packet, TimeSpan now)
    {
        _packets++;
        SinceReport++;
        if (packet.Toi == 0) return;
        (_last, _lastAt) = (new PacketMark(packet.Toi, new FecPayloadId(packet.Block, packet.Symbol)), now);
        SendingBlock block = sender.BlockOf(packet.Toi, packet.Block)!;
        int symbols = _symbols[(packet.Toi, packet.Block)] = _symbols.GetValueOrDefault((packet.Toi, packet.Block)) + 1;
        if (symbols != block.K) return;
        _blocks.Add((packet.Toi, packet.Block));
        int whole = _whole[packet.Toi] = _whole.GetValueOrDefault(packet.Toi) + 1;
        if (whole < block.Owner.Blocks.Length) return;
        _objects.Add(packet.Toi);
        if (++_have == sender.Objects.Count) Done = now;
    }

    public ReceptionReport Report(TimeSpan now)
    {
        TimeSpan Clock(TimeSpan time) => TimeSpan.FromHours(7) + time * (1 + way.Drift);
        var report = new ReceptionReport
        {
            Packets = _packets,
            Last = _last,
            LastAt = _last is null || !way.TellsTime ? null : Clock(_lastAt),
            Held = _last is null ? TimeSpan.Zero : now - _lastAt,
            IsIdle = true,
            HasFdt = true,
            Objects = [.. _objects],
            Blocks = [.. _blocks],
            Open = [.. _symbols.Where(s => s.Value < sender.BlockOf(s.Key.Item1, s.Key.Item2)!.K).Take(ReceptionReport.MaxOpenBlocks).Select(static s => new OpenBlock(s.Key.Item1, s.Key.Item2, s.Value))],
            Finished = Done is not null,
        };
        SinceReport = 0;
        _objects.Clear();
        foreach ((ulong, int) block in _blocks) _symbols.Remove(block);
        foreach ((ulong, int) block in _blocks) _symbols[block] = int.MaxValue / 2;
        _blocks.Clear();
        return report;
    }
}

/// <summary>A TCP flow that only ever sends: slow start, one packet more each round trip, half as much after loss.</summary>
internal sealed class TcpFlow(Simulation simulation, Link link, TimeSpan delay)
{
    private const int Size = 1514;
    private double _window = 10, _threshold = double.MaxValue;
    private int _inFlight;
    private TimeSpan _lastCut;

    public long Delivered { get; private set; }

    public void Start(TimeSpan at) => simulation.At(at, Fill);

    private void Fill()
    {
        while (_inFlight < _window)
        {
            _inFlight++;
            TimeSpan sent = simulation.Now;
            TimeSpan back = (link.Enter(Size, sent) is { } left ? left + delay : TimeSpan.Zero) + delay;
            if (back > delay) simulation.At(back, () => Acknowledged());
            else simulation.At(sent + link.QueueAt(sent) + 2 * delay, Lost);
        }
    }

    private void Acknowledged()
    {
        _inFlight--;
        Delivered += Size;
        _window += _window < _threshold ? 1 : 1 / _window;
        Fill();
    }

    private void Lost()
    {
        _inFlight--;
        if (simulation.Now - _lastCut > link.QueueAt(simulation.Now) + 2 * delay)
        {
            _window = _threshold = Math.Max(2, _window / 2);
            _lastCut = simulation.Now;
        }

        Fill();
    }
}
