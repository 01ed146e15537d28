using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace GalleryPS.Show.Tests.Views;

public class TerminalTests
{
    private static readonly Dictionary<string, string> Kitty = new(StringComparer.Ordinal)
    {
        ["\e_Gi=31"] = "\e_Gi=31;OK\e\\",
        ["\e[>0q"] = "\eP>|kitty(0.32.2)\e\\",
        ["\e[16t"] = "\e[6;20;10t",
        ["\e[c"] = "\e[?62;c",
    };

    private static readonly Dictionary<string, string> Xterm = new(StringComparer.Ordinal)
    {
        ["\e[>0q"] = "\eP>|XTerm(390)\e\\",
        ["\e[14t"] = "\e[4;600;1000t",
        ["\e[c"] = "\e[?64;1;2;4;6;9;15;22c",
    };

    [Fact]
    public void KittyIsAskedAndBelieved()
    {
        Terminal terminal = Detect(Kitty, out TimeSpan time, "TERM=xterm-256color");
        Assert.Equal(TerminalGraphics.Kitty, terminal.Graphics);
        Assert.Equal("kitty(0.32.2)", terminal.Name);
        Assert.Equal((10.0, 20.0, true), (terminal.CellWidth, terminal.CellHeight, terminal.CellSizeKnown));
        Assert.Equal((100, 30), (terminal.Columns, terminal.Rows));
        Assert.Equal(TerminalColors.TrueColor, terminal.Colors);
        Assert.Contains(terminal.Reasons, reason => reason.Contains("answered the test of kitty graphics", StringComparison.Ordinal));
        Assert.True(time < TimeSpan.FromSeconds(2), "The last answer ends the waiting.");
    }

    [Fact]
    public void XtermWithSixelIsAskedAndBelieved()
    {
        Terminal terminal = Detect(Xterm, out _, "TERM=xterm-256color");
        Assert.Equal(TerminalGraphics.Sixel, terminal.Graphics);
        Assert.Equal((true, false, false), (terminal.SupportsSixel, terminal.SupportsKitty, terminal.SupportsITerm));
        Assert.Equal((10.0, 20.0, true), (terminal.CellWidth, terminal.CellHeight, terminal.CellSizeKnown));
    }

    [Fact]
    public void SilentTerminalIsWaitedForNoLongerThanTheTimeout()
    {
        Terminal terminal = Detect([], out TimeSpan time, "TERM=xterm");
        Assert.Equal((TerminalGraphics.Blocks, TerminalColors.Ansi16), (terminal.Graphics, terminal.Colors));
        Assert.False(terminal.CellSizeKnown);
        Assert.InRange(time, TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void TerminalIsLeftAsItWas()
    {
        SkipUnlessLinux();
        using var screen = new PseudoTerminal(Kitty);
        byte[] before = screen.Settings();
        using (UnixPort port = UnixPort.TryOpen(screen.Path)!)
        {
            Assert.NotEqual(before, screen.Settings());
            TerminalDetector.Ask(port, TimeSpan.FromSeconds(10));
            screen.Type("late answers \e[?1;2c");
        }

        Assert.Equal(before, screen.Settings());
    }

    [Fact]
    public void WindowInPixelsGivesTheCell()
    {
        SkipUnlessLinux();
        using var screen = new PseudoTerminal([], 80, 25, 720, 450);
        using UnixPort port = UnixPort.TryOpen(screen.Path)!;
        Terminal terminal = new TerminalDetector(_ => null).Evaluate(new TerminalAnswers(), port.Size!.Value);
        Assert.Equal((9.0, 18.0, true), (terminal.CellWidth, terminal.CellHeight, terminal.CellSizeKnown));
    }

    [Theory]
    [InlineData("NO_COLOR=1;TERM=xterm-kitty;COLORTERM=truecolor", TerminalGraphics.Ascii, TerminalColors.None)]
    [InlineData("TERM=dumb", TerminalGraphics.Ascii, TerminalColors.None)]
    [InlineData("TERM=vt100", TerminalGraphics.Ascii, TerminalColors.None)]
    [InlineData("TERM=linux", TerminalGraphics.Blocks, TerminalColors.Ansi16)]
    [InlineData("TERM=screen-256color", TerminalGraphics.Blocks, TerminalColors.Ansi256)]
    [InlineData("TERM=xterm-256color;COLORTERM=truecolor", TerminalGraphics.Blocks, TerminalColors.TrueColor)]
    [InlineData("TERM=xterm-256color;TERM_PROGRAM=iTerm.app", TerminalGraphics.ITerm, TerminalColors.TrueColor)]
    [InlineData("TERM=xterm-kitty", TerminalGraphics.Kitty, TerminalColors.TrueColor)]
    public void EnvironmentDecidesWhereNothingAnswers(string environment, TerminalGraphics graphics, TerminalColors colors)
    {
        Terminal terminal = Detector(environment).Evaluate(new TerminalAnswers(), new WindowSize(80, 24, 0, 0));
        Assert.Equal((graphics, colors), (terminal.Graphics, terminal.Colors));
        Assert.NotEmpty(terminal.Reasons);
    }

    [Theory]
    [InlineData("TMUX=/tmp/tmux-0/default,1,0;TERM=tmux-256color;KITTY_WINDOW_ID=1", TerminalGraphics.Kitty)]
    [InlineData("TMUX=/tmp/tmux-0/default,1,0;TERM=screen-256color;LC_TERMINAL=iTerm2", TerminalGraphics.ITerm)]
    public void PicturesArePassedThroughTmux(string environment, TerminalGraphics graphics)
    {
        var answers = new TerminalAnswers();
        answers.Feed("\eP>|tmux 3.3a\e\\\e[?1;2c");
        Terminal terminal = Detector(environment).Evaluate(answers, new WindowSize(80, 24, 0, 0));
        Assert.Equal((graphics, true), (terminal.Graphics, terminal.Passthrough));

        // A tmux that draws sixel itself needs nobody to pass anything through.
        answers = new TerminalAnswers();
        answers.Feed("\eP>|tmux 3.4\e\\\e[?1;2;4c");
        terminal = Detector(environment).Evaluate(answers, new WindowSize(80, 24, 0, 0));
        Assert.Equal((TerminalGraphics.Sixel, false), (terminal.Graphics, terminal.Passthrough));
    }

    [Fact]
    public void PassthroughDoublesEveryEscape()
    {
        Assert.Equal("\ePtmux;\e\e_Ga\e\e\\\e\\\ePtmux;\e\e_Gb\e\e\\\e\\", TmuxPassthrough.Wrap("\e_Ga\e\\\e_Gb\e\\"));
        Assert.Equal("\ePtmux;\e\e]1337;x\a\e\\", TmuxPassthrough.Wrap("\e]1337;x\a"));
    }

    [Fact]
    public void AnswersMayComeInAnyPieces()
    {
        const string Whole = "typed\e_Gi=31;OK\e\\\eP>|WezTerm 2024\e\\x\e[6;21;11t\e[4;630;880t\e[A\e[?65;4;6;18;22c";
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt[]>(), cuts =>
        {
            var answers = new TerminalAnswers();
            int at = 0;
            foreach (PositiveInt cut in cuts)
            {
                int length = Math.Min(cut.Get % 9 + 1, Whole.Length - at);
                answers.Feed(Whole.AsSpan(at, length));
                at += length;
            }

            answers.Feed(Whole.AsSpan(at));
            return answers is { IsComplete: true, Kitty: true, Name: "WezTerm 2024", Cell: (11, 21), TextArea: (880, 630) } && answers.Attributes!.Contains(4);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void NonsenseIsReadWithoutHarm()
    {
        var random = new Random(3);
        for (int round = 0; round < 2000; round++)
        {
            var answers = new TerminalAnswers();
            char[] noise = new char[random.Next(60)];
            for (int i = 0; i < noise.Length; i++) noise[i] = "\e[]_P\\?;:0123456789ctqG>|\a\n\0é"[random.Next(29)];
            answers.Feed(noise);
        }

        var endless = new TerminalAnswers();
        for (int i = 0; i < 100 && !endless.IsComplete; i++) endless.Feed("\eP" + new string('x', 1000));
        Assert.True(endless.IsComplete);
    }

    [Theory]
    [InlineData("\e[C", nameof(TerminalKey.Next))]
    [InlineData("n", nameof(TerminalKey.Next))]
    [InlineData("\e[D", nameof(TerminalKey.Previous))]
    [InlineData(" ", nameof(TerminalKey.Pause))]
    [InlineData("q", nameof(TerminalKey.End))]
    [InlineData("\e", nameof(TerminalKey.End))]
    [InlineData("\e[?1;2c", nameof(TerminalKey.None))]
    [InlineData("", nameof(TerminalKey.None))]
    public void KeysMean(string keys, string meaning) => Assert.Equal(meaning, TerminalKeys.Meaning(keys).ToString());

    [Theory]
    [InlineData(TerminalGraphics.Sixel, 4000, 3000, 800, 600, 80, 30)]
    [InlineData(TerminalGraphics.Kitty, 300, 100, 300, 100, 30, 5)]
    [InlineData(TerminalGraphics.Blocks, 4000, 3000, 80, 60, 80, 30)]
    [InlineData(TerminalGraphics.Blocks, 10, 10, 10, 10, 10, 5)]
    [InlineData(TerminalGraphics.Ascii, 4000, 3000, 80, 30, 80, 30)]
    [InlineData(TerminalGraphics.Ascii, 1, 100000, 1, 30, 1, 30)]
    public void ImagesFitTheWindow(TerminalGraphics graphics, int width, int height, int wide, int high, int columns, int rows)
    {
        Terminal terminal = new TerminalDetector(_ => null).Redirected() with { CellWidth = 10, CellHeight = 20 };
        TerminalDrawing drawing = TerminalDrawing.Fit(terminal, graphics, new PixelSize(width, height), 80, 30);
        Assert.Equal((new PixelSize(wide, high), columns, rows), (drawing.Pixels, drawing.Columns, drawing.Rows));
    }

    [Fact]
    public void AutoChoosesGraphicsThenTheBrowserThenBlocks()
    {
        Terminal blocks = Detector("TERM=xterm").Evaluate(new TerminalAnswers(), new WindowSize(80, 24, 0, 0));
        Terminal kitty = Detector("TERM=xterm-kitty").Evaluate(new TerminalAnswers(), new WindowSize(80, 24, 0, 0));
        Terminal file = Detector("").Redirected();
        Assert.Equal(GalleryView.Terminal, ViewChoice.Choose(kitty, display: true));
        Assert.Equal(GalleryView.Browser, ViewChoice.Choose(blocks, display: true));
        Assert.Equal(GalleryView.Terminal, ViewChoice.Choose(blocks, display: false));
        Assert.Equal(GalleryView.Browser, ViewChoice.Choose(file, display: false));
        Assert.Equal(GalleryView.Browser, ViewChoice.Choose(null, display: false));
    }

    [Theory]
    [InlineData("DISPLAY=:0", true)]
    [InlineData("WAYLAND_DISPLAY=wayland-0", true)]
    [InlineData("", false)]
    [InlineData("DISPLAY=localhost:10.0;SSH_CONNECTION=192.0.2.1 4 192.0.2.2 22", false)]
    public void DisplayIsWhereTheUserSits(string environment, bool there)
    {
        Func<string, string?> read = Reader(environment);
        Assert.Equal(there, Display.Has(read, linux: true));
        Assert.Equal(!environment.Contains("SSH", StringComparison.Ordinal), Display.Has(read, linux: false));
    }

    private static Terminal Detect(Dictionary<string, string> answers, out TimeSpan time, string environment)
    {
        SkipUnlessLinux();
        using var screen = new PseudoTerminal(answers);
        using UnixPort port = UnixPort.TryOpen(screen.Path)!;
        long start = Stopwatch.GetTimestamp();
        TerminalAnswers came = TerminalDetector.Ask(port, answers.Count == 0 ? TimeSpan.FromMilliseconds(300) : TimeSpan.FromSeconds(20));
        time = Stopwatch.GetElapsedTime(start);
        return Detector(environment).Evaluate(came, port.Size!.Value);
    }

    private static TerminalDetector Detector(string environment) => new(Reader(environment));

    private static Func<string, string?> Reader(string environment)
    {
        var values = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=', 2)).ToDictionary(static p => p[0], static p => p[1], StringComparer.Ordinal);
        return name => values.GetValueOrDefault(name);
    }

    private static void SkipUnlessLinux()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Pseudo-terminals are opened as on Linux.");
    }
}
