using GalleryPS.Operations;
using GalleryPS.TestSupport;

namespace GalleryPS.Show.Tests.Views;

/// <summary>What a show and an export hand out.</summary>
public sealed class ShowTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void BrowserAndPageWork()
    {
        PagePictures.Folder(_folder, 3);
        using GalleryShow show = GalleryShow.Open(new ShowOptions { As = GalleryView.Browser, NoBrowser = true });
        List<GalleryEvent> events = [.. show.Begin(TestContext.Current.CancellationToken)];
        foreach (string file in ImageFiles.Find([_folder])) events.AddRange(show.Add(file, TestContext.Current.CancellationToken));
        events.AddRange(show.End(TestContext.Current.CancellationToken));
        Assert.StartsWith("http://localhost:", Assert.IsType<ShowReadyEvent>(events[0]).Url);
        Assert.Equal([0, 1, 2], events.OfType<ShownEvent>().Select(static e => e.Image.Index));
        Assert.All(events.OfType<ShownEvent>(), e => Assert.Equal((GalleryView.Browser, 320, 200), (e.Image.View, e.Image.Width, e.Image.Height)));
    }

    [Fact]
    public void AnExportTellsWhatIsBrokenAndWhatItWrote()
    {
        PagePictures.Folder(_folder, 2);
        string broken = Path.Combine(_folder, "zz.png");
        File.WriteAllText(broken, "no image");
        string page = Path.Combine(_folder, "page.html");
        List<ImageInput> inputs = [.. ImageFiles.Find([_folder]).Select(static f => ImageInput.FromFile(f))];
        GalleryEvent[] events = [.. new ExportOperation(new ExportOptions { OutputPath = page }).Run(inputs, TestContext.Current.CancellationToken)];
        Assert.Equal(ErrorIds.NotAnImage, Assert.IsType<ErrorEvent>(events[0]).Error.Id);
        Assert.Equal(new ExportedEvent(page, new FileInfo(page).Length, 3), events[^1]);
        Assert.Empty(new ExportOperation(new ExportOptions { OutputPath = page, Force = true }).Run([], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void AnExportThatIsCancelledLeavesNothing()
    {
        PagePictures.Folder(_folder, 1);
        File.WriteAllText(Path.Combine(_folder, "aa.png"), "no image");
        string page = Path.Combine(_folder, "page.html");
        using var stop = new CancellationTokenSource();
        IEnumerable<GalleryEvent> events = new ExportOperation(new ExportOptions { OutputPath = page })
            .Run(ImageFiles.Find([_folder]).Select(static f => ImageInput.FromFile(f)), stop.Token);
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => events.ToList());
        Assert.Empty(Directory.GetFiles(_folder, "*.part"));
        Assert.False(File.Exists(page));
    }

    [Fact]
    public void PageIsWrittenToTheTemporaryFolderAndSaysWhere()
    {
        PagePictures.Folder(_folder, 2);
        using GalleryShow show = GalleryShow.Open(new ShowOptions { As = GalleryView.Html, NoBrowser = true });
        List<GalleryEvent> events = [.. show.Begin(TestContext.Current.CancellationToken)];
        foreach (string file in ImageFiles.Find([_folder])) events.AddRange(show.Add(file, TestContext.Current.CancellationToken));
        Assert.Empty(events);
        events.AddRange(show.End(TestContext.Current.CancellationToken));
        string path = events.OfType<ShowReadyEvent>().Single().Path!;
        try
        {
            Assert.Equal(2, events.OfType<ShownEvent>().Count());
            Assert.Contains("data:image/png;base64,", File.ReadAllText(path), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ExportWritesWholeFilesOnly()
    {
        PagePictures.Folder(_folder, 2);
        string path = Path.Combine(_folder, "page.html");
        List<GalleryItem> items = [.. ImageFiles.Find([_folder]).Select(static (file, index) => GalleryItem.FromFile(file, index))];
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => GalleryExport.Write(items, new ExportOptions { OutputPath = path }, null, _ => stop.Cancel(), stop.Token));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        Assert.Equal(path, GalleryExport.Write(items, new ExportOptions { OutputPath = path }, cancellationToken: TestContext.Current.CancellationToken).FullName);
        GalleryException e = Refused(new ExportOptions { OutputPath = path });
        Assert.Equal((ErrorIds.CannotWriteExport, GalleryErrorCategory.ResourceExists), (e.Id, e.Category));
        GalleryExport.Check(new ExportOptions { OutputPath = path, Force = true });
        Assert.Equal(ErrorIds.CannotWriteExport, Assert.Throws<GalleryException>(() =>
            GalleryExport.Write(items, new ExportOptions { OutputPath = Path.Combine(_folder, "nowhere", "page.html") }, cancellationToken: TestContext.Current.CancellationToken)).Id);
        Assert.Equal(3, Directory.GetFiles(_folder).Length);
    }

    [Theory]
    [InlineData("gallery", null)]
    [InlineData("gallery.txt", null)]
    [InlineData("gallery.png", ExportKind.Animation)]
    [InlineData("gallery.html", ExportKind.ContactSheet)]
    public void ExtensionAndKindHaveToAgree(string name, ExportKind? kind) =>
        Assert.Equal(ErrorIds.InvalidOptions, Refused(new ExportOptions { OutputPath = Path.Combine(_folder, name), As = kind }).Id);

    [Theory]
    [InlineData("a.HTM", null, ExportKind.Html)]
    [InlineData("a.txt", ExportKind.Html, ExportKind.Html)]
    public void ExtensionDecidesUnlessTheKindIsNamed(string name, ExportKind? kind, ExportKind expected) =>
        Assert.Equal(expected, GalleryExport.Check(new ExportOptions { OutputPath = Path.Combine(_folder, name), As = kind }).Kind);

    private static GalleryException Refused(ExportOptions options) => Assert.Throws<GalleryException>(() => GalleryExport.Check(options));
}
