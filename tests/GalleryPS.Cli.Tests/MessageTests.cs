using System.Text;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Groups between hosts: several senders and receivers, ours and foreign, with a capture as the witness.</summary>
public sealed class MessageTests(Lab lab) : IClassFixture<Lab>
{
    // The sizes of a published run: a text of 48 bytes, JSON of 34 and 38 bytes, 16 random bytes.
    private static readonly byte[] Text = "A text message that everybody in the group hears"u8.ToArray();
    private static readonly byte[] Json34 = """{"sender": "one", "temperature":2}"""u8.ToArray(), Json38 = """{"sender": "two", "humidity": [40,41]}"""u8.ToArray();
    private static readonly byte[] Binary = Convert.FromHexString("00ff8045aa1be2c377d90f61b5284e9c");

    [Theory]
    [InlineData("224.1.1.1", true)]
    [InlineData("224.1.1.1", false)]
    [InlineData("ff15::5007", true)]
    [InlineData("ff15::5007", false)]
    public void TwoSendersAndTwoReceiversEachGetsAllSix(string group, bool foreignSenders)
    {
        Assert.Equal((48, 34, 38, 16), (Text.Length, Json34.Length, Json38.Length, Binary.Length));
        bool six = group.Contains(':');
        byte[][] first = [Text, Json34, Binary], second = [Text, Json38, Binary];
        using PeerProcess ours = PeerProcess.Gallery(lab[0], "message", "receive", "--group", group, "--arrival-ip", "eth0", "--count", "6", "--idle-timeout", "20", "--statistics");
        using PeerProcess foreign = PeerProcess.Python(lab[1], "messages.py", "receive", group, "5007", "--nic", six ? "eth0" : lab[1].IPv4, "--count", "6");
        ours.WaitForReady();
        foreign.WaitForReady();
        PeerProcess[] senders = [Send(lab[2], group, foreignSenders, first), Send(lab[3], group, foreignSenders, second)];
        foreach (PeerProcess sender in senders) Expect.Exit(0, sender);
        Expect.Exit(0, ours);
        Expect.Exit(0, foreign);

        string[] wanted = [.. first.Concat(second).Select(Convert.ToHexStringLower).Order(StringComparer.Ordinal)];
        Assert.Equal(wanted, foreign.Events("Message").Select(static e => e.GetProperty("Data").GetString()!).Order(StringComparer.Ordinal));
        IReadOnlyList<JsonElement> messages = ours.Events("Message");
        Assert.Equal(wanted, messages.Select(static e => Convert.ToHexStringLower(e.GetProperty("Data").GetBytesFromBase64())).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["Binary", "Binary", "Json", "Json", "Text", "Text"], messages.Select(static e => e.GetProperty("Kind").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(messages, e => Assert.Equal((group, "eth0", false), (e.GetProperty("Group").GetString(), e.GetProperty("Interface").GetString(), e.GetProperty("IsDuplicate").GetBoolean())));
        Assert.Contains(messages, static e => e.GetProperty("Value").ValueKind == JsonValueKind.Object && e.GetProperty("Value").TryGetProperty("temperature", out JsonElement t) && t.GetInt32() == 2);
        IReadOnlyList<JsonElement> statistics = ours.Events("Statistics");
        Assert.Equal([3, 3], statistics.Select(static s => s.GetProperty("Received").GetInt32()));
        Assert.Equal(
            new[] { six ? $"[{lab[2].IPv6}]" : lab[2].IPv4, six ? $"[{lab[3].IPv6}]" : lab[3].IPv4 }.Order(StringComparer.Ordinal),
            statistics.Select(static s => s.GetProperty("Source").GetString()!).Select(static s => s[..s.LastIndexOf(':')]).Order(StringComparer.Ordinal));
        foreach (PeerProcess sender in senders) sender.Dispose();
    }

    [Theory]
    [InlineData("224.1.1.9", 4)]
    [InlineData("ff15::9", 6)]
    public void WhoLeftGetsNothingMoreAndTheSenderCannotTell(string group, int family)
    {
        string folder = lab.NewFolder();
        using Capture reports = Capture.Start(lab[3], folder, family == 4 ? "igmp" : "icmp6 or ip6[6] == 0");
        using Capture sent = Capture.Start(lab[2], folder, "udp port 5007");
        using PeerProcess stays = Receive(lab[0], group, "--count", "2");
        using PeerProcess leaves = Receive(lab[1], group, "--count", "1", "-v");
        Send(lab[2], group, false, Text);
        Expect.Exit(0, leaves);

        // "Leave" is told when the membership is given up; the report follows at once.
        Assert.Equal(["Join"], leaves.Events("Join").Select(static e => e.GetProperty("Event").GetString()));
        JsonElement left = Assert.Single(leaves.Events("Leave"));
        Assert.Equal(("eth0", group), (left.GetProperty("Interface").GetString(), left.GetProperty("Group").GetString()));
        Leaves(reports, group, family, lab[1]);
        Send(lab[2], group, false, Json34);
        Expect.Exit(0, stays);
        Assert.Equal(2, stays.Events("Message").Count);
        Assert.Single(leaves.Events("Message"));

        // What the sender put on the wire differs in its payload only: it heard nothing of who joined or left.
        IReadOnlyList<string[]> datagrams = sent.WaitFor(2, "udp.dstport == 5007", "ip.dst", "ipv6.dst", "udp.length", "ip.ttl", "ipv6.hlim");
        Assert.Equal([(Text.Length + 8).ToString(System.Globalization.CultureInfo.InvariantCulture), (Json34.Length + 8).ToString(System.Globalization.CultureInfo.InvariantCulture)], datagrams.Select(static d => d[2]));
        Assert.All(datagrams, d => Assert.Equal((group, "1"), (d[0] + d[1], d[3] + d[4])));
    }

    [Theory]
    [InlineData("232.1.1.1", 4)]
    [InlineData("ff35::1", 6)]
    public void OneSourceOfManyIsFilteredByTheKernel(string group, int family)
    {
        string folder = lab.NewFolder();
        string Address(int host) => family == 4 ? lab[host].IPv4 : lab[host].IPv6;
        using Capture reports = Capture.Start(lab[0], folder, family == 4 ? "igmp" : "icmp6 or ip6[6] == 0");
        using Capture arrived = Capture.Start(lab[0], folder, "udp port 5007");
        using PeerProcess receiver = Receive(lab[0], group, "--source", Address(2), "--count", "1");

        // The join asks for the source alone (RFC 3376 and RFC 3810: allow, or change to include).
        string types = family == 4 ? "igmp.record_type" : "icmpv6.mldr.mar.record_type", sources = family == 4 ? "igmp.saddr" : "icmpv6.mldr.mar.source_address";
        string[] join = reports.WaitFor(1, $"{(family == 4 ? "igmp.maddr" : "icmpv6.mldr.mar.multicast_address")} == {group}", types, sources)[0];
        Assert.Contains(join[0].Split(',')[0], (string[])["5", "3"]);
        Assert.Contains(Address(2), join[1].Split(','));

        Send(lab[1], group, false, Json34);
        arrived.WaitFor(1, "udp.dstport == 5007", "udp.length");
        Send(lab[2], group, false, Text);
        Expect.Exit(0, receiver);
        JsonElement message = Assert.Single(receiver.Events("Message"));
        Assert.Equal(Encoding.UTF8.GetString(Text), message.GetProperty("Text").GetString());
        Assert.Contains(Address(2), message.GetProperty("Source").GetString(), StringComparison.Ordinal);

        // The other source's datagram was on the NIC, but never got to the program.
        Assert.Equal(2, arrived.WaitFor(2, "udp.dstport == 5007", "udp.length").Count);
        Assert.Equal(0, receiver.Events("Summary").Single().GetProperty("Filtered").GetInt32());
    }

    [Fact]
    public void EverySourceHasItsCounters()
    {
        using PeerProcess receiver = Receive(lab[0], "224.1.1.10", "--count", "9", "--statistics");
        string[] Numbered(params int[] numbers) => [.. numbers.Select(static n => Convert.ToHexStringLower(Encoding.UTF8.GetBytes($"{{\"seq\": {n}}}")))];
        using (PeerProcess one = PeerProcess.Python(lab[1], "messages.py", ["send", "224.1.1.10", "5007", .. Numbered(1, 2, 4, 3, 4), "--nic", lab[1].IPv4])) Expect.Exit(0, one);
        using (PeerProcess two = PeerProcess.Python(lab[2], "messages.py", ["send", "224.1.1.10", "5007", .. Numbered(1, 2, 3, 7), "--nic", lab[2].IPv4])) Expect.Exit(0, two);
        Expect.Exit(0, receiver);
        Assert.Equal(
            [(5, 1, 1, 0), (4, 0, 0, 3)],
            receiver.Events("Statistics").Select(static s => (s.GetProperty("Received").GetInt32(), s.GetProperty("Duplicates").GetInt32(), s.GetProperty("OutOfOrder").GetInt32(), s.GetProperty("Missing").GetInt32())));
    }

    [Theory]
    [InlineData("10.77.0.1")]
    [InlineData("10.77.0.255")]
    [InlineData("255.255.255.255")]
    [InlineData("fd77::1")]
    public void UnicastAndBroadcastAddressesWorkAsWell(string address)
    {
        using PeerProcess receiver = Receive(lab[0], address, "--count", "1");
        using PeerProcess sender = PeerProcess.Gallery(lab[2], "message", "send", "hello", "--group", address, "--outbound-ip", "eth0");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(("hello", address), Assert.Single(receiver.Events("Message")) is var m ? (m.GetProperty("Text").GetString(), m.GetProperty("Group").GetString()) : default);
    }

    [Fact]
    public void MessagesGoOutInTheOrderInWhichTheyAreWritten()
    {
        string file = Path.Combine(lab.NewFolder(), "message.bin");
        File.WriteAllBytes(file, Binary);
        using PeerProcess receiver = PeerProcess.Python(lab[0], "messages.py", "receive", "224.1.1.11", "5007", "--nic", lab[0].IPv4, "--count", "7");
        receiver.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(
            lab[1], "message", "send", "a", "--bytes", "00ff", "--text", "b", "--input-object", "{\"x\": 1}", "c", "--path", file, "--text", "a", "--group", "224.1.1.11", "--outbound-ip", "eth0");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(
            ["61", "00ff", "62", Convert.ToHexStringLower("{\"x\": 1}"u8), "63", Convert.ToHexStringLower(Binary), "61"],
            receiver.Events("Message").Select(static e => e.GetProperty("Data").GetString()));
    }

    [Theory]
    [InlineData(2, "message", "send")]
    [InlineData(2, "message", "send", "x", "--bytes", "0g")]
    [InlineData(2, "message", "send", "x", "--input-object", "{")]
    [InlineData(2, "message", "send", "x", "--repeat", "0")]
    [InlineData(2, "message", "receive", "--port", "0")]
    [InlineData(2, "message", "receive", "--group", "203.0.113.77")]
    [InlineData(2, "message", "send", "x", "--group", "127.0.0.1", "--wait-for-group", "1")]
    [InlineData(2, "connect", "a:99999")]
    [InlineData(2, "serve", "--address", "203.0.113.77")]
    [InlineData(1, "connect", "127.0.0.1:1")]
    public void WrongCallsAreTold(int code, params string[] arguments)
    {
        using PeerProcess gallery = PeerProcess.Gallery(null, arguments);
        Expect.Exit(code, gallery);
        Assert.Single(gallery.Events("Error"));
    }

    internal static void Leaves(Capture reports, string group, int family, TestHost host)
    {
        // Change to include, with no sources, is a leave (RFC 3376 section 4.2.12, RFC 3810 section 5.2.12). Another NIC of the
        // same switch sees it, and who it came from.
        string ethernet = NetworkLab.Run(host, "cat", "/sys/class/net/eth0/address").Trim();
        (string multicast, string type, string count) = family == 4
            ? ("igmp.maddr", "igmp.record_type", "igmp.num_src")
            : ("icmpv6.mldr.mar.multicast_address", "icmpv6.mldr.mar.record_type", "icmpv6.mldr.mar.nb_sources");
        string own = $"eth.src == {ethernet} && {multicast} == {group}";
        reports.WaitFor(1, $"{own} && {type} == 4 && {count} == 0", "frame.number");
        reports.WaitFor(1, $"{own} && {type} == 3 && {count} == 0", "frame.number");
    }

    private static PeerProcess Receive(TestHost host, string group, params string[] more) => PeerProcess.Gallery(
        host, ["message", "receive", "--group", group, .. group.StartsWith('2') && !group.StartsWith("255", StringComparison.Ordinal) || group.StartsWith("ff", StringComparison.Ordinal) ? (string[])["--arrival-ip", "eth0"] : [], "--idle-timeout", "20", .. more]).WaitForReady();

    private static PeerProcess Send(TestHost host, string group, bool foreign, params byte[][] messages)
    {
        string[] hex = [.. messages.Select(Convert.ToHexStringLower)];
        PeerProcess sender = foreign
            ? PeerProcess.Python(host, "messages.py", ["send", group, "5007", .. hex, "--nic", group.Contains(':') ? "eth0" : host.IPv4])
            : PeerProcess.Gallery(host, ["message", "send", "--group", group, "--outbound-ip", "eth0", .. hex.SelectMany(static h => (string[])["--bytes", h])]);
        return sender;
    }
}
