using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using GalleryPS.Show.Live;
using GalleryPS.TestSupport;

namespace GalleryPS.Show.Tests.Views;

public sealed class LiveServerTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();
    private readonly LiveServer _server = LiveServer.Start(TimeSpan.FromSeconds(1));
    private readonly HttpClient _http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task OnlyWhoKnowsTheTokenGetsAnything()
    {
        Assert.Matches("^http://localhost:[0-9]+/[0-9a-f]{32}/$", _server.Url.ToString());
        string root = _server.Url.GetLeftPart(UriPartial.Authority);
        Add("a.png");
        foreach (string path in new[] { "/", "/images/0", "/events", $"/{new string('0', 32)}/", _server.Url.AbsolutePath[..^2] + "x/", _server.Url.AbsolutePath.TrimEnd('/'), "/favicon.ico" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri(root + path), Stop)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(_server.Url, Stop)).StatusCode);
        Assert.NotEqual(_server.Url, LiveServerUrl());
    }

    [Fact]
    public async Task ServesNothingButItsPageAndImages()
    {
        Add("a.png");
        byte[] file = await File.ReadAllBytesAsync(Path.Combine(_folder, "a.png"), Stop);
        using HttpResponseMessage image = await _http.GetAsync(new Uri(_server.Url, "images/0"), Stop);
        Assert.Equal("image/png", image.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", image.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(file, await image.Content.ReadAsByteArrayAsync(Stop));
        foreach (string path in new[] { "images/1", "images/-1", "images/0x", "images/99999999999", "images/", "images/0/", "other", "images/..%2f0", "../" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri(_server.Url + path), Stop)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _http.PostAsync(_server.Url, new StringContent("x"), Stop)).StatusCode);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, _server.Url);
        foreign.Headers.Host = "evil.example";
        Assert.False((await _http.SendAsync(foreign, Stop)).IsSuccessStatusCode);
    }

    [Fact]
    public void ListensOnLoopbackOnly()
    {
        IPAddress? other = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static nic => nic.GetIPProperties().UnicastAddresses).Select(static a => a.Address)
            .FirstOrDefault(static a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        if (other is null) Assert.Skip("This machine has no address but loopback.");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => socket.Connect(other!, _server.Url.Port));
    }

    [Fact]
    public async Task EventsTellTheStoryFromWhereTheViewerLeft()
    {
        for (int i = 0; i < 3; i++) Add($"{i}.png");
        _server.End();
        Assert.Equal(["image 0.png", "image 1.png", "image 2.png", "end"], await EventsAsync(null, 4));
        Assert.Equal(["image 2.png", "end"], await EventsAsync("2", 2));
        Assert.Equal(["image 0.png"], await EventsAsync("nonsense", 1));
    }

    [Fact]
    public async Task ViewersThatLeaveAreForgottenAndNobodyWaitsForThem()
    {
        for (int round = 0; round < 5; round++) await EventsAsync(null, 0);
        for (int i = 0; i < 200; i++) Add($"{i}.png");
        Assert.Equal(200, (await EventsAsync(null, 200)).Count);
    }

    [Fact]
    public async Task BeyondTheMostViewersTheNextIsTurnedAway()
    {
        var watching = new List<HttpResponseMessage>();
        try
        {
            for (int i = 0; i <= GalleryLimits.PageViewers; i++) watching.Add(await _http.GetAsync(new Uri(_server.Url, "events"), HttpCompletionOption.ResponseHeadersRead, Stop));
            Assert.All(watching.SkipLast(1), static w => Assert.Equal(System.Net.HttpStatusCode.OK, w.StatusCode));
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, watching[^1].StatusCode);
        }
        finally
        {
            watching.ForEach(static w => w.Dispose());
        }
    }

    [Fact]
    public async Task NamesAreDataAndNeverMarkup()
    {
        string name = "</script><script>alert(1)</script>.png";
        ReceivedImage image = PagePictures.Received(0, name, 8, 8);
        _server.Add(GalleryItem.FromReceived(image, 0));
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(_server.Url, "events"), HttpCompletionOption.ResponseHeadersRead, Stop);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Stop));
        string? line;
        while (!(line = (await reader.ReadLineAsync(Stop))!).StartsWith("data:", StringComparison.Ordinal))
        {
        }

        Assert.DoesNotContain("<", line, StringComparison.Ordinal);
        string page = Path.Combine(_folder, "page.html");
        GalleryPS.Show.Export.GalleryExport.Write([GalleryItem.FromReceived(image, 0)], new ExportOptions { OutputPath = page });
        Assert.DoesNotContain("alert(1)</script>", await File.ReadAllTextAsync(page, Stop), StringComparison.Ordinal);
        Assert.Contains("Content-Security-Policy", await File.ReadAllTextAsync(page, Stop), StringComparison.Ordinal);
    }

    [Fact]
    public void PortThatIsTakenIsSaidToBeTaken() =>
        Assert.Equal(ErrorIds.PortInUse, Assert.Throws<GalleryException>(() => LiveServer.Start(TimeSpan.FromSeconds(1), _server.Url.Port)).Id);

    [Fact]
    public void LargeGalleriesGoToTheDiskAndLeaveNothingBehind()
    {
        var spool = new ItemSpool(maxBytesInMemory: 1000);
        byte[][] images = [.. Enumerable.Range(0, 5).Select(i => TestGallery.Jpeg(600, i))];
        List<Func<Stream>> kept = [.. images.Select(spool.Keep)];
        for (int i = 0; i < 5; i++)
        {
            using Stream stream = kept[i]();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Assert.Equal(images[i], copy.ToArray());
            Assert.Equal(i > 0, stream is FileStream);
        }

        using var file = (FileStream)kept[4]();
        string folder = Path.GetDirectoryName(file.Name)!;
        spool.Dispose();
        Assert.False(Directory.Exists(folder));
    }

    private static Uri LiveServerUrl()
    {
        using LiveServer another = LiveServer.Start(TimeSpan.FromSeconds(1));
        return another.Url;
    }

    private int _next;

    private void Add(string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, PagePictures.Png(10, 10, 1, 2, 3));
        _server.Add(GalleryItem.FromFile(path, _next++));
    }

    private async Task<List<string>> EventsAsync(string? last, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Url, "events"));
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Stop));
        var events = new List<string>();
        string kind = "";
        while (events.Count < count)
        {
            string line = (await reader.ReadLineAsync(Stop))!;
            if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line[7..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            using var json = System.Text.Json.JsonDocument.Parse(line[6..]);
            events.Add(json.RootElement.TryGetProperty("name", out System.Text.Json.JsonElement name) ? $"{kind} {name.GetString()}" : kind);
        }

        return events;
    }
}
