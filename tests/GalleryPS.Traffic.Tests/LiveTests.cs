using FsCheck;
using FsCheck.Fluent;
using GalleryPS.TestSupport;

namespace GalleryPS.Traffic.Tests;

/// <summary>The prediction held against what really goes over a link between hosts.</summary>
public sealed class LiveTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    [Theory]
    [InlineData(1, 1500)]
    [InlineData(2, 1280)]
    [InlineData(3, 1500)]
    public void UdpIsPredictedToTheByte(int receivers, int mtu)
    {
        Needs.Lab();
        Needs.Programs("tcpdump", "python3");
        using var lab = NetworkLab.Create(receivers + 1, mtu: mtu);
        (Transport Transport, bool IPv6)[] kinds =
            [(Transport.Unicast, false), (Transport.Broadcast, false), (Transport.Multicast, false), (Transport.Unicast, true), (Transport.Multicast, true)];
        int[][] galleries = [.. Galleries(kinds.Length, seed: receivers)];
        for (int i = 0; i < kinds.Length; i++)
        {
            (Transport transport, bool ipv6) = kinds[i];
            string[] to = transport switch
            {
                Transport.Broadcast => ["10.77.0.255"],
                Transport.Multicast => [ipv6 ? "ff15::77" : "239.1.1.7"],
                _ => [.. lab.Hosts.Skip(1).Select(host => ipv6 ? host.IPv6 : host.IPv4)],
            };
            TrafficComparison comparison = Send(lab[0], transport, to, galleries[i], receivers, mtu, ipv6);
            Assert.True(comparison.Verdict == TrafficVerdict.Exact, $"{transport} IPv6 {ipv6}, {string.Join(' ', galleries[i])}: {comparison.Reason}\n{string.Join('\n', comparison.Layers)}");
        }
    }

    [Fact]
    public void TcpLiesWithinItsRange() => Tcp(runs: 4, seed: 1);

    [Fact]
    [Trait("Category", "Long")]
    public void TcpLiesWithinItsRangeInFiftyRuns() => Tcp(runs: 50, seed: 2);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Tcp(int runs, int seed)
    {
        Needs.Lab();
        Needs.Programs("tcpdump", "python3");
        using var lab = NetworkLab.Create(4);
        int[][] galleries = [.. Galleries(runs, seed)];
        for (int run = 0; run < runs; run++)
        {
            // One to three receivers, each run with another MTU.
            int receivers = 1 + (run % 3);
            List<PeerProcess> peers = [.. lab.Hosts.Skip(1).Take(receivers).Select(host => run % 2 == 0
                ? PeerProcess.Gallery(host, "receive", "--transport", "tcp", "--address", host.IPv4)
                : PeerProcess.Python(host, "plain.py", "receive", "tcp", host.IPv4, "25000", _folder))];
            peers.ForEach(peer => peer.WaitForReady());
            int[] sizes = [.. galleries[run], 200_000 + (run * 50_000)];
            TrafficComparison comparison = Send(lab[0], Transport.Tcp, [.. lab.Hosts.Skip(1).Take(receivers).Select(host => host.IPv4)], sizes, receivers, 1500, ipv6: false);
            peers.ForEach(peer => peer.WaitForExit());
            peers.ForEach(peer => peer.Dispose());
            Assert.True(comparison.Verdict == TrafficVerdict.WithinRange, $"run {run}, {receivers} receivers, {string.Join(' ', sizes)}: {comparison.Reason}\n{string.Join('\n', comparison.Layers.Select(l => $"{l} {l.Low} {l.High}"))}");
        }
    }

    private TrafficComparison Send(TestHost host, Transport transport, string[] to, int[] sizes, int receivers, int mtu, bool ipv6)
    {
        string gallery = TestGallery.NewFolder();
        string file = Path.Combine(_folder, $"{Guid.NewGuid():N}.pcap");
        try
        {
            IReadOnlyList<string> images = TestGallery.Write(gallery, sizes);
            using var capture = PeerProcess.Gallery(host, "capture", file, "--transport", transport.ToString(), "--to", string.Join(',', to));
            capture.WaitForReady();
            using var sender = PeerProcess.Gallery(
                host, "send", gallery, "--transport", transport.ToString(), "--to", string.Join(',', to), "--end-delay", "0.05", "--outbound-ip", ipv6 ? host.IPv6 : host.IPv4);
            Assert.True(sender.WaitForExit() == 0, $"{sender.Errors}{string.Join('\n', sender.Lines)}");
            capture.Terminate();
            Assert.True(capture.WaitForExit() == 0, $"{capture.Errors}{string.Join('\n', capture.Lines)}");
            TrafficEstimate estimate = Fixture.Estimate(gallery, new EstimateOptions { Transport = [transport], Receivers = receivers, Mtu = mtu, IPv6 = ipv6 });
            Assert.Equal(images.Count, estimate.Images);
            return TrafficComparer.Compare(estimate, file, new ComparisonOptions());
        }
        finally
        {
            Directory.Delete(gallery, recursive: true);
        }
    }

    /// <summary>Random galleries, among them sizes next to where another fragment begins.</summary>
    private static IEnumerable<int[]> Galleries(int count, int seed)
    {
        Gen<int> edge = Gen.Choose(1, 40).SelectMany(units => Gen.Choose(-12, 12).Select(off => Math.Clamp((units * 1232) + off, 200, 60000)));
        Gen<int> size = Gen.OneOf(Gen.Choose(200, 3000), Gen.Choose(200, 60000), edge);
        Gen<int[]> gallery = Gen.Choose(1, 4).SelectMany(length => size.ArrayOf(length));
        return gallery.Sample(count, new Rnd((ulong)seed, 7UL), 50);
    }
}
