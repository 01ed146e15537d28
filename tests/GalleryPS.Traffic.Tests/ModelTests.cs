using FsCheck;
using FsCheck.Fluent;

namespace GalleryPS.Traffic.Tests;

public class ModelTests
{
    [Theory]
    [InlineData(1, 9)]
    [InlineData(3, 27)]
    public void AGreetingOf19BytesIsNinePackets(int connections, long packets)
    {
        TrafficEstimate estimate = One([19], new EstimateOptions { Transport = [Transport.Tcp], Receivers = connections, NoEndOfTransmission = true });
        Assert.Equal(packets, estimate.Packets);
        Assert.Equal(19 * connections, estimate.ApplicationBytes);

        // Two segments with 40 bytes of header, seven with 32.
        Assert.Equal(connections * ((2 * 40) + (7 * 32) + 19), estimate.TransportBytes);
        Assert.Equal(connections * ((2 * 74) + (7 * 66) + 19), estimate.LinkBytes);
    }

    [Fact]
    public void UnicastCostsACopyPerReceiverAndTheOthersOne()
    {
        long[] sizes = [1000, 2000];
        foreach (Transport transport in (Transport[])[Transport.Unicast, Transport.Broadcast, Transport.Multicast])
        {
            TrafficEstimate one = One(sizes, new EstimateOptions { Transport = [transport] });
            TrafficEstimate three = One(sizes, new EstimateOptions { Transport = [transport], Receivers = 3 });
            int copies = transport == Transport.Unicast ? 3 : 1;
            Assert.Equal(one.LinkBytes * copies, three.LinkBytes);
            Assert.Equal(one.WireBytes * copies, three.WireBytes);
            Assert.Equal(3000, three.ImageBytes);
            Assert.Equal(2, three.Images);
            Assert.True(three.IsExact);
            Assert.Equal(three.LinkBytes / 3.0, three.BytesPerReceiver);
        }
    }

    [Theory]

    // Payload, MTU, IPv6 -> packets, network bytes; counted by hand from the header layouts.
    [InlineData(0, 1500, false, 1, 28)]
    [InlineData(1472, 1500, false, 1, 1500)]
    [InlineData(1473, 1500, false, 2, 1481 + 40)]
    [InlineData(20000, 1500, false, 14, 20008 + (14 * 20))]
    [InlineData(65507, 1500, false, 45, 65515 + (45 * 20))]
    [InlineData(2508, 1280, false, 2, 2516 + 40)]
    [InlineData(2509, 1280, false, 3, 2517 + 60)]
    [InlineData(1452, 1500, true, 1, 1500)]
    [InlineData(1453, 1500, true, 2, 1461 + 96)]
    [InlineData(2888, 1500, true, 2, 2896 + 96)]
    [InlineData(2889, 1500, true, 3, 2897 + (3 * 48))]
    [InlineData(65527, 1500, true, 46, 65535 + (46 * 48))]
    [InlineData(20000, 9000, false, 3, 20008 + 60)]
    public void DatagramsAreCutIntoFragmentsOfEightBytes(long payload, int mtu, bool ipv6, long packets, long networkBytes)
    {
        TrafficEstimate estimate = One([payload], new EstimateOptions { Transport = [Transport.Unicast], Mtu = mtu, IPv6 = ipv6, NoEndOfTransmission = true });
        Assert.Equal((packets, networkBytes), (estimate.Packets, estimate.NetworkBytes));
        Assert.Equal(packets, estimate.Frames);
        Assert.Equal(1, estimate.Datagrams);
        Assert.Equal(payload + 8, estimate.TransportBytes);
        Assert.Equal(networkBytes + (14 * packets), estimate.LinkBytes);
    }

    [Fact]
    public void FragmentsFillTheMtuAndAddUp() => Prop.ForAll(
        Gen.Choose(0, 65507).Zip(Gen.Choose(576, 9000)).Zip(Gen.Elements(false, true)).ToArbitrary(),
        input =>
        {
            ((int payload, int size), bool ipv6) = input;
            int mtu = ipv6 ? Math.Max(1280, size) : size;
            TrafficEstimate estimate = One([payload], new EstimateOptions { Transport = [Transport.Unicast], Mtu = mtu, IPv6 = ipv6, NoEndOfTransmission = true });
            List<int> fragments = Cut(payload + 8, mtu, ipv6);
            return fragments.Count == estimate.Packets
                && fragments.Sum() == estimate.NetworkBytes
                && fragments.Sum(length => Math.Max(length + 14, 60) + 24) == estimate.WireBytes;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20261122, 7));

    [Fact]
    public void TheEndOfTransmissionIsAFrameOf42BytesAndOf84OnTheWire()
    {
        TrafficEstimate estimate = One([], new EstimateOptions { Transport = [Transport.Multicast] });
        Assert.Equal((1, 42, 84), (estimate.Frames, estimate.LinkBytes, estimate.WireBytes));
        TrafficEstimate tagged = One([], new EstimateOptions { Transport = [Transport.Multicast], VlanTag = true });
        Assert.Equal((46, 84), (tagged.LinkBytes, tagged.WireBytes));
    }

    [Fact]
    public void ImagesAndTheEndOfTransmissionAddUp()
    {
        Payload[] gallery = [new("a", 100), new("b", 60000), new("c", 1448)];
        foreach (Transport transport in Enum.GetValues<Transport>())
        {
            var options = new EstimateOptions { Transport = [transport], Receivers = 2 };
            TrafficEstimate whole = TrafficModel.Estimate(gallery, options)[0];
            IReadOnlyList<TrafficEstimate> each = TrafficModel.Estimate(gallery, options with { PerImage = true });
            TrafficEstimate end = TrafficModel.Estimate([], options)[0];
            Assert.Equal(["a", "b", "c"], each.Select(one => one.Image));
            Assert.Equal([0, 1, 2], each.Select(one => one.Index!.Value));
            Assert.Equal(whole.Usual, each.Select(one => one.Usual).Append(end.Usual).Aggregate((a, b) => a + b));
            Assert.Equal(whole.Low, each.Select(one => one.Low).Append(end.Low).Aggregate((a, b) => a + b));
            Assert.Equal(whole.High, each.Select(one => one.High).Append(end.High).Aggregate((a, b) => a + b));
        }
    }

    [Fact]
    public void TcpHasRangesThatHoldTheUsualCase() => Prop.ForAll(
        Gen.Choose(0, 5_000_000).Zip(Gen.Elements(false, true)).ToArbitrary(),
        input =>
        {
            (int size, bool loopback) = input;
            var options = new EstimateOptions { Transport = [Transport.Tcp], LinkLayer = loopback ? LinkLayer.Loopback : LinkLayer.Ethernet };
            TrafficEstimate estimate = One([size], options);
            return estimate.PacketsLow <= estimate.Packets && estimate.Packets <= estimate.PacketsHigh
                && estimate.LinkBytesLow <= estimate.LinkBytes && estimate.LinkBytes <= estimate.LinkBytesHigh
                && estimate.ApplicationBytesLow == size && estimate.ApplicationBytesHigh == size
                && estimate.PacketsLow < estimate.PacketsHigh;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20261122, 7));

    [Fact]
    public void TimestampsTakeTwelveBytesOfEverySegment()
    {
        TrafficEstimate with = One([1448], new EstimateOptions { Transport = [Transport.Tcp], NoEndOfTransmission = true });
        TrafficEstimate without = One([1460], new EstimateOptions { Transport = [Transport.Tcp], NoEndOfTransmission = true, TcpTimestamps = false });
        Assert.Equal(with.Packets, without.Packets);
        Assert.Equal((2 * 40) + (7 * 32) + 1448, with.TransportBytes);
        Assert.Equal((2 * 32) + (7 * 20) + 1460, without.TransportBytes);
    }

    [Fact]
    public void WithoutATransportAllFourAndIPv6WithoutBroadcast()
    {
        Payload[] gallery = [new("a", 100)];
        Assert.Equal(Enum.GetValues<Transport>(), TrafficModel.Estimate(gallery, new EstimateOptions()).Select(e => e.Transport));
        Assert.Equal(
            [Transport.Unicast, Transport.Multicast, Transport.Tcp],
            TrafficModel.Estimate(gallery, new EstimateOptions { IPv6 = true }).Select(e => e.Transport));
        var broadcast = new EstimateOptions { IPv6 = true, Transport = [Transport.Broadcast] };
        Assert.Equal(ErrorIds.AddressFamilyMismatch, Assert.Throws<GalleryException>(() => TrafficModel.Estimate(gallery, broadcast)).Id);
    }

    [Fact]
    public void AnImageTooLargeForADatagramIsToldOnceAndLeftOutOfUdpOnly()
    {
        var errors = new List<GalleryException>();
        Payload[] gallery = [new("small", 65507), new("large", 65508)];
        IReadOnlyList<TrafficEstimate> estimates = TrafficModel.Estimate(gallery, new EstimateOptions(), errors.Add);
        GalleryException error = Assert.Single(errors);
        Assert.Equal(ErrorIds.ImageTooLargeForDatagram, error.Id);
        Assert.Equal(GalleryErrorCategory.LimitsExceeded, error.Category);
        Assert.Contains("65,507", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 1, 1, 2], estimates.Select(e => e.Images));
        Assert.Throws<GalleryException>(() => TrafficModel.Estimate(gallery, new EstimateOptions()));
    }

    [Theory]
    [InlineData(0, 1500, false)]
    [InlineData(1, 67, false)]
    [InlineData(1, 1279, true)]
    [InlineData(1, 65537, false)]
    public void ImpossibleOptionsAreTold(int receivers, int mtu, bool ipv6)
    {
        var options = new EstimateOptions { Receivers = receivers, Mtu = mtu, IPv6 = ipv6 };
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => TrafficModel.Estimate([], options)).Id);
    }

    [Fact]
    public void LoopbackHasALargeMtuAndNoWire()
    {
        TrafficEstimate estimate = One([60000], new EstimateOptions { Transport = [Transport.Unicast], LinkLayer = LinkLayer.Loopback });
        Assert.Equal((2, 60042 + 42), (estimate.Frames, estimate.LinkBytes));
        Assert.Equal(estimate.LinkBytes, estimate.WireBytes);
    }

    private static TrafficEstimate One(long[] sizes, EstimateOptions options) =>
        Assert.Single(TrafficModel.Estimate(sizes.Select(size => new Payload($"{size}", size)), options));

    /// <summary>Cuts as the kernel does, fragment by fragment.</summary>
    private static List<int> Cut(int length, int mtu, bool ipv6)
    {
        int header = ipv6 ? 40 : 20;
        var packets = new List<int>();
        if (length + header <= mtu) return [length + header];
        int extra = ipv6 ? 8 : 0;
        while (length > 0)
        {
            int room = mtu - header - extra;
            int take = ipv6 || length > room ? Math.Min(length, room / 8 * 8) : length;
            packets.Add(header + extra + take);
            length -= take;
        }

        return packets;
    }
}
