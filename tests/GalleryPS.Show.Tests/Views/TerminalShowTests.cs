using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GalleryPS.TestSupport;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Tests.Views;

/// <summary><c>gallery show</c> in pseudo-terminals that answer as real ones do.</summary>
public sealed partial class TerminalShowTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    public TerminalShowTests()
    {
        File.WriteAllBytes(Path.Combine(_folder, "a.png"), Pictures.Png(Pictures.Of(60, 40, (_, _) => (255, 0, 0, 255))));
        File.WriteAllBytes(Path.Combine(_folder, "b.jpg"), Pictures.Jpeg(Pictures.Photo(640, 480)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void XtermWithoutGraphicsGetsBlocks()
    {
        ScreenRun run = ScreenRun.Gallery("xterm", [], "TERM=xterm-256color", "show", _folder, "--interval", "0.2");
        Assert.Equal(0, run.Code);
        run.IsLeftInOrder();
        Assert.Contains("▀", run.Output, StringComparison.Ordinal);
        Assert.Contains("\e[48;5;", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e_Ga=T", run.Output, StringComparison.Ordinal);
        Assert.Contains($"Image 0 at host {Environment.MachineName}  a.png", run.Output, StringComparison.Ordinal);

        // The results come after the show, in the normal screen.
        Assert.Matches(@"0\s+[\d,]+ bytes  Png  60x40  a\.png", run.Output[run.Output.LastIndexOf("\e[?1049l", StringComparison.Ordinal)..]);
    }

    [Theory]
    [InlineData("an evening at the harbour, with a very long name that somebody gave to a photograph.png")]
    [InlineData("\u6E2F\u306E\u5915\u66AE\u306E\u3068\u3066\u3082\u9577\u3044\u540D\u524D\u306E\u3064\u3044\u305F\u5199\u771F\u306E\u30D5\u30A1\u30A4\u30EB\u3067\u3059.png")]
    [InlineData("\u05E2\u05E8\u05D1 \u05D1\u05E0\u05DE\u05DC \u05E2\u05DD \u05E9\u05DD \u05D0\u05E8\u05D5\u05DA \u05DE\u05D0\u05D5\u05D3 \u05E9\u05E0\u05EA\u05DF \u05DE\u05D9\u05E9\u05D4\u05D5 \u05DC\u05EA\u05DE\u05D5\u05E0\u05D4.png")]
    public void ALongNameGivesWayAndWhatStandsBesideItStays(string name)
    {
        string file = Path.Combine(_folder, name);
        File.Copy(Path.Combine(_folder, "a.png"), file);
        var terminal = new Terminal
        {
            Name = "test",
            Graphics = TerminalGraphics.Blocks,
            Colors = TerminalColors.TrueColor,
            IsTerminal = true,
            Columns = 72 + Environment.MachineName.Length,
            Rows = 24,
            CellWidth = 9,
            CellHeight = 18,
            CellSizeKnown = true,
        };
        using var screen = new StringWriter();
        using (var show = new TerminalSlideshow(terminal, TerminalGraphics.Blocks, TimeSpan.Zero, screen, keys: null)) Assert.Null(show.Show(GalleryItem.FromFile(file, 0), TestContext.Current.CancellationToken));
        string all = screen.ToString(), begin = "\e[24;1H\e[2m";
        int from = all.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        string caption = all[from..all.IndexOf("\e[0m", from, StringComparison.Ordinal)];
        Assert.Matches($"^Image 0 at host {Regex.Escape(Environment.MachineName)}  .{{8,}}\u2026  [0-9,]+ bytes  Png 60x40$", caption);
        Assert.InRange(TerminalText.Columns(caption), terminal.Columns - 1, terminal.Columns);
    }

    [Fact]
    public void KittyGetsKittyGraphicsAndLosesThemAgain()
    {
        ScreenRun run = ScreenRun.Gallery("kitty", [], "TERM=xterm-256color", "show", _folder, "--interval", "0.2");
        Assert.Equal(0, run.Code);
        run.IsLeftInOrder();
        Assert.Contains("\e_Ga=T,q=2,f=24,o=z,s=60,v=40,c=7,r=3,C=1,", run.Output, StringComparison.Ordinal);
        Assert.Contains("s=640,v=480,", run.Output, StringComparison.Ordinal);
        Assert.True(run.Output.LastIndexOf("\e_Ga=d", StringComparison.Ordinal) > run.Output.LastIndexOf("\e_Ga=T", StringComparison.Ordinal));
    }

    [Fact]
    public void ITermGetsInlineImages()
    {
        ScreenRun run = ScreenRun.Gallery("iterm", [], "TERM=xterm-256color", "show", _folder, "--interval", "0.2");
        run.IsLeftInOrder();
        Assert.Equal(2, run.Count("\e]1337;File=inline=1"));
    }

    [Fact]
    public void SixelTerminalGetsSixelThatFitsItsWindow()
    {
        ScreenRun run = ScreenRun.Gallery("sixel", ["--size", "40x12"], "TERM=foot", "show", _folder, "--interval", "0.2");
        run.IsLeftInOrder();
        MatchCollection sizes = SixelSize().Matches(run.Output);
        Assert.Equal(["60;40", "240;180"], sizes.Select(static m => m.Groups["size"].Value));
    }

    [Fact]
    public void SilentTerminalGetsWhatTheEnvironmentPromises()
    {
        ScreenRun run = ScreenRun.Gallery("none", [], "TERM=xterm COLORTERM=truecolor", "show", _folder, "--interval", "0.2");
        run.IsLeftInOrder();
        Assert.Contains("\e[48;2;255;0;0m", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void NoColorMeansNoColor()
    {
        ScreenRun run = ScreenRun.Gallery("xterm", [], "TERM=xterm-256color NO_COLOR=1", "show", _folder, "--interval", "0.2");
        run.IsLeftInOrder();
        Assert.DoesNotMatch(@"\x1b\[[34]8[;m]|\x1b\[[349][0-7]m", run.Output);
        Assert.Contains("@", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void GraphicsCanBeNamed()
    {
        ScreenRun run = ScreenRun.Gallery("kitty", [], "TERM=xterm-256color", "show", Path.Combine(_folder, "a.png"), "--as", "terminal", "--graphics", "sixel", "--interval", "0.1");
        run.IsLeftInOrder();
        Assert.Contains("\eP0;1q", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e_Ga=T", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"\x03", 1)]
    [InlineData("q", 0)]
    public void ShowCanBeLeftAtAnyTime(string key, int code)
    {
        ScreenRun run = ScreenRun.Gallery("kitty", ["--type", $"Image 0 at host:{key}"], "TERM=xterm-256color", "show", _folder, "--interval", "60");
        Assert.True(run.Code == code, $"It ended with {run.Code?.ToString(CultureInfo.InvariantCulture) ?? "nothing"} after {run.SecondsAfterTyping} s, and wrote: {run.Output}");
        run.IsLeftInOrder();
        Assert.InRange(run.SecondsAfterTyping!.Value, 0, 5);
    }

    [Fact]
    public void KeysStepBackAndForth()
    {
        ScreenRun run = ScreenRun.Gallery(
            "kitty", ["--type", @"Image 0 at host:n", "--type", @"Image 1 at host:\x1b[D", "--type", "Image 0 at host:n", "--type", "Image 1 at host:n"],
            "TERM=xterm-256color", "show", _folder, "--interval", "60");
        Assert.Equal(0, run.Code);
        run.IsLeftInOrder();
        Assert.Equal((2, 2), (run.Count("Image 0 at host"), run.Count("Image 1 at host")));
    }

    [Fact]
    public void AnimatedImagesRun()
    {
        using var gif = new Image<Rgba32>(20, 10, new Rgba32(255, 0, 0));
        gif.Frames.AddFrame(new Image<Rgba32>(20, 10, new Rgba32(0, 255, 0)).Frames.RootFrame);
        gif.Frames.AddFrame(new Image<Rgba32>(20, 10, new Rgba32(0, 0, 255)).Frames.RootFrame);
        foreach (ImageFrame frame in gif.Frames) frame.Metadata.GetGifMetadata().FrameDelay = 15;
        string path = Path.Combine(_folder, "c.gif");
        gif.Save(path, new GifEncoder());
        ScreenRun run = ScreenRun.Gallery("none", [], "TERM=xterm COLORTERM=truecolor", "show", path, "--interval", "0.1");
        run.IsLeftInOrder();
        string[] colors = ["\e[48;2;255;0;0m", "\e[48;2;0;255;0m", "\e[48;2;0;0;255m"];
        Assert.All(colors, color => Assert.Contains(color, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void BrokenImageDoesNotStopTheShowAndIsToldAfterwards()
    {
        File.WriteAllBytes(Path.Combine(_folder, "a-bomb.png"), Pictures.PngBomb(30_000, 30_000));
        File.WriteAllText(Path.Combine(_folder, "a-text.png"), "no image");
        ScreenRun run = ScreenRun.Gallery("kitty", [], "TERM=xterm-256color", "show", _folder, "--interval", "0.1");
        Assert.Equal(1, run.Code);
        run.IsLeftInOrder();
        Assert.Equal(2, run.Count("\e_Ga=T"));
        string after = run.Output[run.Output.LastIndexOf("\e[?1049l", StringComparison.Ordinal)..];
        Assert.Contains("error TooManyPixels", after, StringComparison.Ordinal);
        Assert.Contains("error NotAnImage", after, StringComparison.Ordinal);
    }

    [Fact]
    public void RedirectedOutputIsNeverAskedAnything()
    {
        byte[] output = Tools.Run(
            "dotnet", "dotnet", [], Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "show", _folder, "--as", "terminal");
        string text = Encoding.UTF8.GetString(output);
        Assert.DoesNotContain("\e", text, StringComparison.Ordinal);
        Assert.Contains($"Image 1 at host {Environment.MachineName}  b.jpg", text, StringComparison.Ordinal);
    }

    /// <summary>tmux is a terminal that really draws: what is on its screen afterwards is compared with the image.</summary>
    [Fact]
    public void TmuxShowsTheImage()
    {
        if (Tools.Find("tmux") is null) Assert.Skip("tmux is not installed (Debian's package tmux).");
        string socket = $"gallery-{Guid.NewGuid():N}";
        string command = $"env -u NO_COLOR -u DISPLAY COLORTERM=truecolor dotnet {Path.Combine(AppContext.BaseDirectory, "gallery.dll")} show {Path.Combine(_folder, "a.png")} --as terminal --graphics blocks --interval 60";
        Tools.Run("tmux", "tmux", [], "-L", socket, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command);
        try
        {
            string screen = "";
            var patience = System.Diagnostics.Stopwatch.StartNew();
            while (!screen.Contains("Image 0 at host", StringComparison.Ordinal) && patience.Elapsed < TimeSpan.FromSeconds(30))
            {
                screen = Encoding.UTF8.GetString(Tools.Run("tmux", "tmux", [], "-L", socket, "capture-pane", "-e", "-p", "-N"));
            }

            // 60 x 40 pixels are 60 columns and 20 rows of half blocks, which in one colour are spaces.
            string[] red = [.. screen.Split('\n').Where(static line => line.Contains("\e[48;2;255;0;0m", StringComparison.Ordinal))];
            Assert.Equal(20, red.Length);
            Assert.All(red, line => Assert.Contains(new string(' ', 60), line, StringComparison.Ordinal));
        }
        finally
        {
            Tools.Run("tmux", "tmux", [], "-L", socket, "kill-server");
        }
    }

    [GeneratedRegex(@"\x1bP0;1q""1;1;(?<size>\d+;\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SixelSize();
}
