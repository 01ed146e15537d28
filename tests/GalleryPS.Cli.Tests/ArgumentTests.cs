using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>What the command line makes of arguments; nothing here needs rights or hosts.</summary>
public sealed class ArgumentTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    public static TheoryData<string, int, string> Wrong => new()
    {
        { "send", 1, ErrorIds.NoImagesFound },
        { "receive --transport multicast --address 10.1.2.3", 2, ErrorIds.AddressNotMulticast },
        { "send GALLERY --transport multicast --to 10.1.2.3", 2, ErrorIds.AddressNotMulticast },
        { "send GALLERY --to 224.1.1.5", 2, ErrorIds.AddressIsMulticast },
        { "send GALLERY --transport broadcast --to ::1", 2, ErrorIds.AddressFamilyMismatch },
        { "send GALLERY --transport multicast --outbound-ip 203.0.113.77", 2, ErrorIds.AddressNotLocal },
        { "send GALLERY --transport multicast --outbound-ip nosuchnic", 2, ErrorIds.AddressNotLocal },
        { "receive --address 203.0.113.77", 2, ErrorIds.AddressNotLocal },
        { "receive --transport tcp --address 203.0.113.77", 2, ErrorIds.AddressNotLocal },
        { "receive --transport multicast --arrival-ip 203.0.113.77", 2, ErrorIds.AddressNotLocal },
        { "send GALLERY --to 1.2.3", 2, ErrorIds.AddressNotFound },
        { "send GALLERY --to 010.0.0.1", 2, ErrorIds.AddressNotFound },
        { "send GALLERY --to 127.0.0.1:25000", 2, ErrorIds.AddressNotFound },
        { "send GALLERY --to http://127.0.0.1", 2, ErrorIds.AddressNotFound },
        { "receive --address 127.0.0.1:25000", 2, ErrorIds.AddressNotFound },
        { "send GALLERY --port 0", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --port 65536", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --ttl 256 --transport multicast", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --transport carrier-pigeon", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --end-delay soon", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --bit-rate fast", 2, ErrorIds.InvalidOptions },
        { "receive --transport multicast --address ff02::4:25", 2, ErrorIds.InvalidOptions },
        { "receive --senders 0", 2, ErrorIds.InvalidOptions },
        { "receive --count 0", 2, ErrorIds.InvalidOptions },
        { "receive --idle-timeout 0", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --recievers 3", 2, ErrorIds.InvalidOptions },
        { "show GALLERY -x", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --bit-rate 50MBps", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --protocol flute --carousel --repeat 3", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --protocol flute --interval 1", 2, ErrorIds.InvalidOptions },
        { "fly", 2, ErrorIds.InvalidOptions },
        { "send EMPTY", 2, ErrorIds.InvalidOptions },
        { "send --literal-path EMPTY", 1, ErrorIds.NoImagesFound },
        { "send GALLERY --to EMPTY", 2, ErrorIds.InvalidOptions },
        { "send GALLERY --outbound-ip EMPTY", 2, ErrorIds.InvalidOptions },
        { "receive --source EMPTY", 2, ErrorIds.InvalidOptions },
        { "receive --output-directory EMPTY", 2, ErrorIds.InvalidOptions },
        { "count EMPTY", 2, ErrorIds.InvalidOptions },
        { "compare FILE GALLERY --html EMPTY", 2, ErrorIds.InvalidOptions },
        { "message send --path EMPTY", 2, ErrorIds.InvalidOptions },
        { "message receive --sequence-property EMPTY", 2, ErrorIds.InvalidOptions },
        { "serve --name EMPTY", 2, ErrorIds.InvalidOptions },
        { "serve --gallery EMPTY", 2, ErrorIds.InvalidOptions },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void WhatCannotWorkIsToldWithAStableId(string line, int code, string id)
    {
        string gallery = Path.Combine(_folder, "gallery");
        Directory.CreateDirectory(gallery);
        TestGallery.Write(gallery, 1000);
        string empty = Path.Combine(_folder, "empty");
        Directory.CreateDirectory(empty);
        string[] arguments = [.. line.Split(' ').Select(w => w switch { "GALLERY" => gallery, "EMPTY" => "", _ => w })];
        if (line == "send") arguments = ["send", empty];
        using PeerProcess process = PeerProcess.Gallery(null, arguments);
        Expect.Exit(code, process);
        JsonElement error = Expect.Error(process, id);
        Assert.NotEmpty(error.GetProperty("Message").GetString()!);
        Assert.Empty(process.Events("Image"));
    }

    [Fact]
    public void AnAddressThatIsNotLocalComesWithThoseThatAre()
    {
        using PeerProcess process = PeerProcess.Gallery(null, "receive", "--address", "203.0.113.77");
        Expect.Exit(2, process);
        Assert.Contains("127.0.0.1", Expect.Error(process, ErrorIds.AddressNotLocal).GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void OneByteTooManyStaysBehindAndTheOthersGo()
    {
        TestGallery.Write(_folder, 65_507, 65_508, 1000);
        File.WriteAllText(Path.Combine(_folder, "text.jpg"), "no image at all");
        using PeerProcess process = PeerProcess.Gallery(null, "send", _folder, "--to", "127.0.0.1", "--port", "9", "--end-delay", "0");
        Expect.Exit(1, process);
        Assert.Equal([65_507, 1000], process.Events("Image").Select(static e => e.GetProperty("Bytes").GetInt32()));
        JsonElement error = Expect.Error(process, ErrorIds.ImageTooLargeForDatagram);
        Assert.Equal("LimitsExceeded", error.GetProperty("Category").GetString());
        Assert.Contains("65,507", error.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Contains("-Protocol Flute", error.GetProperty("RecommendedAction").GetString(), StringComparison.Ordinal);
        Expect.Error(process, ErrorIds.NotAnImage);
    }

    [Fact]
    public void IPv6CarriesTwentyBytesMore()
    {
        TestGallery.Write(_folder, 65_527, 65_528);
        using PeerProcess process = PeerProcess.Gallery(null, "send", _folder, "--to", "::1", "--port", "9", "--end-delay", "0");
        Expect.Exit(1, process);
        Assert.Equal([65_527], process.Events("Image").Select(static e => e.GetProperty("Bytes").GetInt32()));
        Expect.Error(process, ErrorIds.ImageTooLargeForDatagram);
    }

    [Fact]
    public void DemoSendsOverAllTransportsAndChecks()
    {
        TestGallery.Write(_folder, 10_000, 50_000, 65_507);
        using PeerProcess process = PeerProcess.Gallery(null, "demo", _folder);
        Expect.Exit(0, process);
        Assert.Equal(["Unicast", "Broadcast", "Multicast", "Tcp"], process.Events("Transport").Select(static e => e.GetProperty("Transport").GetString()));
        Assert.All(process.Events("Transport"), static e => Assert.Equal(9, e.GetProperty("Intact").GetInt32()));
    }

    [Fact]
    public void InterfacesListsLoopback()
    {
        using PeerProcess process = PeerProcess.Gallery(null, "interfaces");
        Expect.Exit(0, process);
        Assert.Contains(process.Events("Interface"), static e => e.GetProperty("IPv4").EnumerateArray().Any(static a => a.GetString() == "127.0.0.1"));
    }

    [Fact]
    public void HelpAndVersionAreNoErrors()
    {
        using PeerProcess help = PeerProcess.Gallery(null, "send", "--help");
        Expect.Exit(0, help);
        Assert.Contains(help.Lines, static l => l.Contains("--outbound-ip", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
