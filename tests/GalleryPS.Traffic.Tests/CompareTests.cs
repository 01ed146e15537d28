namespace GalleryPS.Traffic.Tests;

public class CompareTests
{
    public static TheoryData<string, Transport, int?, bool> Exact => new()
    {
        { "unicast.pcap", Transport.Unicast, null, false },
        { "unicast-ipv6.pcap", Transport.Unicast, null, true },
        { "unicast-mtu1280.pcap", Transport.Unicast, 1280, false },
        { "broadcast.pcap", Transport.Broadcast, null, false },
        { "big-endian-nanoseconds.pcap", Transport.Unicast, null, false },
        { "cooked-v1.pcap", Transport.Unicast, null, false },
        { "cooked-v2.pcap", Transport.Unicast, null, false },
    };

    [Theory]
    [MemberData(nameof(Exact))]
    public void UdpIsPredictedToTheByte(string name, Transport transport, int? mtu, bool ipv6)
    {
        TrafficComparison comparison = Compare(name, Fixture.Estimate(transport, mtu: mtu, ipv6: ipv6));
        Assert.Equal(TrafficVerdict.Exact, comparison.Verdict);
        Assert.All(comparison.Layers, layer => Assert.Equal(0, layer.Difference));
        Assert.Equal(8, comparison.Layers.Count);
    }

    [Theory]
    [InlineData("tcp.pcap", false)]
    [InlineData("tcp-ipv6.pcap", true)]
    [InlineData("tcp-offload.pcapng", false)]
    public void TcpLiesWithinItsRange(string name, bool ipv6)
    {
        TrafficComparison comparison = Compare(name, Fixture.Estimate(Transport.Tcp, ipv6: ipv6));
        Assert.Equal(TrafficVerdict.WithinRange, comparison.Verdict);
        Assert.Equal(name.Contains("offload", StringComparison.Ordinal), comparison.Reason.Contains("Segmentation offload", StringComparison.Ordinal));
    }

    [Fact]
    public void GroupMessagesAreCountedUnlessAPortIsGiven()
    {
        TrafficEstimate estimate = Fixture.Estimate(Transport.Multicast);
        TrafficComparison whole = Compare("multicast.pcap", estimate);
        Assert.Equal(TrafficVerdict.Differs, whole.Verdict);
        Assert.Contains("IGMP is counted too: 3 frames, 162 bytes", whole.Reason, StringComparison.Ordinal);
        Assert.Equal(TrafficVerdict.Exact, Compare("multicast.pcap", estimate, new ComparisonOptions { Port = 25000 }).Verdict);
        Assert.Equal(TrafficVerdict.Exact, Compare("multicast.pcap", estimate, new ComparisonOptions { OfTransport = true }).Verdict);
    }

    [Fact]
    public void AddressResolutionIsNamed()
    {
        TrafficComparison comparison = Compare("arp.pcap", Fixture.Estimate(Transport.Unicast));
        Assert.Contains("ARP is counted too: 2 frames, 84 bytes", comparison.Reason, StringComparison.Ordinal);
    }

    [Theory]

    // Payload sizes in the capture of a gallery of 1000 and 2000 bytes; 0 is an end of transmission.
    [InlineData(new[] { 1000, 2000 }, "The end of transmission is missing.")]
    [InlineData(new[] { 1000, 0 }, "Missing, lost or not captured: 1 datagram with images (2000 bytes).")]
    [InlineData(new[] { 1000, 1000, 2000, 0 }, "More often than predicted, duplicates: 1 datagram (1000 bytes).")]
    [InlineData(new[] { 1000, 2000, 0, 77 }, "Not an image of this gallery, other traffic on the port: 1 datagram (77 bytes).")]
    [InlineData(new[] { 1000, 2000, 0, 0 }, "More ends of transmission than predicted: 1 empty datagram too many.")]
    [InlineData(new[] { 1000, 1000, 1000, 2000, 2000, 2000, 0, 0, 0 }, "Everything was sent to 3 receivers; the prediction is for 1 receiver.")]
    [InlineData(new int[0], "The capture holds no UDP datagram at all. A pcap file does not tell on which NIC and with which filter it was captured (pcapng does). Capture again with -To (--to;")]
    public void WhatIsMissingOrTooMuchIsNamed(int[] sizes, string reason)
    {
        var builder = CaptureBuilder.Pcap();
        ushort id = 1;
        foreach (int size in sizes)
        {
            byte[] datagram = CaptureBuilder.Udp(new byte[size]);
            if (datagram.Length <= 1480)
            {
                builder.Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, datagram, id++)));
                continue;
            }

            builder.Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, datagram[..1480], id, 0, true)));
            builder.Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, datagram[1480..], id++, 1480)));
        }

        TrafficComparison comparison = Compare(builder, Predict([1000, 2000]));
        Assert.Equal(TrafficVerdict.Differs, comparison.Verdict);
        Assert.Contains(reason, comparison.Reason, StringComparison.Ordinal);
        Assert.Single(comparison.Reasons);
    }

    [Fact]
    public void NothingFoundNamesTheNicAndTheFilterOfTheCapture()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, CaptureBuilder.Pcap().ToArray());
            CaptureHistory.Remember(new Capture
            {
                Id = 1,
                Path = file,
                Interface = "lo",
                OnlyThisMachine = true,
                Filter = "udp port 9",
                SnapLength = 0,
                Tool = "tcpdump",
                Started = DateTimeOffset.UnixEpoch,
            });
            foreach (Protocol protocol in (Protocol[])[Protocol.Plain, Protocol.Flute])
            {
                TrafficEstimate estimate = TrafficModel.Estimate(
                    [new Payload("a", 1000)], new EstimateOptions { Transport = [Transport.Multicast], Protocol = [protocol] })[0];
                string reason = Assert.Single(TrafficComparer.Compare(estimate, file, new ComparisonOptions { Port = 25000 }).Reasons);
                Assert.Equal(
                    "The capture holds no UDP datagram with port 25000. It was captured on lo (this machine only) with the filter 'udp port 9'. "
                    + "Capture again with -To (--to; where the traffic goes) or -Interface (--interface; the NIC).",
                    reason);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(null, "It was captured on eth0 with a filter that the file does not tell, or none. Capture again with -To (--to;")]
    [InlineData("udp port 9", "It was captured on eth0 with the filter 'udp port 9'. Capture again with -To (--to;")]
    [InlineData("", "It was captured on eth0 with no filter. Capture again with -To (--to;")]
    public void NothingFoundInAFileOfAnotherProgramNamesWhatTheFileTells(string? filter, string reason)
    {
        foreach (bool bigEndian in new[] { false, true })
        {
            TrafficComparison comparison = Compare(CaptureBuilder.Pcapng(bigEndian).Interface(LinkType.Ethernet, filter: filter), Predict([1000, 2000]));
            Assert.Contains(reason, Assert.Single(comparison.Reasons), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnotherMtuAndAnotherIPVersionAreNamed()
    {
        Assert.Contains("the link's MTU is not 1500", Compare("unicast-mtu1280.pcap", Fixture.Estimate(Transport.Unicast)).Reason, StringComparison.Ordinal);
        Assert.Contains("The capture shows IPv6", Compare("unicast-ipv6.pcap", Fixture.Estimate(Transport.Unicast)).Reason, StringComparison.Ordinal);
        Assert.Contains("VLAN tags", Compare("vlan.pcap", Fixture.Estimate(Transport.Unicast)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void LostFragmentsAreNamed()
    {
        byte[] datagram = CaptureBuilder.Udp(new byte[2000]);
        var builder = CaptureBuilder.Pcap()
            .Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, datagram[..1480], 9, 0, true)))
            .Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp([]))));
        Assert.Contains("1 datagram incomplete", Compare(builder, Predict([2000])).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTcpSentAgainIsToldAndNotHeldAgainstThePrediction()
    {
        CaptureBuilder Connection(bool again)
        {
            var builder = CaptureBuilder.Pcap();
            byte[] one = new byte[400], two = new byte[600];
            builder.Record(Tcp([], 99, TcpFlags.Syn));
            builder.Record(Tcp(one, 100, TcpFlags.Ack)).Record(Tcp(two, 500, TcpFlags.Ack));
            if (again) builder.Record(Tcp(two, 500, TcpFlags.Ack)).Record(Tcp([], 99, TcpFlags.Syn));
            return builder.Record(Tcp([], 1100, TcpFlags.Fin | TcpFlags.Ack));
        }

        TrafficEstimate estimate = TrafficModel.Estimate(
            [new Payload("a", 1000)], new EstimateOptions { Transport = [Transport.Tcp], TcpTimestamps = false, NoEndOfTransmission = true })[0];
        TrafficComparison once = Compare(Connection(again: false), estimate), twice = Compare(Connection(again: true), estimate);
        Assert.Equal(once.Layers.Select(layer => layer.Captured), twice.Layers.Select(layer => layer.Captured));
        Assert.Contains("Sent again, or the answer to that, and left out here: 2 TCP segments, 708 bytes.", twice.Reasons);
        Assert.DoesNotContain(once.Reasons, reason => reason.StartsWith("Sent again", StringComparison.Ordinal));

        static byte[] Tcp(byte[] payload, uint sequence, TcpFlags flags) =>
            CaptureBuilder.Ethernet(CaptureBuilder.IPv4(6, CaptureBuilder.Tcp(payload, sequence, flags)));
    }

    [Fact]
    public void WhatAnswersSegmentsThatTcpSentAgainIsNotHeldAgainstThePrediction()
    {
        TrafficEstimate estimate = TrafficModel.Estimate(
            [new Payload("a", 400)], new EstimateOptions { Transport = [Transport.Tcp], TcpTimestamps = false, NoEndOfTransmission = true })[0];
        TrafficComparison most = Compare(Connection(again: false), estimate), again = Compare(Connection(again: true), estimate);

        // As much as is possible without loss, so that a single packet more would differ.
        LayerComparison packets = most.Layers.Single(layer => layer.Property == nameof(TrafficTotals.Packets));
        Assert.Equal((9, 9), (packets.High, packets.Captured));
        Assert.Equal(most.Layers.Select(layer => layer.Captured), again.Layers.Select(layer => layer.Captured));
        Assert.Contains("Sent again, or the answer to that, and left out here: 6 TCP segments, 748 bytes.", again.Reasons);
        Assert.Equal(3, again.Count.Retransmissions);

        static CaptureBuilder Connection(bool again)
        {
            // Both sides' first byte is number 100; the receiver's answers to what it has carry D-SACK (RFC 2883).
            byte[] image = new byte[400], twice = [1, 1, 5, 10, 0, 0, 0, 100, 0, 0, 1, 244];
            var builder = CaptureBuilder.Pcap();
            Send([], 99, TcpFlags.Syn, 0);
            Receive(99, TcpFlags.Syn | TcpFlags.Ack, 100);
            Send([], 100, TcpFlags.Ack, 100);
            if (again)
            {
                Receive(99, TcpFlags.Syn | TcpFlags.Ack, 100);
                Send([], 100, TcpFlags.Ack, 100);
            }

            Send(image, 100, TcpFlags.Ack, 100);
            Receive(100, TcpFlags.Ack, 500);
            if (again)
            {
                Send(image, 100, TcpFlags.Ack, 100);
                Receive(100, TcpFlags.Ack, 500, twice);
            }

            Send([], 500, TcpFlags.Fin | TcpFlags.Ack, 100);
            Receive(100, TcpFlags.Ack, 501);
            if (again)
            {
                Send([], 500, TcpFlags.Fin | TcpFlags.Ack, 100);
                Receive(100, TcpFlags.Ack, 501, twice);
            }

            Receive(100, TcpFlags.Fin | TcpFlags.Ack, 501);
            Send([], 501, TcpFlags.Ack, 101);
            return builder;

            void Send(byte[] payload, uint sequence, TcpFlags flags, uint acknowledgment) =>
                builder.Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(6, CaptureBuilder.Tcp(payload, sequence, flags, acknowledgment))));

            void Receive(uint sequence, TcpFlags flags, uint acknowledgment, byte[]? options = null) => builder.Record(CaptureBuilder.Ethernet(
                CaptureBuilder.IPv4(6, CaptureBuilder.Tcp([], sequence, flags, acknowledgment, options, from: 25000, to: 40000), from: 2, to: 1)));
        }
    }

    [Fact]
    public void DamageIsToldAndWhatCameBeforeIsCompared()
    {
        var errors = new List<GalleryException>();
        TrafficComparison comparison = TrafficComparer.Compare(
            Fixture.Estimate(Transport.Unicast), Fixture.PathOf("cut-off.pcap"), new ComparisonOptions(), errors.Add);
        Assert.Equal(ErrorIds.UnreadableCapture, Assert.Single(errors).Id);
        Assert.Contains("The end of transmission is missing.", comparison.Reasons);
    }

    private static TrafficEstimate Predict(long[] sizes) => TrafficModel.Estimate(
        sizes.Select(size => new Payload($"{size}", size)), new EstimateOptions { Transport = [Transport.Unicast] })[0];

    private static TrafficComparison Compare(string name, TrafficEstimate estimate, ComparisonOptions? options = null) =>
        TrafficComparer.Compare(estimate, Fixture.PathOf(name), options ?? new ComparisonOptions());

    private static TrafficComparison Compare(CaptureBuilder builder, TrafficEstimate estimate)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, builder.ToArray());
            return TrafficComparer.Compare(estimate, file, new ComparisonOptions());
        }
        finally
        {
            File.Delete(file);
        }
    }
}
