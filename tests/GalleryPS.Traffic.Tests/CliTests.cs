using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Traffic.Tests;

/// <summary>The verbs of the command line that predict and count.</summary>
public class CliTests
{
    [Fact]
    public void MeasurePredictsEveryTransport()
    {
        IReadOnlyList<JsonElement> estimates = Run(0, "measure", Fixture.Folder, "--receivers", "3").Events("Estimate");
        Assert.Equal(["Unicast", "Broadcast", "Multicast", "Tcp"], estimates.Select(e => e.GetProperty("Transport").GetString()));
        Assert.Equal(Fixture.Estimate(Transport.Unicast, receivers: 3).LinkBytes, estimates[0].GetProperty("LinkBytes").GetInt64());
        JsonElement greeting = Assert.Single(Run(0, "measure", "--bytes", "19", "-t", "tcp", "--no-end-of-transmission").Events("Estimate"));
        Assert.Equal(9, greeting.GetProperty("Packets").GetInt64());
    }

    [Fact]
    public void CountCountsByProtocolAndByFlow()
    {
        JsonElement count = Assert.Single(Run(0, "count", Fixture.PathOf("multicast.pcap")).Events("Count"));
        Assert.Equal(9, count.GetProperty("Frames").GetInt64());
        Assert.Equal(["UDP", "IGMP"], count.GetProperty("Lines").EnumerateArray().Select(line => line.GetProperty("Protocol").GetString()));
        Assert.Equal(4, Run(0, "count", Fixture.PathOf("tcp.pcap"), "--by-flow").Events("Count").Count);
        Assert.Equal(2, Run(0, "count", Fixture.PathOf("tcp.pcap"), Fixture.PathOf("arp.pcap")).Events("Count").Count);
    }

    [Fact]
    public void CountTellsDamageAfterWhatItCounted()
    {
        using PeerProcess damaged = Run(1, "count", Fixture.PathOf("cut-off.pcap"));
        Assert.Equal(5, Assert.Single(damaged.Events("Count")).GetProperty("Frames").GetInt64());
        Assert.Equal(ErrorIds.UnreadableCapture, Assert.Single(damaged.Events("Error")).GetProperty("Id").GetString());
    }

    [Fact]
    public void PacketsAreExplained()
    {
        IReadOnlyList<JsonElement> packets = Run(0, "packets", Fixture.PathOf("unicast.pcap"), "--image", "1").Events("Packet");
        Assert.Equal(3, packets.Count);
        Assert.Equal("Last of 3 fragments of image 1.", packets[2].GetProperty("Explanation").GetString());
    }

    [Fact]
    public void CompareJudges()
    {
        JsonElement comparison = Assert.Single(Run(0, "compare", Fixture.PathOf("unicast.pcap"), Fixture.Folder, "-t", "unicast").Events("Comparison"));
        Assert.Equal("Exact", comparison.GetProperty("Verdict").GetString());
    }

    [Theory]
    [InlineData("measure", "--mtu", "20")]
    [InlineData("measure", "--transport", "pigeon")]
    [InlineData("count", "--timeline", "soon", "x.pcap")]
    [InlineData("packets", "--image", "first", "x.pcap")]
    [InlineData("capture", "x.pcap", "--port", "0")]
    [InlineData("count")]
    public void WrongArgumentsAreTold(params string[] arguments)
    {
        using PeerProcess process = Run(2, arguments);
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Single(process.Events("Error")).GetProperty("Id").GetString());
    }

    private static PeerProcess Run(int code, params string[] arguments)
    {
        PeerProcess process = PeerProcess.Gallery(null, arguments);
        Assert.True(process.WaitForExit() == code, $"{process.Errors}{string.Join('\n', process.Lines)}");
        return process;
    }
}
