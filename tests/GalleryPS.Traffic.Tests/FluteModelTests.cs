using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using GalleryPS.TestSupport;

namespace GalleryPS.Traffic.Tests;

/// <summary>What FLUTE is predicted to cost, held against a real sender on a real link, and against itself.</summary>
public sealed class FluteModelTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    // Every kind of gallery by every way.
    public static TheoryData<string, string, bool> Sessions => new()
    {
        { "small", "", false },
        { "one", "--redundancy 0", false },
        { "one", "--fec none --repeat 1", true },
        { "many", "--redundancy 25 --bit-rate 20Mbps", false },
        { "many", "--flute-version 1", true },
        { "large", "--mtu 1280", false },
        { "small", "--passphrase secret", true },
        { "large", "--bit-rate 400Mbps", true },
    };

    [Theory]
    [MemberData(nameof(Sessions))]
    public void ARealSessionLiesWithinThePrediction(string gallery, string options, bool ipv6)
    {
        Needs.Lab();
        Needs.Programs("tcpdump");
        using var lab = NetworkLab.Create(3);
        foreach (Transport transport in (Transport[])[Transport.Multicast, Transport.Unicast, Transport.Broadcast])
        {
            if (ipv6 && transport == Transport.Broadcast) continue;
            TrafficComparison comparison = SendUndisturbed(lab, gallery, options.Split(' ', StringSplitOptions.RemoveEmptyEntries), transport, ipv6);
            string text = $"{transport}: {comparison.Reason}\n{string.Join('\n', comparison.Layers.Select(l => $"{l} {l.Low}..{l.High}"))}";
            Assert.True(comparison.Verdict != TrafficVerdict.Differs, text);

            // A range that holds everything would prove nothing.
            LayerComparison bytes = comparison.Layers.Single(static layer => layer.Property == nameof(TrafficTotals.LinkBytes));
            Assert.True(bytes.High - bytes.Low <= 200_000 + (bytes.Predicted / 20), text);
            Assert.True(Math.Abs(bytes.Difference) <= 100_000 + (bytes.Predicted / 50), text);
        }
    }

    [Fact]
    public void ImagesAloneAreExactAndTheTableAndTheEndAreTheRest()
    {
        Payload[] gallery = [new("a", 100), new("b", 200_000), new("c", 5_000_000)];
        var options = new EstimateOptions { Transport = [Transport.Unicast], Protocol = [Protocol.Flute], Receivers = 2 };
        IReadOnlyList<TrafficEstimate> each = TrafficModel.Estimate(gallery, options with { PerImage = true });
        TrafficEstimate whole = TrafficModel.Estimate(gallery, options)[0];
        Assert.Equal(["a", "b", "c"], each.Select(static one => one.Image));
        Assert.All(each, static one => Assert.True(one.IsExact));

        // 1 + 1, 144 + 15 and so on: source symbols of 1,456 bytes and a tenth to repair them.
        Assert.Equal([2 * (1 + 1), 2 * (138 + 14), 2 * (3435 + 345)], each.Select(static one => one.Packets));
        long rest = whole.PacketsLow - each.Sum(static one => one.Packets);
        Assert.Equal(2 * (1 + 3), rest);
        Assert.True(whole.PacketsLow <= whole.Packets && whole.Packets <= whole.PacketsHigh);
    }

    [Fact]
    public void OptionsOfTheSessionChangeWhatItCosts()
    {
        Payload[] gallery = [new("a", 1_000_000)];
        var options = new EstimateOptions { Transport = [Transport.Multicast], Protocol = [Protocol.Flute] };
        TrafficEstimate usual = One(options);
        Assert.True(One(new FluteEstimateOptions { Redundancy = 0 }).Packets < usual.Packets);
        Assert.InRange(One(new FluteEstimateOptions { Repeat = 1 }).Packets, (usual.Packets * 2) - 20, usual.Packets * 2 + 20);
        Assert.True(One(new FluteEstimateOptions { Authenticated = true }).LinkBytes > usual.LinkBytes);
        Assert.True(One(options with { Mtu = 1280 }).Packets > usual.Packets);
        Assert.True(One(options with { Mtu = 9000 }).Packets < usual.Packets);
        Assert.Equal(usual.Packets, One(options with { Receivers = 5 }).Packets);

        TrafficEstimate One(object with) => TrafficModel.Estimate(
            gallery, with as EstimateOptions ?? options with { Flute = (FluteEstimateOptions)with })[0];
    }

    [Fact]
    public void ProtocolsStandSideBySideAndFluteLeavesTcpOut()
    {
        IReadOnlyList<TrafficEstimate> both = TrafficModel.Estimate(
            [new Payload("a", 70_000)], new EstimateOptions { Protocol = [Protocol.Plain, Protocol.Flute] }, static _ => { });
        Assert.Equal(
            ["Unicast", "Broadcast", "Multicast", "Tcp", "Unicast Flute", "Broadcast Flute", "Multicast Flute"], both.Select(TrafficText.Way));
        GalleryException error = Assert.Throws<GalleryException>(() => TrafficModel.Estimate(
            [new Payload("a", 7)], new EstimateOptions { Protocol = [Protocol.Flute], Transport = [Transport.Tcp] }));
        Assert.Equal(ErrorIds.InvalidOptions, error.Id);
    }

    [Fact]
    public void ARowSaysWhatCannotBeSentInThatWayAndWhatFluteWouldCost()
    {
        Payload[] gallery = [new("01.jpg", 70_000), new("02.jpg", 80_000), new("03.jpg", 90_000), new("04.jpg", 100_000), new("small.jpg", 1000)];
        IReadOnlyList<TrafficEstimate> all = TrafficModel.Estimate(gallery, new EstimateOptions(), static _ => { });
        TrafficEstimate flute = TrafficModel.Estimate(
            gallery, new EstimateOptions { Protocol = [Protocol.Flute], Transport = [Transport.Multicast] })[0];
        foreach (TrafficEstimate estimate in all.Where(static one => one.Transport != Transport.Tcp))
        {
            Assert.Equal(["01.jpg", "02.jpg", "03.jpg", "04.jpg"], estimate.Unsendable);
            Assert.StartsWith("Not sent, larger than the 65,507 bytes of a datagram: 01.jpg, 02.jpg, 03.jpg and 1 more.", estimate.Note, StringComparison.Ordinal);
            Match about = Regex.Match(estimate.Note!, "in about (?<packets>[0-9]+) packets and (?<bytes>[0-9,]+) bytes", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
            Assert.InRange(int.Parse(about.Groups["packets"].Value, CultureInfo.InvariantCulture), flute.PacketsLow, flute.PacketsHigh);
            Assert.InRange(long.Parse(about.Groups["bytes"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), flute.LinkBytesLow, flute.LinkBytesHigh);
        }

        Assert.Empty(all.Single(static one => one.Transport == Transport.Tcp).Unsendable);
        Assert.Null(flute.Note);
    }

    [Fact]
    public void EverySizeHasAPredictionWithinItsRange() => Prop.ForAll(
        Gen.Choose(0, 400_000).Select(static size => (long)size).ListOf().ToArbitrary(),
        static sizes =>
        {
            TrafficEstimate estimate = TrafficModel.Estimate(
                sizes.Select((size, i) => new Payload($"{i}.jpg", size)),
                new EstimateOptions { Protocol = [Protocol.Flute], Transport = [Transport.Multicast] })[0];
            return estimate.ApplicationBytesLow >= sizes.Sum() && estimate.PacketsLow <= estimate.Packets && estimate.Packets <= estimate.PacketsHigh
                && estimate.LinkBytesLow <= estimate.LinkBytes && estimate.LinkBytes <= estimate.LinkBytesHigh;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(7, 7));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // On a machine that stalls, a capture misses packets and a sender repeats its table: a session without either decides.
    private TrafficComparison SendUndisturbed(NetworkLab lab, string gallery, string[] options, Transport transport, bool ipv6)
    {
        const int Attempts = 3;
        for (int attempt = 1; ; attempt++)
        {
            TrafficComparison comparison = Send(lab, gallery, options, transport, ipv6);
            if (comparison.Verdict != TrafficVerdict.Differs || attempt == Attempts) return comparison;
        }
    }

    private TrafficComparison Send(NetworkLab lab, string kind, string[] options, Transport transport, bool ipv6)
    {
        int[] sizes = kind switch
        {
            "small" => [20_000, 30_000, 999],
            "one" => [500_000],
            "many" => [.. Enumerable.Range(0, 120).Select(static i => 1000 + (i * 37))],
            _ => [4_000_000, 3_100_000],
        };
        string gallery = Path.Combine(_folder, kind);
        if (!Directory.Exists(gallery)) TestGallery.Write(Directory.CreateDirectory(gallery).FullName, sizes);
        string[] to = transport switch
        {
            Transport.Broadcast => ["10.77.0.255"],
            Transport.Multicast => [ipv6 ? "ff15::77" : "239.1.1.7"],
            _ => [.. lab.Hosts.Skip(1).Select(host => ipv6 ? host.IPv6 : host.IPv4)],
        };
        string file = Path.Combine(_folder, $"{Guid.NewGuid():N}.pcap");
        using var capture = PeerProcess.Gallery(lab[0], "capture", file, "--transport", transport.ToString(), "--to", string.Join(',', to));
        capture.WaitForReady();
        using var sender = PeerProcess.Gallery(
            lab[0],
            ["send", gallery, "--protocol", "flute", "--transport", transport.ToString(), "--to", string.Join(',', to), "--outbound-ip", ipv6 ? lab[0].IPv6 : lab[0].IPv4, .. options]);
        Assert.True(sender.WaitForExit() == 0, $"{sender.Errors}{string.Join('\n', sender.Lines)}");
        capture.Terminate();
        Assert.True(capture.WaitForExit() == 0, $"{capture.Errors}{string.Join('\n', capture.Lines)}");
        TrafficEstimate estimate = Fixture.Estimate(
            gallery,
            new EstimateOptions
            {
                Protocol = [Protocol.Flute],
                Transport = [transport],
                Receivers = 2,
                IPv6 = ipv6,
                Mtu = Value("--mtu") is { } mtu ? int.Parse(mtu, CultureInfo.InvariantCulture) : null,
                Flute = new FluteEstimateOptions
                {
                    Redundancy = Value("--redundancy") is { } percent ? double.Parse(percent, CultureInfo.InvariantCulture) : null,
                    Repeat = Value("--repeat") is null ? 0 : 1,
                    Fec = Value("--fec") is null ? Fec.RaptorQ : Fec.None,
                    BitRate = Value("--bit-rate") is { } rate ? BitRate.Parse(rate) : null,
                    FluteVersion = Value("--flute-version") is null ? 2 : 1,
                    Authenticated = Value("--passphrase") is not null,
                },
            });
        return TrafficComparer.Compare(estimate, file, new ComparisonOptions { Port = 25000 });

        string? Value(string name) => Array.IndexOf(options, name) is >= 0 and var at ? options[at + 1] : null;
    }
}
