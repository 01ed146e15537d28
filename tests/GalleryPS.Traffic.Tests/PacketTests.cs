namespace GalleryPS.Traffic.Tests;

public class PacketTests
{
    public static TheoryData<string> Captures => [.. Fixture.Captures()];

    [Theory]
    [MemberData(nameof(Captures))]
    public void PacketsAddUpToTheCount(string name)
    {
        var errors = new List<GalleryException>();
        List<Packet> packets = [.. PacketReader.Read(Fixture.PathOf(name), new PacketOptions(), errors.Add)];
        CountResult result = Fixture.Count(name, new CountOptions { ByFlow = true });
        Assert.Equal(result.Count.Frames, packets.Count);
        Assert.Equal(result.Count.LinkBytes, packets.Sum(packet => packet.LinkBytes));
        Assert.Equal(result.Count.NetworkBytes, packets.Sum(packet => packet.NetworkBytes));
        Assert.Equal(result.Count.ApplicationBytes, packets.Sum(packet => packet.ApplicationBytes));
        Assert.Equal(result.Damage is null ? 0 : 1, errors.Count);
        Assert.Equal(
            result.Count.ByFlow.Select(flow => (flow.Flow, flow.Packets)),
            packets.Where(packet => packet.Flow is not null).GroupBy(packet => packet.Flow).Select(flow => (flow.Key, flow.LongCount())));
        Assert.Equal(Enumerable.Range(1, packets.Count).Select(number => (long)number), packets.Select(packet => packet.Number));
        Assert.All(packets, packet => Assert.NotEmpty(packet.Explanation));
    }

    [Theory]
    [InlineData("unicast.pcap")]
    [InlineData("unicast-ipv6.pcap")]
    [InlineData("broadcast.pcap")]
    [InlineData("multicast.pcap")]
    [InlineData("tcp.pcap")]
    [InlineData("tcp-ipv6.pcap")]
    [InlineData("tcp-offload.pcapng")]
    [InlineData("vlan.pcap")]
    [InlineData("cooked-v1.pcap")]
    [InlineData("cooked-v2.pcap")]
    [InlineData("arp.pcap")]
    [InlineData("big-endian-nanoseconds.pcap")]
    public void ImagesAreNumberedAndCarvedOutByteForByte(string name)
    {
        string folder = Directory.CreateTempSubdirectory("gallery-test-").FullName;
        try
        {
            List<Packet> packets = Fixture.Packets(name, new PacketOptions { Storage = new() { OutputDirectory = folder } });
            for (int image = 0; image < 3; image++)
            {
                List<Packet> parts = [.. packets.Where(packet => packet.Image == image && packet.ImageBytes > 0)];
                Assert.Equal(Fixture.Sizes[image], parts.Sum(packet => packet.ImageBytes));
                Assert.Equal(0, parts[0].ImageOffset);
                string path = Assert.Single(packets, packet => packet.Image == image && packet.Path is not null).Path!;
                Assert.Equal($"image-00{image}.png", Path.GetFileName(path));
                Assert.Equal(File.ReadAllBytes(Fixture.PathOf($"image{image}.png")), File.ReadAllBytes(path));
            }

            Assert.Equal(3, Directory.GetFiles(folder).Length);
            Assert.Contains(packets, packet => packet.IsEndOfTransmission);
            Assert.All(packets.Where(packet => packet.IsEndOfTransmission), packet => Assert.Null(packet.Image));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void NothingIsCarvedOutOfWhatIsNotWhole()
    {
        string folder = Directory.CreateTempSubdirectory("gallery-test-").FullName;
        try
        {
            List<Packet> packets = Fixture.Packets("truncated.pcap", new PacketOptions { Storage = new() { OutputDirectory = folder } });
            Assert.Equal(3, packets.Where(packet => packet.Image is not null).Select(packet => packet.Image).Distinct().Count());
            Assert.Empty(Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ADatagramIsExplainedFragmentByFragment()
    {
        List<Packet> packets = Fixture.Packets("unicast.pcap");
        Assert.Equal(
        [
            "Image 0, whole in one datagram of 268 bytes.",
            "First of 3 fragments of image 1: too large for one packet, its 4000 bytes with the UDP header were cut up.",
            "Fragment 2 of 3 of image 1.",
            "Last of 3 fragments of image 1.",
            "Image 2, whole in one datagram of 512 bytes.",
            "A datagram without a byte: the end of transmission.",
        ], packets.Select(packet => packet.Explanation));
        Assert.Equal([null, "1 of 3", "2 of 3", "3 of 3", null, null], packets.Select(packet => packet.Fragment?.ToString()));
        Assert.All(packets.Where(packet => packet.Fragment is not null), packet => Assert.Equal(2, packet.Fragment!.Datagram));
        Assert.Equal([0L, 1472, 2952], packets.Where(packet => packet.Image == 1).Select(packet => packet.ImageOffset!.Value));
        Assert.All(packets, packet => Assert.EndsWith(":25000", packet.Destination, StringComparison.Ordinal));
    }

    [Fact]
    public void AConnectionIsExplainedByWhatItCarriesLater()
    {
        List<Packet> packets = Fixture.Packets("tcp.pcap");
        List<string> first = [.. packets.Where(packet => packet.Image == 0).Select(packet => packet.Explanation)];
        Assert.Equal("SYN: the sender asks for a connection for image 0.", first[0]);
        Assert.Equal("SYN, ACK: the receiver accepts the connection for image 0.", first[1]);
        Assert.Equal("ACK: the connection for image 0 is open.", first[2]);
        Assert.Equal("Bytes 0 to 267 of the 268 of image 0.", first[3]);
        Assert.Contains(first, text => text.StartsWith("ACK: the receiver has received 268 bytes", StringComparison.Ordinal));
        Assert.Contains("FIN: the sender has nothing more to send: image 0 ends here.", first);
        List<Packet> end = [.. packets.Where(packet => packet.IsEndOfTransmission)];
        Assert.Equal("SYN: the sender asks for a connection for the end of transmission.", end[0].Explanation);
        Assert.Equal("SYN", end[0].Flags);
        Assert.Contains(end, packet => packet.Explanation.Contains("without having sent a byte", StringComparison.Ordinal));
        Assert.All(packets, packet => Assert.NotNull(packet.Segment));
    }

    [Fact]
    public void AGreetingHasAClientAndAServer()
    {
        List<string> sentences = [.. Fixture.Packets("greeting.pcap").Select(packet => packet.Explanation)];
        Assert.Equal("SYN: the client asks for a connection.", sentences[0]);
        Assert.Equal("Bytes 0 to 18 of what the server says.", sentences[3]);
        Assert.Equal("ACK: the client has received 19 bytes and expects byte 19.", sentences[4]);
        Assert.Equal(9, sentences.Count);
    }

    [Fact]
    public void JoiningAndLeavingAGroup()
    {
        List<Packet> packets = [.. Fixture.Packets("multicast.pcap").Where(packet => packet.Protocol == "IGMP")];
        Assert.Equal("10.78.0.2 joins 224.1.1.5 (IGMPv3, any source).", packets[0].Explanation);
        Assert.Equal("10.78.0.2 leaves 224.1.1.5 (IGMPv3).", packets[1].Explanation);
    }

    public static TheoryData<string, byte[], string> GroupMessages => new()
    {
        { "IGMP", [0x11, 0, 0, 0, 0, 0, 0, 0], "asks which groups are wanted here (IGMP query)." },
        { "IGMP", [0x11, 0, 0, 0, 224, 1, 1, 5], "asks whether anybody still wants 224.1.1.5 (IGMP query)." },
        { "IGMP", [0x12, 0, 0, 0, 224, 1, 1, 5], "joins 224.1.1.5 (IGMPv1)." },
        { "IGMP", [0x16, 0, 0, 0, 224, 1, 1, 5], "joins 224.1.1.5 (IGMPv2, any source)." },
        { "IGMP", [0x17, 0, 0, 0, 224, 1, 1, 5], "leaves 224.1.1.5 (IGMPv2)." },
        { "IGMP", [0x22, 0, 0, 0, 0, 0, 0, 1, 5, 0, 0, 1, 232, 1, 1, 5, 10, 0, 0, 9], "joins 232.1.1.5 for packets from 10.0.0.9 (IGMPv3)." },
        { "IGMP", [0x22, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0, 1, 232, 1, 1, 5, 10, 0, 0, 9], "joins 232.1.1.5 for packets from 10.0.0.9 only (IGMPv3)." },
        { "IGMP", [0x22, 0, 0, 0, 0, 0, 0, 1, 6, 0, 0, 1, 232, 1, 1, 5, 10, 0, 0, 9], "no longer wants packets from 10.0.0.9 to 232.1.1.5 (IGMPv3)." },
        { "IGMP", [0x22, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 224, 1, 1, 5, 4, 0, 0, 0, 224, 1, 1, 6], "is in 224.1.1.5 (IGMPv3, any source); joins 224.1.1.6 (IGMPv3, any source)." },
        { "IGMP", [0x22, 0, 0, 0, 0, 0, 255, 255], "reports on 65535 groups (IGMPv3)." },
        { "MLD", [143, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5], "joins ff02::5 (MLDv2, any source)." },
        { "MLD", [131, 0, 0, 0, 0, 0, 0, 0, 0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5], "joins ff02::5 (MLDv1, any source)." },
        { "MLD", [132, 0, 0, 0, 0, 0, 0, 0, 0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5], "leaves ff02::5 (MLDv1)." },
    };

    [Theory]
    [MemberData(nameof(GroupMessages))]
    public void GroupMessagesInAllVersions(string protocol, byte[] message, string sentence)
    {
        byte[] frame = protocol == "IGMP"
            ? CaptureBuilder.Ethernet(CaptureBuilder.IPv4(2, message))
            : CaptureBuilder.Ethernet(CaptureBuilder.IPv6(58, message), 0x86DD);
        Packet packet = Assert.Single(CaptureBuilder.Pcap().Record(frame).Packets());
        Assert.Equal(protocol, packet.Protocol);
        Assert.EndsWith(" " + sentence, packet.Explanation, StringComparison.Ordinal);
        TrafficLine line = Assert.Single(CaptureBuilder.Pcap().Record(frame).Count().Count.Lines);
        Assert.Equal(protocol, line.Protocol);
    }

    [Fact]
    public void AddressResolutionAndErrorsOfTheNetwork()
    {
        List<Packet> packets = Fixture.Packets("arp.pcap");
        Assert.Equal("10.78.0.1 asks who has 10.78.0.2, to learn the MAC address.", packets[0].Explanation);
        Assert.StartsWith("10.78.0.2 answers that its MAC address is ", packets[1].Explanation, StringComparison.Ordinal);
        Assert.Equal("ff:ff:ff:ff:ff:ff", packets[0].Destination);
        byte[] unreachable = CaptureBuilder.Ethernet(CaptureBuilder.IPv4(1, [3, 3, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(
            "Nobody listens at the port a datagram was for (port unreachable).",
            Assert.Single(CaptureBuilder.Pcap().Record(unreachable).Packets()).Explanation);
    }

    [Fact]
    public void FragmentsInAnyOrderAndSegmentsSentTwiceStillMakeTheImage()
    {
        byte[] image = File.ReadAllBytes(Fixture.PathOf("image1.png"));
        byte[] datagram = CaptureBuilder.Udp(image);
        var udp = CaptureBuilder.Pcap();
        foreach (int start in (int[])[2960, 0, 1480])
        {
            bool more = start + 1480 < datagram.Length;
            udp.Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, datagram[start..Math.Min(start + 1480, datagram.Length)], 3, start, more)));
        }

        var tcp = CaptureBuilder.Pcap().Record(Tcp([], 999, TcpFlags.Syn));
        foreach ((int start, int end) in ((int, int)[])[(2000, 3000), (0, 1000), (0, 1500), (3000, image.Length), (900, 2100)])
            tcp.Record(Tcp(image[start..end], 1000 + (uint)start, TcpFlags.Ack));
        tcp.Record(Tcp([], 1000 + (uint)image.Length, TcpFlags.Fin | TcpFlags.Ack));
        foreach (CaptureBuilder builder in (CaptureBuilder[])[udp, tcp])
        {
            string folder = Directory.CreateTempSubdirectory("gallery-test-").FullName;
            try
            {
                string file = Path.Combine(folder, "c.pcap");
                File.WriteAllBytes(file, builder.ToArray());
                string output = Path.Combine(folder, "images");
                Packet last = PacketReader.Read(file, new PacketOptions { Storage = new() { OutputDirectory = output } }).Last();
                Assert.Equal(image, File.ReadAllBytes(last.Path!));
                Assert.Single(Directory.GetFiles(output));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    [Fact]
    public void ImagesOfSeveralReceiversCarryTheirNames()
    {
        byte[] image = File.ReadAllBytes(Fixture.PathOf("image0.png"));
        var builder = CaptureBuilder.Pcap();
        foreach (byte to in (byte[])[2, 3])
            builder.Record(CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp(image), to: to)));
        string folder = Directory.CreateTempSubdirectory("gallery-test-").FullName;
        try
        {
            string file = Path.Combine(folder, "c.pcap");
            File.WriteAllBytes(file, builder.ToArray());
            List<Packet> packets = [.. PacketReader.Read(file, new PacketOptions { Storage = new() { OutputDirectory = folder } })];
            Assert.Equal([0, 0], packets.Select(packet => packet.Image!.Value));
            Assert.Equal(["10.0.0.2-image-000.png", "10.0.0.3-image-000.png"], packets.Select(packet => Path.GetFileName(packet.Path!)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void AnEndOfTransmissionBeginsANewGallery()
    {
        byte[] image = File.ReadAllBytes(Fixture.PathOf("image0.png"));
        byte[] one = CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp(image)));
        byte[] end = CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp([])));
        List<Packet> packets = CaptureBuilder.Pcap().Record(one).Record(one).Record(end).Record(one).Packets();
        Assert.Equal([0, 1, null, 0], packets.Select(packet => packet.Image));
    }

    [Fact]
    public void FiltersByImageFlowAndNumber()
    {
        Assert.Equal(3, Fixture.Packets("unicast.pcap", new PacketOptions { Image = [1] }).Count);
        Assert.Equal(5, Fixture.Packets("unicast.pcap", new PacketOptions { Image = [0, 1, 2] }).Count);
        Assert.Equal(2, Fixture.Packets("unicast.pcap", new PacketOptions { First = 2 }).Count);
        string flow = Fixture.Count("unicast.pcap", new CountOptions { ByFlow = true }).Count.ByFlow[1].Flow!;
        Assert.Equal(3, Fixture.Packets("unicast.pcap", new PacketOptions { Flow = flow }).Count);
        Assert.Empty(Fixture.Packets("unicast.pcap", new PacketOptions { Flow = "192.0.2.1" }));
    }

    [Fact]
    public void ALiveStreamIsExplainedAsItComes()
    {
        using var stream = new MemoryStream(File.ReadAllBytes(Fixture.PathOf("tcp.pcap")));
        List<Packet> packets = [.. PacketReader.Read(CaptureReader.Open(stream, "pipe"), new PacketOptions())];
        Assert.Equal(34, packets.Count);
        Assert.Equal("SYN: the client asks for a connection.", packets[0].Explanation);
        Assert.Contains(packets, packet => packet.Explanation == "Bytes 0 to 267 of image 0.");
        Assert.Equal([0, 1, 2], packets.Where(packet => packet.ImageBytes > 0).Select(packet => packet.Image!.Value).Distinct());
    }

    [Fact]
    public async Task ANamedPipeIsReadOnce()
    {
        Needs.Programs("mkfifo");
        string folder = Directory.CreateTempSubdirectory("gallery-test-").FullName;
        try
        {
            string pipe = Path.Combine(folder, "pipe");
            TestSupport.NetworkLab.Execute("mkfifo", [pipe]);
            foreach (Func<long> read in (Func<long>[])
            [
                () => PacketReader.Read(pipe, new PacketOptions()).LongCount(),
                () => CaptureCounter.Count(pipe, new CountOptions()).Count.Frames,
            ])
            {
                Task writer = Task.Run(() => File.WriteAllBytes(pipe, File.ReadAllBytes(Fixture.PathOf("tcp.pcap"))));
                Task<long> reader = Task.Run(read);
                Assert.Equal(34, await reader.WaitAsync(TimeSpan.FromSeconds(30)));
                await writer;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Tcp(byte[] payload, uint sequence, TcpFlags flags) =>
        CaptureBuilder.Ethernet(CaptureBuilder.IPv4(6, CaptureBuilder.Tcp(payload, sequence, flags)));
}
