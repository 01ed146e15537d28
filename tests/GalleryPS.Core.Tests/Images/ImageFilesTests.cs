using GalleryPS.Images;

namespace GalleryPS.Tests.Images;

public class ImageFilesTests
{
    [Fact]
    public void AFolderGivesItsImagesInNaturalOrder()
    {
        using var folder = new TemporaryFolder();
        folder.Touch(
            "image10.jpg", "image2.JPG", "Image1.jpeg", "b.png", "a.GIF", "c.bmp", "d.webp", "e.tif", "f.TIFF", "image.jpg",
            "image-2.jpg", "notes.txt", "jpg", "movie.mp4", ".hidden.jpg", "sub/inner.jpg", "sub.jpg/inner.jpg");
        Assert.Equal(
            [
                "a.GIF", "b.png", "c.bmp", "d.webp", "e.tif", "f.TIFF", "image.jpg", "image-2.jpg", "Image1.jpeg", "image2.JPG",
                "image10.jpg",
            ],
            Find(folder, ""));
    }

    [Fact]
    public void PathsKeepTheirOrderAndMayRepeat()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("b.jpg", "a.jpg", "sub/c.jpg");
        Assert.Equal(["b.jpg", "c.jpg", "a.jpg", "b.jpg", "b.jpg"], Find(folder, "b.jpg", "sub", ".", "b.jpg"));
    }

    [Fact]
    public void AFileThatIsNamedIsTakenWhateverItsName()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("photo.raw", ".hidden", "none");
        Assert.Equal(["photo.raw", ".hidden", "none"], Find(folder, "photo.raw", ".hidden", "none"));
    }

    [Theory]
    [InlineData("*", "a1.jpg a2.png a10.jpg b1.JPG")]
    [InlineData("a*", "a1.jpg a2.png a10.jpg")]
    [InlineData("*.jpg", "a1.jpg a10.jpg b1.JPG")]
    [InlineData("A?.*", "a1.jpg a2.png")]
    [InlineData("??.jpg", "a1.jpg b1.JPG")]
    [InlineData("*0*", "a10.jpg")]
    [InlineData(".*", ".c.jpg")]
    public void WildcardsMatchImagesInAnyCase(string pattern, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Touch("a1.jpg", "a10.jpg", "a2.png", "b1.JPG", "a3.txt", ".c.jpg", "ab.jpg/x.jpg");
        Assert.Equal(expected.Split(' '), Find(folder, pattern));
    }

    [Fact]
    public void BracketsAreOrdinaryCharacters()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("photo [1].jpg", "photo 1.jpg");
        Assert.Equal(["photo [1].jpg"], Find(folder, "photo [1].jpg"));
        Assert.Equal(["photo [1].jpg"], Find(folder, "photo [*"));
    }

    [Fact]
    public void AStarInANameIsThatNameFirstAndLiterallyOnly()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no file names with wildcards in them");
        using var folder = new TemporaryFolder();
        folder.Touch("a*.jpg", "ab.jpg");
        Assert.Equal(["a*.jpg"], Find(folder, "a*.jpg"));
        GalleryException error = Assert.Throws<GalleryException>(() => ImageFiles.Find([folder["*.jpg"]], literal: true).ToList());
        Assert.Equal(ErrorIds.NoImagesFound, error.Id);
        Assert.Equal(["a*.jpg"], ImageFiles.Find([folder["a*.jpg"]], literal: true).Select(path => Path.GetFileName(path)!));
    }

    [Theory]
    [InlineData("missing.jpg")]
    [InlineData("missing/*.jpg")]
    [InlineData("*.png")]
    [InlineData("empty")]
    [InlineData("su*/*.jpg")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void APathWithoutImagesIsAnErrorThatNamesIt(string path)
    {
        using var folder = new TemporaryFolder();
        folder.Touch("sub/a.jpg", "empty/readme.txt");
        string asked = path is "" or "a\0b" ? path : folder[path];
        GalleryException error = Assert.Throws<GalleryException>(() => ImageFiles.Find([asked]).ToList());
        Assert.Equal(ErrorIds.NoImagesFound, error.Id);
        Assert.Equal(GalleryErrorCategory.ObjectNotFound, error.Category);
        Assert.Equal(asked, error.Target);
        Assert.NotEmpty(error.RecommendedAction!);
    }

    [Fact]
    public void WithAHandlerTheSearchGoesOn()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("a.jpg", "b.jpg");
        var errors = new List<GalleryException>();
        List<string> found = [.. ImageFiles.Find([folder["a.jpg"], folder["x"], folder["b.jpg"]], onError: errors.Add)];
        Assert.Equal([folder["a.jpg"], folder["b.jpg"]], found);
        Assert.Equal(folder["x"], Assert.Single(errors).Target);
    }

    [Fact]
    public void PathsAreFull()
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, Fixture.Folder);
        Assert.All(ImageFiles.Find([relative]), path => Assert.True(Path.IsPathFullyQualified(path)));
        Assert.Equal(Fixture.All.Count, ImageFiles.Find([relative]).Count());
    }

    [Fact]
    public void AFolderThatMayNotBeReadIsAnErrorOfItsOwn()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
            Assert.Skip("a folder can be closed to a user other than root on Unix only");
        using var folder = new TemporaryFolder();
        folder.Touch("closed/a.jpg");
        folder.SetMode("closed", UnixFileMode.None);
        GalleryException error = Assert.Throws<GalleryException>(() => ImageFiles.Find([folder["closed"]]).ToList());
        folder.SetMode("closed", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(ErrorIds.UnreadableImage, error.Id);
        Assert.Equal(GalleryErrorCategory.PermissionDenied, error.Category);
    }

    private static IEnumerable<string> Find(TemporaryFolder folder, params string[] paths) =>
        ImageFiles.Find(paths.Select(path => folder[path])).Select(path => Path.GetFileName(path)!);
}
