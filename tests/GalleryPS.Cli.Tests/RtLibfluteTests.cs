using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>
/// The example programs of 5G-MAG's rt-libflute, an independent implementation of FLUTE version 1, understand us, and we them.
/// </summary>
public sealed class RtLibfluteTests(Lab lab) : IClassFixture<Lab>
{
    private const string Group = "239.1.1.7", Port = "40085", Tsi = "16";

    // Source blocks of 64 symbols at most: one, several, a symbol that is exactly full, a file within one packet.
    private static readonly int[] Sizes = [200, 1436, 70_000, 700_000, 3_000_000];

    [Theory]
    [InlineData("1500")]
    [InlineData("576")]
    public void ItsReceiverGetsWhatWeSend(string mtu)
    {
        NeedPrograms();
        string gallery = lab.NewGallery(Sizes), folder = lab.NewFolder();
        Receive(gallery, folder, ["--mtu", mtu]);
    }

    [Fact]
    public void ItsReceiverGetsATableOfManyPackets()
    {
        NeedPrograms();
        string gallery = lab.NewGallery([.. Enumerable.Range(0, 150).Select(static i => 300 + i * 20)]), folder = lab.NewFolder();
        Receive(gallery, folder, ["--mtu", "576"]);
    }

    [Fact]
    public void ItsReceiverTakesLongIdentifiers()
    {
        NeedPrograms();
        string gallery = lab.NewGallery(Sizes), folder = lab.NewFolder();
        Receive(gallery, folder, [], tsi: "305419896");
    }

    [Theory]
    [InlineData("-t 1500")]
    [InlineData("-t 576")]
    [InlineData("-n -e -R 2")]
    public void WeGetWhatItsTransmitterSends(string options)
    {
        NeedPrograms();
        string gallery = lab.NewGallery(Sizes), folder = lab.NewFolder();
        Send(gallery, folder, options.Split(' '));
    }

    [Fact]
    public void WeGetATableOfManyPacketsThatShrinksWithEachFile()
    {
        NeedPrograms();
        string gallery = lab.NewGallery([.. Enumerable.Range(0, 60).Select(static i => 300 + i * 100)]), folder = lab.NewFolder();
        Send(gallery, folder, ["-t", "576"]);
    }

    [Fact]
    public void WeGetWhatItCompressed()
    {
        NeedPrograms();

        // Its compressor gives up on more than 16,384 bytes.
        string gallery = lab.NewGallery(200, 3_000, 9_000), folder = lab.NewFolder();
        Send(gallery, folder, ["-g"]);
    }

    [Fact]
    public void NamesAreWhatTheyWereAndPathsAreLeftOut()
    {
        NeedPrograms();
        string gallery = lab.NewFolder(), folder = lab.NewFolder();
        string deep = Directory.CreateDirectory(Path.Combine(gallery, "deep", "er")).FullName;
        string[] names = ["two words.jpg", "ü & 100%.jpg"];
        File.WriteAllBytes(Path.Combine(gallery, names[0]), TestGallery.Jpeg(5_000, seed: 1));
        File.WriteAllBytes(Path.Combine(deep, names[1]), TestGallery.Jpeg(6_000, seed: 2));
        using PeerProcess receiver = Receiver(folder, 2);
        using PeerProcess sender = Transmitter(gallery, [names[0], Path.Combine(deep, names[1])]);
        Expect.Exit(0, receiver);
        Assert.Equal(File.ReadAllBytes(Path.Combine(gallery, names[0])), File.ReadAllBytes(Path.Combine(folder, names[0])));
        Assert.Equal(File.ReadAllBytes(Path.Combine(deep, names[1])), File.ReadAllBytes(Path.Combine(folder, names[1])));
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    private static void NeedPrograms()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        Assert.SkipUnless(
            ((string[])["flute-transmitter", "flute-receiver"]).All(p => folders.Any(f => File.Exists(Path.Combine(f, p)))),
            "the programs flute-transmitter and flute-receiver of rt-libflute are not installed");
    }

    private static void SameNamesAndBytes(string sent, string received)
    {
        Assert.Equal(Names(sent), Names(received));
        foreach (string name in Names(sent))
        {
            Assert.True(File.ReadAllBytes(Path.Combine(sent, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(received, name))), name);
        }
    }

    private static string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    // What there is no event for is looked at until it is so.
    private static void Await(Func<bool> done, PeerProcess process, string what)
    {
        for (long start = Stopwatch.GetTimestamp(); !done(); Thread.Sleep(5))
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < PeerProcess.Patience, $"{what} did not come\n{process.Errors}");
        }
    }

    private void Receive(string gallery, string folder, string[] options, string tsi = Tsi)
    {
        // It joins on the NIC of the default route.
        using PeerProcess receiver = PeerProcess.Start(lab[0], "flute-receiver", ["-i", "0.0.0.0", "-m", Group, "-p", Port, "-T", tsi, "-o", folder]);
        string joined = Convert.ToHexString([.. IPAddress.Parse(Group).GetAddressBytes().Reverse()]);
        Await(() => NetworkLab.Run(lab[0], "cat", "/proc/net/igmp").Contains(joined, StringComparison.Ordinal), receiver, "its join");
        using PeerProcess sender = PeerProcess.Gallery(
            lab[1],
            ["send", gallery, "--protocol", "flute", "--flute-version", "1", "--fec", "none", "--tsi", tsi, "--transport", "multicast", "--to", Group, "--port", Port, "--outbound-ip", "eth0", .. options]);
        Expect.Exit(0, sender);

        // It tells that a file is there, and then writes it.
        long bytes = Directory.GetFiles(gallery).Sum(static f => new FileInfo(f).Length);
        Await(() => Directory.GetFiles(folder).Sum(static f => new FileInfo(f).Length) >= bytes, receiver, "everything");
        SameNamesAndBytes(gallery, folder);
    }

    private void Send(string gallery, string folder, string[] options)
    {
        string[] names = Names(gallery);
        using PeerProcess receiver = Receiver(folder, names.Length);
        using PeerProcess sender = Transmitter(gallery, [.. options, .. names]);
        Expect.Exit(0, receiver);
        SameNamesAndBytes(gallery, folder);
        Assert.Equal(names.Length, receiver.Events("Image").Count);
        foreach (JsonElement image in receiver.Events("Image"))
        {
            Assert.Equal(names[image.GetProperty("Index").GetInt32()], image.GetProperty("Name").GetString());
            Assert.StartsWith(lab[1].IPv4 + ":", image.GetProperty("Source").GetString(), StringComparison.Ordinal);
        }
    }

    // Its transmitter neither calls a table complete nor closes the session: the number of images is what ends ours.
    private PeerProcess Receiver(string folder, int count) => PeerProcess.Gallery(
        lab[0],
        "receive", "--protocol", "flute", "--transport", "multicast", "--address", Group, "--port", Port, "--arrival-ip", "eth0", "-o", folder,
        "--count", count.ToString(CultureInfo.InvariantCulture), "--idle-timeout", "20").WaitForReady();

    // Names in its table are what they are on its command line. 100 Mbit/s, in kbit/s.
    private PeerProcess Transmitter(string folder, string[] arguments) =>
        PeerProcess.Start(lab[1], "env", ["-C", folder, "flute-transmitter", "-m", Group, "-p", Port, "-T", Tsi, "-r", "100000", .. arguments]);
}
