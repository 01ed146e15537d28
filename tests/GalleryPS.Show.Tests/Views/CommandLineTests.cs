using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Show.Tests.Views;

/// <summary><c>gallery</c> as programs use it.</summary>
public sealed class CommandLineTests(ITestOutputHelper output) : IDisposable
{
    private static readonly ImageDecoder Decoder = ImageDecoder.Default;
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("gallery.html", ImageFormat.Unknown)]
    [InlineData("sheet.png", ImageFormat.Png)]
    [InlineData("sheet.jpg", ImageFormat.Jpeg)]
    [InlineData("gallery.gif", ImageFormat.Gif)]
    [InlineData("gallery.webp", ImageFormat.WebP)]
    public void ExportsWhatTheExtensionSays(string name, ImageFormat format)
    {
        for (int i = 0; i < 3; i++) File.WriteAllBytes(Path.Combine(_folder, $"{i}.png"), Pictures.Png(Pictures.Photo(120, 90, seed: i)));
        string path = Path.Combine(_folder, "out", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string[] arguments = ["export", _folder, "--output-path", path, "--interval", "0.5", "--width", "120", "--height", "90"];
        using PeerProcess first = PeerProcess.Gallery(null, arguments);
        Assert.True(first.WaitForExit() == 0, string.Join('\n', first.Lines));
        using JsonDocument summary = JsonDocument.Parse(first.Lines[^1]);
        Assert.Equal(("Summary", path, 3), (summary.RootElement.GetProperty("Event").GetString(), summary.RootElement.GetProperty("Path").GetString(), summary.RootElement.GetProperty("Images").GetInt32()));
        byte[] data = File.ReadAllBytes(path);
        Assert.Equal(data.Length, summary.RootElement.GetProperty("Bytes").GetInt64());
        Assert.Equal(format, ImageHeader.DetectFormat(data));
        if (format is ImageFormat.Gif or ImageFormat.WebP)
        {
            IReadOnlyList<PixelFrame> frames = Decoder.DecodeFrames(name, data);
            Assert.Equal([500, 500, 500], frames.Select(static f => (int)f.Delay.TotalMilliseconds));
        }

        using PeerProcess second = PeerProcess.Gallery(null, arguments);
        Assert.Equal(1, second.WaitForExit());
        Assert.Contains("CannotWriteExport", string.Join('\n', second.Lines), StringComparison.Ordinal);
        using PeerProcess forced = PeerProcess.Gallery(null, [.. arguments, "--force"]);
        Assert.Equal(0, forced.WaitForExit());
    }

    [Fact]
    public async Task ShowSaysItsUrlWhenItIsReady()
    {
        for (int i = 0; i < 3; i++) File.WriteAllBytes(Path.Combine(_folder, $"{i}.png"), Pictures.Png(Pictures.Photo(120, 90, seed: i)));
        using PeerProcess show = PeerProcess.Gallery(null, "show", _folder, "--as", "browser");
        show.WaitForEvent("Image", 3);
        var url = new Uri(show.Events("Ready")[0].GetProperty("Url").GetString()!);
        using var http = new HttpClient();
        Assert.Contains("<title>Gallery at host", await http.GetStringAsync(url, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "1.png")), await http.GetByteArrayAsync(new Uri(url, "images/1"), TestContext.Current.CancellationToken));
        show.Terminate();
        Assert.Equal(0, show.WaitForExit());
    }

    [Fact]
    public async Task ReceiverShowsWhatArrives()
    {
        for (int i = 0; i < 3; i++) File.WriteAllBytes(Path.Combine(_folder, $"{i}.png"), Pictures.Png(Pictures.Photo(120, 90, seed: i)));
        using PeerProcess receiver = PeerProcess.Gallery(null, "receive", "--transport", "tcp", "--port", "0", "--show");
        receiver.WaitForEvent("Ready", 2);
        string port = receiver.Events("Ready")[0].GetProperty("EndPoints")[0].GetString()!.Split(':')[^1];
        var url = new Uri(receiver.Events("Ready")[1].GetProperty("Url").GetString()!);
        using PeerProcess sender = PeerProcess.Gallery(null, "send", _folder, "--transport", "tcp", "--port", port, "--end-delay", "0");
        Assert.Equal(0, sender.WaitForExit());
        receiver.WaitForEvent("Summary");
        using var http = new HttpClient();
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "2.png")), await http.GetByteArrayAsync(new Uri(url, "images/2"), TestContext.Current.CancellationToken));
        receiver.Terminate();
        Assert.Equal(0, receiver.WaitForExit());
    }

    [Fact]
    public void FitSendsWhatWouldNotFit()
    {
        PixelImage original = Pictures.Photo(1600, 1200, 6);
        byte[] file = Pictures.Png(original);
        File.WriteAllBytes(Path.Combine(_folder, "a.png"), file);
        byte[] small = Pictures.Png(Pictures.Photo(60, 40));
        File.WriteAllBytes(Path.Combine(_folder, "b.png"), small);
        string store = Path.Combine(_folder, "received");
        using PeerProcess receiver = PeerProcess.Gallery(null, "receive", "--port", "0", "--output-directory", store, "--idle-timeout", "30");
        receiver.WaitForReady();
        string port = receiver.Events("Ready")[0].GetProperty("EndPoints")[0].GetString()!.Split(':')[^1];
        using PeerProcess sender = PeerProcess.Gallery(null, "send", _folder, "--port", port, "--fit", "--end-delay", "0.1");
        Assert.True(sender.WaitForExit() == 0, string.Join('\n', sender.Lines));
        Assert.Equal(0, receiver.WaitForExit());
        using JsonDocument sent = JsonDocument.Parse(sender.Lines.First(static line => line.Contains("a.png", StringComparison.Ordinal)));
        long bytes = sent.RootElement.GetProperty("Bytes").GetInt64();
        Assert.Equal(file.Length, sent.RootElement.GetProperty("OriginalBytes").GetInt64());
        Assert.InRange(bytes, 1, 65_507);
        string[] files = [.. Directory.GetFiles(store).OrderBy(static f => new FileInfo(f).Length)];
        Assert.Equal(small, File.ReadAllBytes(files[0]));
        Assert.Equal(bytes, new FileInfo(files[1]).Length);
        PixelImage arrived = Decoder.Decode("arrived", File.ReadAllBytes(files[1]));
        double psnr = Pictures.Psnr(Decoder.Decode("original", file, _ => arrived.Size), arrived);
        output.WriteLine($"{file.Length:N0} bytes arrived as {bytes:N0}, {arrived.Size}, PSNR {psnr:0.0} dB");
        Assert.True(psnr > 28, $"{psnr:0.0} dB");
    }

    [Theory]
    [InlineData("send --fit --transport tcp .", "InvalidOptions")]
    [InlineData("show --as terminal .", "InvalidOptions")]
    [InlineData("show --as browser --graphics sixel .", "InvalidOptions")]
    [InlineData("show --interval 0 .", "InvalidOptions")]
    [InlineData("export . -o x.txt", "InvalidOptions")]
    [InlineData("export . -o x.gif --as contactsheet", "InvalidOptions")]
    public void WrongArgumentsAreToldAsSuch(string arguments, string id)
    {
        File.WriteAllBytes(Path.Combine(_folder, "a.png"), Pictures.Png(Pictures.Photo(12, 9)));
        using PeerProcess peer = PeerProcess.Gallery(null, [.. arguments.Split(' ').Select(a => a == "." ? _folder : a)]);
        Assert.Equal(2, peer.WaitForExit());
        Assert.Contains($"\"Id\":\"{id}\"", string.Join('\n', peer.Lines), StringComparison.Ordinal);
    }
}
