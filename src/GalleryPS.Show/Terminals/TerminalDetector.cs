using System.Globalization;

namespace GalleryPS.Show.Terminals;

/// <summary>
/// Finds out what a terminal can draw: it is asked, with a time-out, and the environment is read. Nothing is asked
/// when output does not go to a terminal.
/// </summary>
public sealed class TerminalDetector
{
    /// <summary>How long answers are waited for.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMilliseconds(500);

    private static readonly Lock Lock = new();
    private static TerminalAnswers? _answers;
    private readonly Func<string, string?> _environment;
    private readonly List<string> _reasons = [];

    internal TerminalDetector(Func<string, string?> environment) => _environment = environment;

    /// <summary>Asks this process's terminal.</summary>
    /// <param name="refresh">Ask again; otherwise the first answers hold for the whole process (sizes are always read anew).</param>
    /// <param name="timeout">How long to wait for answers; null for <see cref="DefaultTimeout"/>.</param>
    /// <returns>What it can draw.</returns>
    public static Terminal Detect(bool refresh = false, TimeSpan? timeout = null)
    {
        lock (Lock)
        {
            var detector = new TerminalDetector(Environment.GetEnvironmentVariable);
            if (Console.IsOutputRedirected) return detector.Redirected();
            using ITerminalPort? port = TerminalPorts.Open();
            if (refresh) _answers = null;
            if (port is not null && !detector.Dumb) _answers ??= Ask(port, timeout ?? DefaultTimeout);
            return detector.Evaluate(port is null ? null : _answers, TerminalPorts.WindowSize(port));
        }
    }

    /// <summary>Asks all questions and waits for the last answer.</summary>
    internal static TerminalAnswers Ask(ITerminalPort port, TimeSpan timeout)
    {
        var answers = new TerminalAnswers();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        port.Write(TerminalAnswers.Questions);
        Span<char> buffer = stackalloc char[512];
        while (!answers.IsComplete)
        {
            TimeSpan left = timeout - System.Diagnostics.Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) break;
            int read = port.Read(buffer, left);
            if (read <= 0) break;
            answers.Feed(buffer[..read]);
        }

        return answers;
    }

    /// <summary>Puts answers and environment together.</summary>
    internal Terminal Evaluate(TerminalAnswers? answers, WindowSize size)
    {
        string name = answers?.Name ?? NameFromEnvironment();
        if (answers?.Name is not null) Because($"The terminal calls itself '{name}'.");
        bool tmux = InTmux || name.StartsWith("tmux", StringComparison.OrdinalIgnoreCase);
        bool sixel = answers?.Attributes?.Contains(4) == true;
        bool kitty = answers?.Kitty == true;
        bool iterm = !tmux && SpeaksITerm(name);
        bool passthrough = false;
        if (answers is null)
        {
            Because(Dumb ? "TERM says 'dumb': the terminal was not asked." : "There is no terminal that could be asked.");
        }
        else if (answers.Attributes is null)
        {
            Because("The terminal did not answer in time; the environment decides.");
            kitty = !tmux && KittyInEnvironment;
        }

        if (kitty) Because(answers?.Kitty == true ? "It answered the test of kitty graphics." : "The environment names a terminal with kitty graphics.");
        if (iterm) Because("It is a terminal with iTerm2's inline images.");
        if (sixel) Because("Its device attributes include sixel (4).");
        if (tmux)
        {
            Because("It runs in tmux.");
            if (!sixel && !kitty && (KittyInEnvironment || SpeaksITerm("")))
            {
                passthrough = true;
                if (KittyInEnvironment) kitty = true;
                else iterm = true;
                Because("The terminal around tmux draws images; they are passed through (tmux: set -g allow-passthrough on).");
            }
        }

        TerminalColors colors = FindColors(kitty || iterm, out bool refused);
        TerminalGraphics graphics = refused || Dumb ? TerminalGraphics.Ascii
            : kitty ? TerminalGraphics.Kitty
            : iterm ? TerminalGraphics.ITerm
            : sixel ? TerminalGraphics.Sixel
            : colors == TerminalColors.None ? TerminalGraphics.Ascii
            : TerminalGraphics.Blocks;
        (double width, double height, bool known) = CellSize(answers, size);
        return new Terminal
        {
            Name = name,
            Graphics = graphics,
            Colors = colors,
            IsTerminal = true,
            Columns = size.Columns,
            Rows = size.Rows,
            CellWidth = width,
            CellHeight = height,
            CellSizeKnown = known,
            SupportsKitty = kitty,
            SupportsITerm = iterm,
            SupportsSixel = sixel,
            Passthrough = passthrough,
            Reasons = [.. _reasons],
        };
    }

    /// <summary>Output goes to a file or another program: nothing is asked, and colours are left out.</summary>
    internal Terminal Redirected()
    {
        Because("Output does not go to a terminal: nothing was asked.");
        int columns = int.TryParse(_environment("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int given) && given is > 0 and < 1000 ? given : 80;
        return new Terminal
        {
            Name = NameFromEnvironment(),
            Graphics = TerminalGraphics.Ascii,
            Colors = TerminalColors.None,
            IsTerminal = false,
            Columns = columns,
            Rows = 24,
            CellWidth = WindowSize.UsualCellWidth,
            CellHeight = WindowSize.UsualCellHeight,
            CellSizeKnown = false,
            Reasons = [.. _reasons],
        };
    }

    private bool Dumb => _environment("TERM") == "dumb";

    private bool InTmux => !string.IsNullOrEmpty(_environment("TMUX"));

    private bool KittyInEnvironment =>
        Has("KITTY_WINDOW_ID") || Has("GHOSTTY_RESOURCES_DIR") || Is("TERM", "xterm-kitty") || Is("TERM", "xterm-ghostty") || Is("TERM_PROGRAM", "ghostty");

    private bool SpeaksITerm(string name) =>
        name.StartsWith("iTerm2", StringComparison.OrdinalIgnoreCase) || name.StartsWith("WezTerm", StringComparison.OrdinalIgnoreCase)
        || Is("TERM_PROGRAM", "iTerm.app") || Is("LC_TERMINAL", "iTerm2") || Is("TERM_PROGRAM", "WezTerm");

    private TerminalColors FindColors(bool modern, out bool refused)
    {
        string term = _environment("TERM") ?? "";
        refused = !string.IsNullOrEmpty(_environment("NO_COLOR"));
        if (refused)
        {
            Because("NO_COLOR is set: plain characters.");
            return TerminalColors.None;
        }

        if (Dumb) return TerminalColors.None;
        if (Is("COLORTERM", "truecolor") || Is("COLORTERM", "24bit") || Has("WT_SESSION") || modern || term.Contains("direct", StringComparison.Ordinal))
        {
            Because("24-bit colours (COLORTERM, or known of this terminal).");
            return TerminalColors.TrueColor;
        }

        if (term.Contains("256", StringComparison.Ordinal))
        {
            Because($"256 colours (TERM={term}).");
            return TerminalColors.Ansi256;
        }

        if (term.Length == 0 && !OperatingSystem.IsWindows())
        {
            Because("No colours: TERM is not set.");
            return TerminalColors.None;
        }

        if (OperatingSystem.IsWindows() && term.Length == 0)
        {
            Because("24-bit colours (the console of Windows 10 and later).");
            return TerminalColors.TrueColor;
        }

        if (term.StartsWith("vt1", StringComparison.Ordinal) || term.StartsWith("vt2", StringComparison.Ordinal))
        {
            Because($"No colours (TERM={term}).");
            return TerminalColors.None;
        }

        Because($"16 colours (TERM={term}).");
        return TerminalColors.Ansi16;
    }

    private (double Width, double Height, bool Known) CellSize(TerminalAnswers? answers, WindowSize size)
    {
        if (answers?.Cell is { } cell)
        {
            Because($"It says that a cell has {cell.Width} x {cell.Height} pixels.");
            return (cell.Width, cell.Height, true);
        }

        (int Width, int Height) window = size is { PixelWidth: > 0, PixelHeight: > 0 } ? (size.PixelWidth, size.PixelHeight) : answers?.TextArea ?? default;
        if (window.Width >= size.Columns && window.Height >= size.Rows)
        {
            double width = window.Width / (double)size.Columns, height = window.Height / (double)size.Rows;
            Because(FormattableString.Invariant($"A cell has {width:0.#} x {height:0.#} pixels: the window has {window.Width} x {window.Height}."));
            return (width, height, true);
        }

        Because($"Nothing tells the size of a cell: {WindowSize.UsualCellWidth} x {WindowSize.UsualCellHeight} pixels are assumed.");
        return (WindowSize.UsualCellWidth, WindowSize.UsualCellHeight, false);
    }

    private string NameFromEnvironment() =>
        new[] { _environment("TERM_PROGRAM"), Has("WT_SESSION") ? "Windows Terminal" : null, _environment("TERM") }
            .FirstOrDefault(static name => !string.IsNullOrEmpty(name)) ?? "unknown";

    private bool Has(string variable) => !string.IsNullOrEmpty(_environment(variable));

    private bool Is(string variable, string value) => string.Equals(_environment(variable), value, StringComparison.OrdinalIgnoreCase);

    private void Because(string reason) => _reasons.Add(reason);
}
