using GalleryPS.Show.Live;
using GalleryPS.TestSupport;

namespace GalleryPS.Show.Tests.Views;

/// <summary>The live page with small versions from the image library, in a real Chromium.</summary>
public sealed class LiveWithThumbnailsTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FilmstripHasThumbnailsAndTiffIsShown()
    {
        if (Browser.Missing is { } missing) Assert.Skip(missing);
        File.WriteAllBytes(Path.Combine(_folder, "a.jpg"), Pictures.Jpeg(Pictures.Photo(1200, 800)));
        File.Copy(Pictures.Fixture("tiff-little-endian.tif"), Path.Combine(_folder, "b.tif"));
        File.WriteAllBytes(Path.Combine(_folder, "c.png"), Pictures.PngBomb(30_000, 30_000));
        byte[] broken = Pictures.Png(Pictures.Photo(100, 100));
        broken.AsSpan(50, 2000).Clear();
        File.WriteAllBytes(Path.Combine(_folder, "d.png"), broken);
        using LiveServer server = LiveServer.Start(TimeSpan.FromMilliseconds(500));
        int index = 0;
        foreach (string file in ImageFiles.Find([_folder])) server.Add(GalleryItem.FromFile(file, index++));
        server.End();
        using Browser browser = await Browser.StartAsync();
        await browser.GoAsync(server.Url.ToString());
        await browser.UntilAsync("document.querySelector('#strip img')?.naturalWidth === 128");
        await browser.UntilAsync("document.title.startsWith('Image 1 ') && document.getElementById('image').naturalWidth === 523");
        await browser.UntilAsync("document.getElementById('reason').innerText.includes('claims to be 30000 x 30000 pixels')");
        await browser.UntilAsync("document.title.startsWith('Image 3 ') && document.getElementById('reason').innerText.includes('cannot')");
        await browser.UntilAsync("document.title.startsWith('Image 0 ') && document.getElementById('image').naturalWidth === 1200");
    }

    [Fact, Trait("Category", "Long")]
    public async Task FiveHundredImagesStayBelow300Megabytes()
    {
        if (Browser.Missing is { } missing) Assert.Skip(missing);
        for (int i = 0; i < 10; i++) File.WriteAllBytes(Path.Combine(_folder, $"{i}.jpg"), Pictures.Jpeg(Pictures.Photo(2000, 1500, seed: i), 75));
        string[] files = Directory.GetFiles(_folder);
        using LiveServer server = LiveServer.Start(TimeSpan.FromMilliseconds(60));
        using Browser browser = await Browser.StartAsync(watch: false);
        await browser.GoAsync(server.Url.ToString());
        await browser.UntilAsync("document.getElementById('status').textContent === 'Live'");
        long empty = browser.RendererMemory(), most = 0;
        for (int i = 0; i < 500; i++) server.Add(GalleryItem.FromFile(files[i % files.Length], i));

        // Through all of them, so that every thumbnail and every full image was on the screen.
        for (int i = 24; i < 500; i += 25)
        {
            await browser.UntilAsync($"parseInt(document.title.slice(6)) >= {i}", TimeSpan.FromMinutes(2));
            most = Math.Max(most, browser.RendererMemory());
        }

        await browser.UntilAsync("document.title.startsWith('Image 499 ') && document.getElementById('image').complete", TimeSpan.FromMinutes(2));
        most = Math.Max(most, browser.RendererMemory());
        output.WriteLine($"The page's process has {empty >> 20} MB when empty, at most {most >> 20} MB on its way through 500 images of 2000 x 1500, {browser.RendererMemory() >> 20} MB at the end.");
        Assert.True(most > 0 && most < 300L << 20, $"{most >> 20} MB");
    }
}
