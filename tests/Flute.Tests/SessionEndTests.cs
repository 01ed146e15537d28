namespace Flute.Tests;

/// <summary>How a session's end is told.</summary>
public class SessionEndTests
{
    [Fact]
    public void AfterTheFirstPacketThatSaysItIsTheEndAllSaySo()
    {
        // A table of several packets: those after the first of its last round too.
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 5, FdtEncoding = ContentEncoding.None });
        for (int i = 0; i < 30; i++) sender.Add(FluteObject.FromMemory($"name{i}", new byte[10]));
        sender.Complete();
        List<bool> close = [];
        foreach (byte[] packet in Channel.Drain(sender))
        {
            Assert.True(LctPacket.TryParse(packet, out LctPacket parsed));
            close.Add(parsed.CloseSession);
        }

        int first = close.IndexOf(true);
        Assert.InRange(first, 1, close.Count - 4);
        Assert.All(close.Skip(first), Assert.True);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1e4)]
    [InlineData(1e8)]
    public void TheEndComesSoonWhateverTheRate(double bitRate)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 5, BitRate = bitRate });
        sender.Add(FluteObject.FromMemory("large", new byte[3_000_000]));
        sender.Complete();
        byte[] packet = new byte[2000];
        TimeSpan now = TimeSpan.FromSeconds(1);
        Assert.NotEqual(0, sender.TryRead(now, packet));
        sender.Finish();
        bool close = false;
        for (TimeSpan until = now + TimeSpan.FromMilliseconds(100); !sender.IsFinished; now += TimeSpan.FromMilliseconds(1))
        {
            Assert.True(now < until, "The end is late.");
            int length = sender.TryRead(now, packet);
            if (length > 0 && LctPacket.TryParse(packet.AsSpan(0, length), out LctPacket parsed)) close = parsed.CloseSession;
        }

        Assert.True(close);
    }
}
