using System.Net;

namespace Flute.Tests;

/// <summary>A sender and a receiver with a bad network between them, on a clock that only moves when told to.</summary>
internal sealed class Channel : IDisposable
{
    public static readonly IPEndPoint Source = new(IPAddress.Parse("192.0.2.1"), 40000);
    private readonly byte[] _packet = new byte[65_536];

    public Channel(FluteSender sender, FluteReceiver receiver) => (Sender, Receiver) = (sender, receiver);

    public FluteSender Sender { get; }

    public FluteReceiver Receiver { get; }

    public TimeSpan Now { get; set; }

    public List<FluteEvent> Events { get; } = [];

    /// <summary>Whether a packet gets through; gets its number.</summary>
    public Func<int, bool> Passes { get; set; } = static _ => true;

    /// <summary>Alters a packet on its way; gets its number and its bytes.</summary>
    public Action<int, byte[]>? Alter { get; set; }

    public int Packets { get; private set; }

    /// <summary>All packets the sender has, without a receiver.</summary>
    public static List<byte[]> Drain(FluteSender sender, int limit = 100_000)
    {
        var packets = new List<byte[]>();
        byte[] packet = new byte[65_536];
        TimeSpan now = TimeSpan.Zero;
        while (!sender.IsFinished && packets.Count < limit)
        {
            int length = sender.TryRead(now, packet);
            if (length > 0) packets.Add(packet[..length]);
            else if (sender.NextDue > now) now = sender.NextDue;
            else now += TimeSpan.FromMilliseconds(1);
        }

        return packets;
    }

    /// <summary>Carries packets until the sender is finished, or so many were carried.</summary>
    public void Run(int limit = 1_000_000)
    {
        for (int i = 0; i < limit && !Sender.IsFinished; i++) Step();
        Settle();
    }

    public void Step()
    {
        int length = Sender.TryRead(Now, _packet);
        if (length == 0)
        {
            Now = Sender.NextDue > Now ? Sender.NextDue : Now + TimeSpan.FromMilliseconds(1);
            Receiver.Poll(Now);
        }
        else
        {
            Now += TimeSpan.FromTicks(100);
            Alter?.Invoke(Packets, _packet);
            if (Passes(Packets++)) Receiver.Push(_packet.AsSpan(0, length), Source, Now);
        }

        Take();
    }

    public void Settle()
    {
        Now += TimeSpan.FromSeconds(1);
        Receiver.Poll(Now);
        Take();
    }

    public Dictionary<string, byte[]> Received() => Events.OfType<ObjectReceived>()
        .ToDictionary(static o => o.File.Name, static o => ((MemoryStream)o.Content).ToArray(), StringComparer.Ordinal);

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }

    private void Take()
    {
        while (Receiver.TryTake(out FluteEvent? one)) Events.Add(one);
    }
}
