namespace Flute.Tests;

/// <summary>A receiver that reports, behind a network that loses and alters packets.</summary>
internal sealed class Peer(double loss, int seed, LeftStore? left = null) : IDisposable
{
    public const ulong Tsi = 7;
    private readonly Random _random = new(seed);
    private readonly byte[] _challenge = new byte[16];
    private readonly Queue<byte[]> _waiting = new();
    private TimeSpan _stalledUntil;
    private bool _ready;

    public FluteReceiver Receiver { get; } = new(new FluteReceiverOptions { Resume = left is not null, Background = left?.Background }, (IObjectStore?)left ?? new MemoryStore());

    public ReceiverState? State { get; set; }

    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the objects that were there.</summary>
    public List<string> Present { get; } = [];

    public List<ObjectFailed> Failures { get; } = [];

    public int Restarts { get; private set; }

    public bool IsThere { get; set; } = true;

    public double Loss { get; set; } = loss;

    /// <summary>Alters a packet on its way.</summary>
    public Action<byte[]>? Alter { get; set; }

    /// <summary>Packets wait up to so long for being looked at, while reports go out in time.</summary>
    public TimeSpan LongestStall { get; init; }

    /// <summary>Packets that the receiver itself took for lost.</summary>
    public long Lost { get; private set; }

    public void Push(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        if (!IsThere || _random.NextDouble() < Loss) return;
        byte[] copy = packet.ToArray();
        Alter?.Invoke(copy);
        _waiting.Enqueue(copy);
        Work(now);
    }

    public void Work(TimeSpan now)
    {
        if (now < _stalledUntil) return;
        while (_waiting.TryDequeue(out byte[]? packet)) Receiver.Push(packet, Channel.Source, now);
        Take();
        if (LongestStall > TimeSpan.Zero && _random.Next(50) == 0) _stalledUntil = now + LongestStall * _random.NextDouble();
    }

    public void Report(DeliveryTracker tracker, TimeSpan now, bool join = true)
    {
        Take();
        if (now >= _stalledUntil) Receiver.Idle();
        if (!IsThere || State?.Completed is not null || Receiver.Report(new SessionId(Channel.Source.Address, Tsi)) is not { } report) return;
        if (State is null && (!join || (left is not null && !_ready))) return;
        State ??= tracker.Join($"peer {seed}", now);
        using var writer = new ReportCodec(_challenge, null);
        using var reader = new ReportCodec(_challenge, null);
        Assert.True(reader.TryRead(writer.Report(report).AsMemory()[..^1], out _, out ReceptionReport? read, out _));
        tracker.Update(State, read!, now);
    }

    public void Dispose() => Receiver.Dispose();

    private void Take()
    {
        Lost = Math.Max(Lost, Receiver.Progress(new SessionId(Channel.Source.Address, Tsi)).Lost);
        while (Receiver.TryTake(out FluteEvent? one))
        {
            switch (one)
            {
                case ObjectReceived received: Files.Add(received.File.Name, ((MemoryStream)received.Content).ToArray()); break;
                case ReadyToReport: _ready = true; break;
                case ObjectPresent present: Present.Add(present.File.Name); break;
                case ObjectFailed failed: Failures.Add(failed); break;
                case ObjectRestarted: Restarts++; break;
            }
        }
    }
}
