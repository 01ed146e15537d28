using GalleryPS.Show.Live;
using GalleryPS.TestSupport;

namespace GalleryPS.Show.Tests.Views;

/// <summary>The live page and the exported one in a real Chromium, without the image library.</summary>
public sealed class BrowserTests(BrowserTests.Shared shared) : IClassFixture<BrowserTests.Shared>, IDisposable
{
    private const string Drawn = "(document.getElementById('image').complete && document.getElementById('image').naturalWidth)";
    private const string StepsAreHidden = "return ['previous', 'next', 'play'].map(b => document.getElementById(b).hidden).join(' ')";
    private const string ArrowRight = "\uE014", ArrowLeft = "\uE012";
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task LivePageShowsImagesAsTheyArrive()
    {
        Browser browser = await shared.GetAsync();
        using LiveServer server = LiveServer.Start(TimeSpan.FromMilliseconds(400));
        await browser.GoAsync(server.Url.ToString());
        await browser.UntilAsync("document.getElementById('status').textContent === 'Live'");
        Assert.Equal("No images yet", await browser.RunAsync<string>("return document.getElementById('empty').innerText"));
        Assert.Equal(1, server.Viewers);

        server.Add(Received(0, 30));
        await browser.UntilAsync($"{Drawn} === 30");
        Assert.Equal($"Image 0 at host {Environment.MachineName}", await browser.RunAsync<string>("return document.title"));
        Assert.Equal("true true true", await browser.RunAsync<string>(StepsAreHidden));
        server.Add(Received(1, 31));
        await browser.UntilAsync($"{Drawn} === 31 && document.title.startsWith('Image 1 ')");
        Assert.Equal("false false false", await browser.RunAsync<string>(StepsAreHidden));
        for (int i = 2; i < 6; i++) server.Add(Received(i, 30 + i));

        // It goes on by itself to the last one, and stays there while more may come.
        for (int i = 2; i < 6; i++) await browser.UntilAsync($"{Drawn} === {30 + i}");
        string facts = await browser.RunAsync<string>("return document.querySelector('figcaption').innerText");
        Assert.Contains("image5.png", facts, StringComparison.Ordinal);
        Assert.Contains("from 192.0.2.7:4001", facts, StringComparison.Ordinal);
        Assert.Contains("35 × 20", facts, StringComparison.Ordinal);
        Assert.Contains("1 datagram", facts, StringComparison.Ordinal);
        string total = await browser.RunAsync<string>("return document.getElementById('total').innerText");
        Assert.Matches(@"^6 images · [\d,]+ bytes · 6 datagrams · 1 sender$", total);

        // A reload and a second viewer see everything.
        await browser.ReloadAsync();
        await browser.UntilAsync("document.querySelectorAll('#strip li').length === 6");
        using (Browser second = await Browser.StartAsync())
        {
            await second.GoAsync(server.Url.ToString());
            await second.UntilAsync("document.querySelectorAll('#strip img').length === 6");
            await second.UntilAsync($"{Drawn} > 0");
            server.Add(Received(6, 36));
            await second.UntilAsync("document.querySelectorAll('#strip li').length === 7");
        }

        await browser.UntilAsync("document.querySelectorAll('#strip li').length === 7");
        server.End();
        await browser.UntilAsync("document.getElementById('status').textContent === 'End of transmission'");
        Assert.Empty(await browser.ConsoleErrorsAsync());
        Assert.All(await browser.RequestsAsync(), url => Assert.StartsWith(server.Url.ToString(), url));
    }

    [Fact]
    public async Task KeysAndClicksStep()
    {
        Browser browser = await shared.GetAsync();
        using LiveServer server = LiveServer.Start(TimeSpan.FromSeconds(60));
        for (int i = 0; i < 4; i++) server.Add(Received(i, 30 + i));
        server.End();
        await browser.GoAsync(server.Url.ToString());
        await browser.UntilAsync("document.querySelectorAll('#strip li').length === 4");
        await browser.PressAsync(ArrowRight);
        await browser.UntilAsync($"{Drawn} === 31");
        await browser.PressAsync(ArrowLeft);
        await browser.PressAsync(ArrowLeft);
        await browser.UntilAsync($"{Drawn} === 33");
        await browser.ClickAsync("#next");
        await browser.UntilAsync($"{Drawn} === 30");
        await browser.ClickAsync("#previous");
        await browser.UntilAsync($"{Drawn} === 33");
        await browser.ClickAsync("#strip li:nth-child(2) button");
        await browser.UntilAsync($"{Drawn} === 31");
        Assert.Equal("true", await browser.RunAsync<string>("return document.querySelector('#strip li:nth-child(2) button').getAttribute('aria-current')"));
        await browser.PressAsync("\uE010");
        await browser.UntilAsync($"{Drawn} === 33");
        await browser.ClickAsync("#play");
        Assert.Equal("Go on", await browser.RunAsync<string>("return document.getElementById('play').getAttribute('aria-label')"));
        Assert.Empty(await browser.ConsoleErrorsAsync());
    }

    [Fact]
    public async Task PausedShowStaysUntilItGoesOn()
    {
        Browser browser = await shared.GetAsync();
        using LiveServer server = LiveServer.Start(TimeSpan.FromMilliseconds(150));
        for (int i = 0; i < 3; i++) server.Add(Received(i, 30 + i));
        server.End();
        await browser.GoAsync(server.Url.ToString());
        await browser.UntilAsync($"{Drawn} === 31");
        await browser.PressAsync(" ");
        await browser.UntilAsync("document.getElementById('play').hasAttribute('data-paused')");
        string title = await browser.RunAsync<string>("return document.title");
        await browser.UntilAsync("(window.t0 ??= performance.now()) + 600 < performance.now()");
        Assert.Equal(title, await browser.RunAsync<string>("return document.title"));
        await browser.PressAsync(" ");
        await browser.UntilAsync($"document.title !== '{title}'");
    }

    [Fact]
    public async Task BrokenImageIsSaidToBeBrokenAndTheShowGoesOn()
    {
        Browser browser = await shared.GetAsync();
        using LiveServer server = LiveServer.Start(TimeSpan.FromMilliseconds(300));
        server.Add(Received(0, 30));
        byte[] broken = PagePictures.Png(300, 200, 1, 2, 3);
        Array.Clear(broken, 40, broken.Length - 40);
        File.WriteAllBytes(Path.Combine(_folder, "broken.png"), broken);
        File.WriteAllBytes(Path.Combine(_folder, "text.png"), "no image"u8.ToArray());
        server.Add(GalleryItem.FromFile(Path.Combine(_folder, "broken.png"), 1));
        server.Add(GalleryItem.FromFile(Path.Combine(_folder, "text.png"), 2));
        server.Add(Received(3, 33));
        await browser.GoAsync(server.Url.ToString());
        await browser.UntilAsync("document.getElementById('reason').offsetParent && document.getElementById('reason').innerText.includes('cannot be decoded')");
        await browser.UntilAsync("document.getElementById('reason').innerText.includes('text.png is not an image of a known format')");
        await browser.UntilAsync($"{Drawn} === 33");
        Assert.Equal(2, await browser.RunAsync<int>("return document.querySelectorAll('#strip .bad').length"));
    }

    [Fact]
    public async Task ExportedPageNeedsNothingButItself()
    {
        Browser browser = await shared.GetAsync();
        PagePictures.Folder(_folder, 4);
        File.WriteAllBytes(Path.Combine(_folder, "zzz.png"), "no image"u8.ToArray());
        string page = Path.Combine(_folder, "page.html");
        var errors = new List<GalleryException>();
        List<GalleryItem> items = [.. ImageFiles.Find([_folder]).Select(static (file, index) => GalleryItem.FromFile(file, index))];
        FileInfo file = GalleryExport.Write(items, new ExportOptions { OutputPath = page, Interval = TimeSpan.FromMilliseconds(250) }, errors.Add);
        Assert.Equal(ErrorIds.NotAnImage, Assert.Single(errors).Id);
        await browser.GoAsync(new Uri(file.FullName).ToString());
        for (int i = 0; i < 4; i++) await browser.UntilAsync($"{Drawn} === 320 && document.title === 'Image {i} at host {Environment.MachineName}'");
        await browser.UntilAsync("document.getElementById('reason').offsetParent");
        await browser.UntilAsync("document.title.startsWith('Image 0 ')");
        await browser.PressAsync(" ");
        await browser.PressAsync(ArrowRight);
        await browser.UntilAsync($"{Drawn} === 320 && document.title.startsWith('Image 1 ')");
        Assert.Empty(await browser.ConsoleErrorsAsync());
        Assert.All(await browser.RequestsAsync(), url => Assert.True(url.StartsWith("data:", StringComparison.Ordinal) || url == new Uri(file.FullName).ToString(), url));
    }

    [Fact]
    public async Task TheTitleOfAnExportStandsOverItsImages()
    {
        Browser browser = await shared.GetAsync();
        PagePictures.Folder(_folder, 1);
        string page = Path.Combine(_folder, "titled.html");
        List<GalleryItem> items = [.. ImageFiles.Find([_folder]).Select(static (file, index) => GalleryItem.FromFile(file, index))];
        FileInfo file = GalleryExport.Write(items, new ExportOptions { OutputPath = page, Title = "<b>Excursion</b>" });
        await browser.GoAsync(new Uri(file.FullName).ToString());
        await browser.UntilAsync("document.title === '<b>Excursion</b>: image 0'");
        Assert.Equal("<b>Excursion</b>: image 0", await browser.RunAsync<string>("return document.getElementById('title').textContent"));
    }

    [Theory]
    [InlineData(360, 740)]
    [InlineData(740, 360)]
    [InlineData(1280, 860)]
    public async Task NothingIsCutOffInAnyWindow(int width, int height)
    {
        Browser browser = await shared.GetAsync(width, height);
        using LiveServer server = LiveServer.Start(TimeSpan.FromSeconds(60));
        for (int i = 0; i < 20; i++) server.Add(Received(i, 900 + i, 500));
        await browser.GoAsync(server.Url.ToString());
        await browser.UntilAsync($"document.querySelectorAll('#strip li').length === 20 && {Drawn} === 900");
        Assert.Equal(width, await browser.RunAsync<int>("return document.documentElement.scrollWidth"));
        Assert.Equal(height, await browser.RunAsync<int>("return document.documentElement.scrollHeight"));
        // The filmstrip follows what is shown.
        await browser.PressAsync("\uE010");
        await browser.UntilAsync($"(b => b.left >= 0 && b.right <= {width} && b.bottom <= {height})(document.querySelector('#strip [aria-current]').getBoundingClientRect()) && {Drawn} === 919");
        foreach (string id in new[] { "title", "image", "previous", "next", "play", "facts", "total" })
        {
            double[] box = await browser.RunAsync<double[]>($"const b = document.getElementById('{id}').getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]");
            Assert.True(box[0] >= 0 && box[1] >= 0 && box[2] <= width + 0.5 && box[3] <= height + 0.5 && box[2] > box[0] && box[3] > box[1], $"{id}: {string.Join(", ", box)}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task PrintingShowsEveryImage(int count)
    {
        Browser browser = await shared.GetAsync();
        using LiveServer server = LiveServer.Start(TimeSpan.FromSeconds(60));
        for (int i = 0; i < count; i++) server.Add(Received(i, 900 + i, 500));
        await browser.GoAsync(server.Url.ToString());
        await browser.UntilAsync($"document.querySelectorAll('#strip li').length === {count} && {Drawn} === 900");
        await browser.PrintAsync();

        // One image is shown large, several as a sheet; nothing is scrolled away, and no button is printed.
        string shown = count == 1 ? "#image" : "#strip img";
        const string boxes = "return [...document.querySelectorAll('{0}')].map(e => e.getBoundingClientRect()).filter(b => b.width > 300 && b.height > 100 && b.left >= 0 && b.right <= innerWidth).length";
        Assert.Equal(count, await browser.RunAsync<int>(boxes.Replace("{0}", shown, StringComparison.Ordinal)));
        Assert.Equal(count > 1, await browser.RunAsync<bool>("return document.documentElement.scrollHeight > innerHeight"));
        Assert.Equal(0, await browser.RunAsync<int>("return document.querySelectorAll('header button, .step, #play').values().filter(e => e.checkVisibility()).toArray().length"));
        Assert.Equal(count == 1, await browser.RunAsync<bool>("return document.getElementById('name').checkVisibility()"));

        // The heading is that of what is on the paper; on the screen it is that of the image there, and the tab keeps it.
        string image = $"Image 0 at host {Environment.MachineName}", gallery = $"Gallery at host {Environment.MachineName}";
        Assert.Equal(
            [image, count == 1 ? image : gallery, image, image],
            await browser.RunAsync<string[]>(
                "const title = () => document.getElementById('title').textContent, seen = [title()]; for (const e of ['beforeprint', 'afterprint']) { dispatchEvent(new Event(e)); seen.push(title()); } return [...seen, document.title]"));
    }

    [Fact]
    public async Task LightAndDarkFollowTheUser()
    {
        string[] backgrounds = new string[2];
        foreach (bool dark in new[] { false, true })
        {
            Browser browser = await shared.GetAsync(dark: dark);
            using LiveServer server = LiveServer.Start(TimeSpan.FromSeconds(60));
            await browser.GoAsync(server.Url.ToString());
            backgrounds[dark ? 1 : 0] = await browser.RunAsync<string>("return getComputedStyle(document.body).backgroundColor");
            await browser.PressAsync("t");
            Assert.NotEqual(backgrounds[dark ? 1 : 0], await browser.RunAsync<string>("return getComputedStyle(document.body).backgroundColor"));
        }

        Assert.NotEqual(backgrounds[0], backgrounds[1]);
    }

    private static GalleryItem Received(int index, int width, int height = 20) =>
        GalleryItem.FromReceived(PagePictures.Received(index, $"image{index}.png", width, height), index);

    /// <summary>One browser for all tests; each begins with an empty page.</summary>
    public sealed class Shared : IDisposable
    {
        private Browser? _browser;

        public async Task<Browser> GetAsync(int width = 1280, int height = 860, bool dark = false)
        {
            if (Browser.Missing is { } missing) Assert.Skip(missing);
            _browser ??= await Browser.StartAsync();
            await _browser.ResetAsync(width, height, dark);
            return _browser;
        }

        public void Dispose() => _browser?.Dispose();
    }
}
