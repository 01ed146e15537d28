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
}
