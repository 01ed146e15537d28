namespace GalleryPS.Traffic.Tests;

public class CountTests
{
    public static TheoryData<string> Captures => [.. Fixture.Captures()];

    [Theory]
    [MemberData(nameof(Captures))]
    public void CountsWhatTsharkCounts(string name)
    {
        Dictionary<string, long> expected = Fixture.Expected(name);
        TrafficCount count = Fixture.Count(name).Count;
        TrafficTotals udp = Line(count, "UDP"), tcp = Line(count, "TCP");
        Assert.Equal(expected["Frames"], count.Frames);
        Assert.Equal(expected["LinkBytes"], count.LinkBytes);
        Assert.Equal(expected["Packets"], count.Packets);
        Assert.Equal(expected["NetworkBytes"], count.NetworkBytes);
        Assert.Equal(expected["UdpDatagrams"], udp.Datagrams);
        if (count.IncompleteDatagrams == 0) Assert.Equal(expected["UdpBytes"], udp.TransportBytes);
        Assert.Equal(expected["TcpSegments"], tcp.Datagrams);
        Assert.Equal(expected["TcpBytes"], tcp.TransportBytes);
        Assert.Equal(expected["TcpPayload"], tcp.ApplicationBytes);
        Assert.Equal(expected["Arp"], Line(count, "ARP").Frames);
        Assert.Equal(expected["Igmp"], Line(count, "IGMP").Frames);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void FlowsAddUpToTheirProtocols(string name)
    {
        TrafficCount count = Fixture.Count(name, new CountOptions { ByFlow = true }).Count;
        TrafficTotals flows = count.ByFlow.Select(flow => flow.Captured).Aggregate(new TrafficTotals(), (a, b) => a + b);
        Assert.Equal(Line(count, "UDP") + Line(count, "TCP"), flows);
        Assert.Equal(0, count.FramesWithoutFlow);
        Assert.All(count.ByFlow, flow => Assert.Equal(flow.Packets, flow.ForwardPackets + flow.ReturnPackets));
        Assert.Equal(count.ByFlow.Count, count.Flows);
    }

    [Fact]
    public void FragmentsBelongToTheFlowOfTheirDatagramWhateverTheirOrder()
    {
        byte[] datagram = CaptureBuilder.Udp(new byte[3000]);
        byte[][] fragments =
        [
            Fragment(datagram[..1480], 0, true), Fragment(datagram[1480..2960], 1480, true), Fragment(datagram[2960..], 2960, false),
        ];
        foreach (int[] order in (int[][])[[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]])
        {
            var builder = CaptureBuilder.Pcap();
            foreach (int i in order)
                builder.Record(fragments[i]);
            TrafficCount count = builder.Count(new CountOptions { ByFlow = true }).Count;
            TrafficCount flow = Assert.Single(count.ByFlow);
            Assert.Equal((3, 3, 1, 3008), (flow.Packets, flow.Fragments, flow.Datagrams, flow.TransportBytes));
            Assert.Equal(3, flow.ForwardPackets);
            Assert.Equal("10.0.0.1:40000 -> 10.0.0.2:25000 UDP", flow.Flow);
            Assert.Equal(0, count.IncompleteDatagrams);
        }
    }

    [Fact]
    public void FragmentsWithoutTheirFirstAreCountedAndTold()
    {
        TrafficCount count = CaptureBuilder.Pcap().Record(Fragment(new byte[1480], 1480, true)).Count(new CountOptions { ByFlow = true }).Count;
        Assert.Equal((1, 0), (count.Frames, count.ByFlow.Count));
        Assert.Equal((1, 1), (count.IncompleteDatagrams, count.FramesWithoutFlow));
        Assert.Equal(2, count.Notes.Count);
    }

    [Fact]
    public void SuperFramesAreCountedAsCapturedAndAsTheWireCarriedThem()
    {
        TrafficCount offloaded = Fixture.Count("tcp-offload.pcapng").Count;
        TrafficCount plain = Fixture.Count("tcp.pcap").Count;
        Assert.True(offloaded.SuperFrames > 0);
        Assert.Equal(0, plain.SuperFrames);
        Assert.Equal(plain.Captured, plain.OnWire);
        Assert.True(offloaded.OnWire.Frames > offloaded.Frames);
        Assert.Contains(offloaded.Notes, note => note.Contains("Segmentation offload", StringComparison.Ordinal));
    }

    [Fact]
    public void ASuperFrameStandsForTheSegmentsItIsCutInto()
    {
        // 10,000 bytes with 12 bytes of options and an MSS of 1460: six segments of 1448 and one of 1312.
        byte[] options = new byte[12];
        byte[] syn = [2, 4, 1460 >> 8, 1460 & 255];
        TrafficCount count = CaptureBuilder.Pcap()
            .Record(Tcp([], 99, TcpFlags.Syn, syn))
            .Record(Tcp(new byte[10000], 100, TcpFlags.Ack, options))
            .Count().Count;
        Assert.Equal(1, count.SuperFrames);
        Assert.Equal((2, 1 + 7), (count.Frames, count.OnWire.Frames));
        Assert.Equal(count.TransportBytes + (6 * 32), count.OnWire.TransportBytes);
        Assert.Equal(count.NetworkBytes + (6 * 52), count.OnWire.NetworkBytes);
        Assert.Equal(count.LinkBytes + (6 * 66), count.OnWire.LinkBytes);
        Assert.Equal(84 + (6 * (1514 + 24)) + 1312 + 66 + 24, count.WireBytes);

        // The MTU that is given counts where the ends said nothing smaller.
        Assert.Equal(1 + 2, CaptureBuilder.Pcap().Record(Tcp([], 99, TcpFlags.Ack)).Record(Tcp(new byte[10000], 100, TcpFlags.Ack, options))
            .Count(new CountOptions { Mtu = 9000 }).Count.OnWire.Frames);
    }

    [Fact]
    public void SuperFramesOfUdpAreCutLikeTheDatagramsBefore()
    {
        TrafficCount count = CaptureBuilder.Pcap()
            .Record(Udp(new byte[1400]))
            .Record(Udp(new byte[1400 * 20]))
            .Count(new CountOptions { Mtu = 1500 }).Count;
        Assert.Equal((1, 21), (count.SuperFrames, count.OnWire.Datagrams));
    }

    [Fact]
    public void SuperFramesOfFluteAreCutWhereTheirHeadersAre()
    {
        // The datagram before is shorter than those of the super-frame, and one header is longer than the others.
        byte[] packet = [0x10, 0x10, 3, 6, 0, 0, 0, 0, 0x12, 0x34, 0, 1, .. new byte[1328]];
        byte[] table = [0x10, 0x10, 7, 0, 0, 0, 0, 0, 0x12, 0x34, 0, 0, .. new byte[1328]];
        TrafficCount count = CaptureBuilder.Pcap()
            .Record(Udp(packet[..600]))
            .Record(Udp([.. packet, .. table, .. packet, .. packet, .. packet[..100]]))
            .Record(Udp([.. table[..600], .. packet[..200]]))
            .Count(new CountOptions { Mtu = 1500 }).Count;
        Assert.Equal((2, 8), (count.SuperFrames, count.OnWire.Datagrams));
    }

    [Fact]
    public void LoopbackHasNoSuperFrames()
    {
        TrafficCount count = Fixture.Count("loopback.pcap").Count;
        Assert.Equal(0, count.SuperFrames);
        Assert.Equal(count.LinkBytes, count.WireBytes);
    }

    [Fact]
    public void TruncatedFramesCountWithTheirFullLength()
    {
        TrafficCount count = Fixture.Count("truncated.pcap").Count;
        Assert.Equal(count.Frames, count.TruncatedFrames);
        Assert.Equal(4772, count.ApplicationBytes);
        Assert.Equal(Fixture.Sizes.Sum(), count.ApplicationBytes);
    }

    [Fact]
    public void FrameTypesThatHaveNoFixture()
    {
        byte[] ip = CaptureBuilder.IPv4(17, CaptureBuilder.Udp(new byte[11]));
        byte[] ip6 = CaptureBuilder.IPv6(17, CaptureBuilder.Udp(new byte[11]));
        (LinkType Link, byte[] Frame)[] frames =
        [
            (LinkType.Null, [2, 0, 0, 0, .. ip]), (LinkType.Null, [0, 0, 0, 2, .. ip]), (LinkType.Loop, [0, 0, 0, 2, .. ip]),
            (LinkType.Null, [30, 0, 0, 0, .. ip6]), (LinkType.Raw, ip), (LinkType.Raw, ip6), (LinkType.RawBsd, ip), (LinkType.RawOpenBsd, ip6),
            (LinkType.IPv4, ip), (LinkType.IPv6, ip6),
        ];
        foreach ((LinkType link, byte[] frame) in frames)
        {
            TrafficCount count = CaptureBuilder.Pcap(link).Record(frame).Count().Count;
            Assert.Equal((1, 11, 19), (count.Datagrams, count.ApplicationBytes, count.TransportBytes));
            Assert.Equal(frame.Length, count.LinkBytes);
        }
    }

    [Fact]
    public void HeadersWithOptionsAndExtensions()
    {
        byte[] udp = CaptureBuilder.Udp(new byte[11]);
        TrafficCount options = CaptureBuilder.Pcap().Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, udp, options: new byte[8]))).Count().Count;
        Assert.Equal((11, 19, 47), (options.ApplicationBytes, options.TransportBytes, options.NetworkBytes));

        // Hop-by-hop (8 bytes), destination options (16 bytes), then UDP.
        byte[] chain = [60, 0, 0, 0, 0, 0, 0, 0, 17, 1, .. new byte[14], .. udp];
        TrafficCount extensions = CaptureBuilder.Pcap().Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv6(0, chain), 0x86DD)).Count().Count;
        Assert.Equal((11, 19, 83), (extensions.ApplicationBytes, extensions.TransportBytes, extensions.NetworkBytes));
    }

    [Fact]
    public void PaddingBelongsToTheLinkLayerOnly()
    {
        byte[] frame = CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp([])));
        TrafficCount count = CaptureBuilder.Pcap().Record([.. frame, .. new byte[18]]).Count().Count;
        Assert.Equal((60, 28, 8, 0), (count.LinkBytes, count.NetworkBytes, count.TransportBytes, count.ApplicationBytes));
        Assert.Equal((1, 84), (count.EmptyDatagrams, count.WireBytes));
    }

    [Fact]
    public void BothDirectionsOfAConnectionAreOneFlowOfItsOpener()
    {
        TrafficCount count = Fixture.Count("greeting.pcap", new CountOptions { ByFlow = true }).Count;
        TrafficCount flow = Assert.Single(count.ByFlow);
        Assert.Equal(9, flow.Packets);
        Assert.Equal(25000, flow.Destination!.Port);
        Assert.Equal((5, 4), (flow.ForwardPackets, flow.ReturnPackets));
        Assert.Equal("TCP", flow.Protocol);
    }

    [Fact]
    public void TheOpenerIsTheSourceEvenWhenTheAnswerWasCapturedFirst()
    {
        byte[] answer = CaptureBuilder.Ethernet(CaptureBuilder.IPv4(6, CaptureBuilder.Tcp([], 9, TcpFlags.Syn | TcpFlags.Ack, from: 25000, to: 40000)));
        TrafficCount count = CaptureBuilder.Pcap().Record(answer).Count(new CountOptions { ByFlow = true }).Count;
        TrafficCount flow = Assert.Single(count.ByFlow);
        Assert.Equal((40000, 25000), (flow.Source!.Port, flow.Destination!.Port));
        Assert.Equal((0, 1), (flow.ForwardPackets, flow.ReturnPackets));
    }

    [Fact]
    public void RetransmissionsAreSeen()
    {
        TrafficCount count = CaptureBuilder.Pcap()
            .Record(Tcp([], 99, TcpFlags.Syn)).Record(Tcp([], 99, TcpFlags.Syn))
            .Record(Tcp(new byte[10], 100, TcpFlags.Ack)).Record(Tcp(new byte[10], 110, TcpFlags.Ack)).Record(Tcp(new byte[10], 100, TcpFlags.Ack))
            .Record(Tcp([], 120, TcpFlags.Fin)).Record(Tcp([], 120, TcpFlags.Fin))
            .Count().Count;
        Assert.Equal(3, count.Retransmissions);
    }

    [Fact]
    public void ATimelineAddsUp()
    {
        TrafficCount count = Fixture.Count("tcp.pcap", new CountOptions { Timeline = TimeSpan.FromMilliseconds(10) }).Count;
        Assert.Equal(count.LinkBytes, count.Timeline.Sum(interval => interval.LinkBytes));
        Assert.Equal(count.Frames, count.Timeline.Sum(interval => interval.Frames));
        Assert.All(count.Timeline, interval => Assert.Equal(TimeSpan.FromMilliseconds(10), interval.Length));
        Assert.True(count.Timeline[^1].Start <= count.Duration);
        Assert.True(count.Timeline[^1].Start + count.Timeline[^1].Length > count.Duration);
    }

    [Fact]
    public void AHostileClockDoesNotFillTheMemory()
    {
        TrafficCount count = CaptureBuilder.Pcap().Record(Udp([]), 0).Record(Udp([]), uint.MaxValue).Record(Udp([]), 5)
            .Count(new CountOptions { Timeline = TimeSpan.FromMilliseconds(1) }).Count;
        Assert.InRange(count.Timeline.Count, 1, 16384);
        Assert.Equal(3, count.Timeline.Sum(interval => interval.Frames));
        Assert.Contains(count.Notes, note => note.Contains("too long for the timeline", StringComparison.Ordinal));
    }

    [Fact]
    public void MoreFlowsThanAreKeptAreCountedAllTheSame()
    {
        var builder = CaptureBuilder.Pcap();
        for (ushort port = 1; port <= 3000; port++)
            builder.Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp(new byte[4], from: port))));
        TrafficCount all = builder.Count(new CountOptions { ByFlow = true }).Count;
        Assert.Equal((3000, 0), (all.Flows, all.FramesWithoutFlow));
        TrafficCount some = builder.Count(new CountOptions { ByFlow = true, MostFlows = 1000 }).Count;
        Assert.Equal((1000, 2000, 3000), (some.Flows, some.FramesWithoutFlow, some.Frames));
        Assert.Equal(all.Captured, some.Captured);
    }

    [Fact]
    public void OnlyWhatIsAskedForCounts()
    {
        string file = "multicast.pcap";
        Assert.Equal(6, Fixture.Count(file, new CountOptions { Port = 25000 }).Count.Frames);
        Assert.Equal(6, Fixture.Count(file, new CountOptions { Transport = Transport.Multicast }).Count.Frames);
        Assert.Equal(0, Fixture.Count(file, new CountOptions { Transport = Transport.Unicast }).Count.Frames);
        Assert.Equal(0, Fixture.Count(file, new CountOptions { Port = 25001 }).Count.Frames);
        Assert.Equal(6, Fixture.Count(file, new CountOptions { Address = System.Net.IPAddress.Parse("224.1.1.5") }).Count.Frames);
        Assert.Equal(6, Fixture.Count("broadcast.pcap", new CountOptions { Transport = Transport.Broadcast }).Count.Frames);
        Assert.Equal(6, Fixture.Count("unicast-ipv6.pcap", new CountOptions { Transport = Transport.Unicast }).Count.Frames);
        Assert.Equal(34, Fixture.Count("tcp.pcap", new CountOptions { Transport = Transport.Tcp }).Count.Frames);
    }

    [Fact]
    public void CountingAllocatesNothingPerPacket()
    {
        var builder = CaptureBuilder.Pcap();
        for (int i = 0; i < 20000; i++)
            builder.Record(i % 2 == 0 ? Udp(new byte[100]) : Tcp(new byte[100], (uint)i * 100, TcpFlags.Ack));
        builder.Count();
        using CaptureReader reader = builder.Open();
        long before = GC.GetAllocatedBytesForCurrentThread();
        CaptureCounter.Count(reader, new CountOptions());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000);
    }

    [Theory]
    [InlineData(67, 0, 1)]
    [InlineData(1500, 70000, 1)]
    [InlineData(1500, 1, 0)]
    public void ImpossibleOptionsAreTold(int mtu, int port, int milliseconds)
    {
        var options = new CountOptions { Mtu = mtu, Port = port, Timeline = TimeSpan.FromMilliseconds(milliseconds) };
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => Fixture.Count("tcp.pcap", options)).Id);
    }

    private static byte[] Fragment(byte[] part, int offset, bool more) => CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, part, 7, offset, more));

    private static byte[] Udp(byte[] payload) => CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp(payload)));

    private static byte[] Tcp(byte[] payload, uint sequence, TcpFlags flags, byte[]? options = null) =>
        CaptureBuilder.Ethernet(CaptureBuilder.IPv4(6, CaptureBuilder.Tcp(payload, sequence, flags, options: options)));

    private static TrafficTotals Line(TrafficCount count, string protocol) =>
        count.Lines.FirstOrDefault(line => line.Protocol == protocol)?.Captured ?? new TrafficTotals();
}
