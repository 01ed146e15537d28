using System.Diagnostics;
using GalleryPS.Images;
using GalleryPS.Images.Storage;

namespace GalleryPS.Tests.Images;

public class ImageStoreTests
{
    private static readonly byte[] Image = Fixture.Read("jpeg-baseline.jpg");

    [Fact]
    public void AnImageIsStoredUnderItsNameInADirectoryThatIsMade()
    {
        using var folder = new TemporaryFolder();
        var store = new ImageStore(folder["a/b"]);
        Assert.Equal(folder["a/b"], store.FullPath);
        Assert.Equal(folder["a/b/photo.jpg"], store.Store(Image, "photo.jpg"));
        Assert.Equal(Image, File.ReadAllBytes(folder["a/b/photo.jpg"]));
        Assert.Single(Directory.GetFileSystemEntries(folder["a/b"]));
    }

    [Fact]
    public void UntilTheCommitThereIsOnlyAPart()
    {
        using var folder = new TemporaryFolder();
        using ImageWriter writer = new ImageStore(folder.FullPath).Create();
        writer.Write(Image);
        Assert.Matches(@"^\.gallery-[0-9]+-[0-9a-f]{16}\.part$", Assert.Single(folder.Names()));
        Assert.Equal(folder["photo.jpg"], writer.Commit("photo.jpg"));
        Assert.Equal(["photo.jpg"], folder.Names());
        Assert.Throws<ObjectDisposedException>(() => writer.Commit("again.jpg"));
    }

    [Fact]
    public void WithoutACommitNothingIsLeft()
    {
        using var folder = new TemporaryFolder();
        using (ImageWriter writer = new ImageStore(folder.FullPath).Create())
            writer.Write(Image);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task PartsMayComeInAnyOrderAndBeReadBack()
    {
        using var folder = new TemporaryFolder();
        await using ImageWriter writer = new ImageStore(folder.FullPath).Create();
        writer.SetLength(Image.Length);
        writer.Position = 100;
        await writer.WriteAsync(Image.AsMemory(100), TestContext.Current.CancellationToken);
        writer.Seek(0, SeekOrigin.Begin);
        await new MemoryStream(Image[..100]).CopyToAsync(writer, TestContext.Current.CancellationToken);
        writer.Position = 0;
        Assert.True(ImageHeader.TryRead(writer, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 523, 307), info);
        Assert.Equal(Image, File.ReadAllBytes(writer.Commit("x.jpg")));
    }

    [Fact]
    public void ACancelledWriteLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using (ImageWriter writer = new ImageStore(folder.FullPath).Create())
        {
            using var cancelled = new CancellationTokenSource();
            cancelled.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(
                () => writer.WriteAsync(Image, cancelled.Token).AsTask().GetAwaiter().GetResult());
        }

        Assert.Empty(folder.Names());
    }

    [Fact]
    public void ATakenNameIsNumbered()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("photo.jpg", "photo-3.jpg", "photo-5.jpg/inside");
        var store = new ImageStore(folder.FullPath);
        string[] stored = [.. Enumerable.Range(0, 4).Select(_ => Path.GetFileName(store.Store(Image, "photo.jpg"))!)];
        Assert.Equal(["photo-2.jpg", "photo-4.jpg", "photo-6.jpg", "photo-7.jpg"], stored);
        Assert.Equal([1], File.ReadAllBytes(folder["photo.jpg"]));
    }

    [Fact]
    public void ForceReplaces()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("photo.jpg");
        var store = new ImageStore(folder.FullPath, force: true);
        Assert.Equal(folder["photo.jpg"], store.Store(Image, "photo.jpg"));
        Assert.Equal(Image, File.ReadAllBytes(folder["photo.jpg"]));
        Assert.Equal(["photo.jpg"], folder.Names());
    }

    [Fact]
    public void ForceReplacesWhatWasThereBeforeAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["photo.jpg"], "old");
        File.WriteAllText(folder["photo-2.jpg"], "old");
        var store = new ImageStore(folder.FullPath, force: true);
        string[] paths = [.. Enumerable.Range(0, 3).Select(i => store.Store([(byte)i], "photo.jpg"))];
        Assert.Equal([folder["photo.jpg"], folder["photo-2.jpg"], folder["photo-3.jpg"]], paths);
        Assert.Equal([0, 1, 2], paths.Select(static p => (int)File.ReadAllBytes(p).Single()));

        // A name of its own that looks like a numbered one.
        Assert.Equal(folder["photo-3-2.jpg"], store.Store([3], "photo-3.jpg"));
    }

    [Fact]
    public void ForceDoesNotReplaceADirectory()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("photo.jpg/inside");
        Assert.Equal(folder["photo-2.jpg"], new ImageStore(folder.FullPath, force: true).Store(Image, "photo.jpg"));
        Assert.True(File.Exists(folder["photo.jpg/inside"]));
    }

    [Fact]
    public async Task ParallelWritersLoseNothing()
    {
        const int Writers = 8;
        const int Each = 100;
        using var folder = new TemporaryFolder();

        // Each writer has its own store, as other processes would: only the file system decides who gets a name.
        string[][] stored = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            var store = new ImageStore(folder.FullPath);
            return Enumerable.Range(0, Each).Select(i => store.Store([(byte)writer, (byte)i], "photo.jpg")).ToArray();
        })));
        Assert.Equal(Writers * Each, stored.SelectMany(paths => paths).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Writers * Each, folder.Names().Length);
        for (int writer = 0; writer < Writers; writer++)
        {
            for (int i = 0; i < Each; i++)
                Assert.Equal([(byte)writer, (byte)i], File.ReadAllBytes(stored[writer][i]));
        }
    }

    [Theory]
    [InlineData("link")]
    [InlineData("reserve")]
    public void BothWaysToRenameWithoutOverwritingWork(string way)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows renames without overwriting by itself");
        using var folder = new TemporaryFolder();
        folder.Touch("from", "taken", "directory/inside");
        File.WriteAllBytes(folder["from"], Image);
        File.CreateSymbolicLink(folder["dangling"], folder["nowhere"]);
        foreach (string taken in new[] { "taken", "directory", "dangling" })
            Assert.False(Move(taken));
        Assert.True(Move("to"));
        Assert.Equal(Image, File.ReadAllBytes(folder["to"]));
        Assert.Equal(["dangling", "directory", "taken", "to"], folder.Names());
        Assert.Equal([1], File.ReadAllBytes(folder["taken"]));

        bool Move(string to) => way == "reserve" || OperatingSystem.IsWindows()
            ? ExclusiveRename.TryReserve(folder["from"], folder[to])
            : ExclusiveRename.TryLink(folder["from"], folder[to]) ?? throw new NotSupportedException("no hard links here");
    }

    [Fact]
    public void AReservedNameIsGivenBackWhenRenamingFails()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => ExclusiveRename.TryReserve(folder["missing"], folder["to"]));
        Assert.Empty(folder.Names());
    }

    [Theory]
    [InlineData("../outside.jpg", "outside.jpg")]
    [InlineData("/outside.jpg", "outside.jpg")]
    [InlineData("sub/../../outside.jpg", "outside.jpg")]
    [InlineData("..", "image")]
    [InlineData("", "image")]
    [InlineData("CON", "_CON")]
    public void NothingIsWrittenOutside(string wanted, string expected)
    {
        using var folder = new TemporaryFolder();
        var store = new ImageStore(folder["in"]);
        Assert.Equal(folder["in/" + expected], store.Store(Image, wanted));
        Assert.Equal(["in"], folder.Names());
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void ALinkOfTheNameDoesNotLeadOutside(bool force, bool dangling)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        if (!dangling) folder.Touch("outside.jpg");
        MakeLinkOrSkip(folder["in/photo.jpg"], folder["outside.jpg"]);
        string path = new ImageStore(folder["in"], force).Store(Image, "photo.jpg");
        Assert.Equal(folder[force ? "in/photo.jpg" : "in/photo-2.jpg"], path);
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.Equal(Image, File.ReadAllBytes(path));
        if (dangling)
            Assert.False(File.Exists(folder["outside.jpg"]));
        else
            Assert.Equal([1], File.ReadAllBytes(folder["outside.jpg"]));
    }

    [Fact]
    public void ALinkToADirectoryIsReplacedByForceNotEntered()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("outside/x", "in/x");
        MakeLinkOrSkip(folder["in/photo.jpg"], folder["outside"]);
        string path = new ImageStore(folder["in"], force: true).Store(Image, "photo.jpg");
        Assert.Equal(folder["in/photo.jpg"], path);
        Assert.Equal(Image, File.ReadAllBytes(path));
        Assert.Equal(["x"], Directory.GetFileSystemEntries(folder["outside"]).Select(entry => Path.GetFileName(entry)!));
    }

    [Fact]
    public void ADirectoryThatCannotBeMadeIsAnError()
    {
        using var folder = new TemporaryFolder();
        folder.Touch("file");
        AssertCannotWrite(() => _ = new ImageStore(folder["file"]), folder["file"]);
        AssertCannotWrite(() => _ = new ImageStore(folder["file/below"]), folder["file/below"]);
        AssertCannotWrite(() => _ = new ImageStore("a\0b"), "a\0b");
        AssertCannotWrite(() => _ = new ImageStore(""), "");
    }

    [Fact]
    public void ADirectoryThatWentAwayIsAnError()
    {
        using var folder = new TemporaryFolder();
        var store = new ImageStore(folder["in"]);
        Directory.Delete(folder["in"]);
        AssertCannotWrite(() => store.Store(Image, "photo.jpg"), folder["in"]);
    }

    [Fact]
    public void ADirectoryThatMayNotBeWrittenToIsAnError()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
            Assert.Skip("a directory can be closed to a user other than root on Unix only");
        using var folder = new TemporaryFolder();
        var store = new ImageStore(folder["in"]);
        folder.SetMode("in", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        AssertCannotWrite(() => store.Store(Image, "photo.jpg"), folder["in"]);
    }

    [Fact]
    public void AFullDiskIsAnErrorThatLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["disk"]);
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !Run("mount", "-t", "tmpfs", "-o", "size=64k", "gallery-test", folder["disk"]))
            Assert.Skip("needs root on Linux and the right to mount a tmpfs");
        try
        {
            var store = new ImageStore(folder["disk"]);
            GalleryException error = AssertCannotWrite(() => store.Store(new byte[1_000_000], "large.jpg"), folder["disk"]);
            Assert.Contains("space", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(folder["disk"]));

            // The next one that fits is stored: nothing of the failure takes up room.
            Assert.Equal(folder["disk/small.jpg"], store.Store(Image, "small.jpg"));
        }
        finally
        {
            Run("umount", folder["disk"]);
        }
    }

    private static GalleryException AssertCannotWrite(Action action, string target)
    {
        GalleryException error = Assert.Throws<GalleryException>(action);
        Assert.Equal(ErrorIds.CannotWriteImage, error.Id);
        Assert.Equal(GalleryErrorCategory.WriteError, error.Category);
        Assert.Equal(target, error.Target);
        Assert.NotEmpty(error.RecommendedAction!);
        return error;
    }

    private static void MakeLinkOrSkip(string link, string target)
    {
        try
        {
            File.CreateSymbolicLink(link, target);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip("this user may not make symbolic links on Windows");
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
