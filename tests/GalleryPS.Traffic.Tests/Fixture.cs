using System.Text.Json;
using GalleryPS.Images;
using GalleryPS.Operations;

namespace GalleryPS.Traffic.Tests;

/// <summary>The committed captures.</summary>
internal static class Fixture
{
    /// <summary>Sizes of the gallery in the captures.</summary>
    public static readonly long[] Sizes = [268, 3992, 512];

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Fixtures");

    public static string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>What tshark counted in a capture when it was made.</summary>
    public static Dictionary<string, long> Expected(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(PathOf("expected.json")));
        return document.RootElement.GetProperty(name).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt64());
    }

    public static IEnumerable<string> Captures() => Directory.EnumerateFiles(Folder)
        .Where(file => Path.GetExtension(file) is ".pcap" or ".pcapng").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    public static CountResult Count(string name, CountOptions? options = null) =>
        CaptureCounter.Count(PathOf(name), options ?? new CountOptions());

    public static List<Packet> Packets(string name, PacketOptions? options = null) =>
        [.. PacketReader.Read(PathOf(name), options ?? new PacketOptions())];

    /// <summary>What is predicted for the images of a folder.</summary>
    public static TrafficEstimate Estimate(string folder, EstimateOptions options) =>
        Assert.IsType<EstimateEvent>(Assert.Single(
            new MeasureOperation(options).Run(ImageFiles.Find([folder], literal: true).Select(static f => ImageInput.FromFile(f)), TestContext.Current.CancellationToken))).Estimates[0];

    public static TrafficEstimate Estimate(Transport transport, int receivers = 1, int? mtu = null, bool ipv6 = false) =>
        TrafficModel.Estimate(
            Sizes.Select(size => new Payload($"{size}", size)),
            new EstimateOptions { Transport = [transport], Receivers = receivers, Mtu = mtu, IPv6 = ipv6 })[0];
}
