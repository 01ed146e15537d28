using System.Diagnostics;
using System.Globalization;
using System.Text;
using GalleryPS.Show.Pixels;
using GalleryPS.Show.Terminals.Drawing;

namespace GalleryPS.Show.Terminals;

/// <summary>
/// Shows images in the terminal, one after the other, as they come. Keys: space pauses, arrows and n, p step, q ends.
/// However it ends, the terminal is as it was: screen, cursor, colours.
/// </summary>
internal sealed class TerminalSlideshow : IDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50), LongestAnimation = TimeSpan.FromSeconds(30);
    private readonly Terminal _terminal;
    private readonly TerminalGraphics _graphics;
    private readonly TextWriter _output;
    private readonly TimeSpan _interval;
    private readonly ITerminalPort? _keys;
    private readonly List<GalleryItem> _seen = [];
    private bool _paused, _disposed;

    internal TerminalSlideshow(Terminal terminal, TerminalGraphics graphics, TimeSpan interval, TextWriter output, ITerminalPort? keys)
    {
        (_terminal, _graphics, _interval, _output, _keys) = (terminal, graphics, interval, output, keys);

        // Explicit blocks on a terminal that is to have no colour: whoever names them wants to see them.
        if (graphics == TerminalGraphics.Blocks && terminal.Colors == TerminalColors.None) _terminal = terminal with { Colors = TerminalColors.Ansi16 };
        if (_terminal.IsTerminal) Write("\e[?1049h\e[?25l\e[2J");
    }

    /// <summary>Whether the user ended the show; what comes after is not shown.</summary>
    public bool Ended { get; private set; }

    /// <summary>Begins a show on this process's terminal.</summary>
    /// <param name="terminal">What it can draw.</param>
    /// <param name="graphics">What to draw with; null for the best it has.</param>
    /// <param name="interval">How long each image is shown.</param>
    /// <returns>The show; dispose of it.</returns>
    public static TerminalSlideshow Begin(Terminal terminal, TerminalGraphics? graphics, TimeSpan interval)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16) { AutoFlush = false };
        ITerminalPort? keys = terminal.IsTerminal ? TerminalPorts.Open() : null;
        try
        {
            return new TerminalSlideshow(terminal, graphics ?? terminal.Graphics, interval, output, keys);
        }
        catch
        {
            keys?.Dispose();
            throw;
        }
    }

    /// <summary>Shows an image for the interval; an animated one at least once to its end, up to 30 s.</summary>
    /// <param name="item">The image.</param>
    /// <param name="cancellationToken">Ends at once.</param>
    /// <returns>Why it could not be drawn, or null. The show goes on either way.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; dispose of the show.</exception>
    public GalleryException? Show(GalleryItem item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (Ended) return null;
        _seen.Add(item);
        GalleryException? problem = null;
        int at = _seen.Count - 1;
        while (at < _seen.Count && !Ended)
        {
            cancellationToken.ThrowIfCancellationRequested();
            GalleryException? failure = Draw(_seen[at], out int step, cancellationToken);
            if (ReferenceEquals(_seen[at], item)) problem ??= failure;
            at = Math.Max(0, at + step);
        }

        return problem;
    }

    /// <summary>Restores the terminal.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            if (_terminal.IsTerminal) Write(Forget() + "\e[0m\e[2J\e[?25h\e[?1049l");
            _output.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or GalleryException)
        {
            // The terminal is gone.
        }

        _keys?.Dispose();
    }

    private GalleryException? Draw(GalleryItem item, out int step, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        WindowSize window = _keys?.Size is { Columns: > 0, Rows: > 0 } size ? size : new WindowSize(_terminal.Columns, _terminal.Rows, 0, 0);
        int rows = Math.Max(1, window.Rows - 2);
        TerminalDrawing drawing = default;
        IReadOnlyList<PixelFrame> frames;
        try
        {
            if (item.Error is not null) throw item.Error;
            frames = ImageDecoder.Default.DecodeFrames(
                item.Name, item.Read(), own => (drawing = TerminalDrawing.Fit(_terminal, _graphics, own, window.Columns, rows)).Pixels, cancellationToken);
        }
        catch (GalleryException e)
        {
            Page(item, window, $"This image cannot be shown: {e.Message}", default);
            step = Wait(start, _interval, cancellationToken);
            return e;
        }

        string first = TerminalRenderer.Render(frames[0].Image, drawing);
        Page(item, window, first, drawing);
        if (frames.Count == 1 || !_terminal.IsTerminal)
        {
            step = Wait(start, _interval, cancellationToken);
            return null;
        }

        step = Play(frames, drawing, window, first, start, cancellationToken);
        return null;
    }

    /// <summary>Goes through the frames until the interval and one round are over. Text is made once per frame.</summary>
    private int Play(IReadOnlyList<PixelFrame> frames, TerminalDrawing drawing, WindowSize window, string first, long start, CancellationToken cancellationToken)
    {
        string?[] texts = new string?[frames.Count];
        texts[0] = first;
        TimeSpan round = TimeSpan.FromTicks(Math.Min(LongestAnimation.Ticks, frames.Sum(static f => f.Delay.Ticks)));
        TimeSpan end = round > _interval ? round : _interval;
        TimeSpan due = frames[0].Delay;
        for (int i = 1; ; i++)
        {
            bool last = due >= end;
            int step = Wait(start, last ? end : due, cancellationToken);
            if (last || step != 1 || Ended || Stopwatch.GetElapsedTime(start) < due) return step;
            int frame = i % frames.Count;
            texts[frame] ??= TerminalRenderer.Render(frames[frame].Image, drawing);
            Write(Placed(texts[frame]!, drawing, window));
            due += frames[frame].Delay;
        }
    }

    /// <summary>Clears the screen and draws an image, or says something instead, with a caption below.</summary>
    private void Page(GalleryItem item, WindowSize window, string text, TerminalDrawing drawing)
    {
        string before = $"Image {item.Index} at host {Environment.MachineName}  ";
        string after = string.Create(CultureInfo.InvariantCulture, $"  {item.Bytes:N0} bytes  {item.Format} {item.UprightSize}{(item.IsReceived ? $"  from {item.Source}" : "")}");
        if (!_terminal.IsTerminal)
        {
            // A file or a pipe: one picture below the other.
            Write(text + "\n" + TerminalText.Safe(before + item.Name + after) + "\n\n");
            return;
        }

        // A long name gives way, not what stands beside it.
        const int LeastOfName = 8;
        int room = window.Columns - TerminalText.Columns(before) - TerminalText.Columns(after);
        string caption = before + TerminalText.Fit(item.Name, Math.Max(LeastOfName, room)) + after;
        bool message = drawing.Columns == 0;
        string picture = message ? $"\e[{Math.Max(1, window.Rows / 2)};1H{TerminalText.Safe(text, window.Columns)}" : Placed(text, drawing, window);
        string style = _terminal.Colors == TerminalColors.None ? "" : "\e[2m";
        Write($"\e[0m{Forget()}\e[2J{picture}\e[{window.Rows};1H{style}{TerminalText.Fit(caption, window.Columns)}\e[0m");
    }

    /// <summary>A picture in the middle of the screen, line by line where it is made of lines.</summary>
    private string Placed(string text, TerminalDrawing drawing, WindowSize window)
    {
        int left = 1 + Math.Max(0, (window.Columns - drawing.Columns) / 2);
        int top = 1 + Math.Max(0, (window.Rows - 2 - drawing.Rows) / 2);
        if (!_graphics.IsText())
        {
            string at = $"\e[{top};{left}H";
            return _terminal.Passthrough ? at + TmuxPassthrough.Wrap(text) : at + text;
        }

        var placed = new StringBuilder(text.Length + 512);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            placed.Append(CultureInfo.InvariantCulture, $"\e[{top++};{left}H").Append(line);
        }

        return placed.ToString();
    }

    /// <summary>Kitty keeps pictures above the text until they are deleted.</summary>
    private string Forget()
    {
        if (_graphics != TerminalGraphics.Kitty) return "";
        const string Delete = "\e_Ga=d,d=A,q=2\e\\";
        return _terminal.Passthrough ? TmuxPassthrough.Wrap(Delete) : Delete;
    }

    /// <summary>Waits until a time after the start, or for a key that steps.</summary>
    /// <returns>How many images to go on.</returns>
    private int Wait(long start, TimeSpan time, CancellationToken cancellationToken)
    {
        Span<char> keys = stackalloc char[16];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan left = _paused ? Slice : time - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return 1;
            if (_keys is null)
            {
                // Nobody watches a file grow: there is no reason to wait.
                if (!_terminal.IsTerminal) return 1;
                cancellationToken.WaitHandle.WaitOne(left);
                continue;
            }

            int count = _keys.Read(keys, left < Slice ? left : Slice);
            switch (TerminalKeys.Meaning(keys[..count]))
            {
                case TerminalKey.Next: return 1;
                case TerminalKey.Previous: return -1;
                case TerminalKey.Pause: _paused = !_paused; break;
                case TerminalKey.End: Ended = true; return 1;
            }
        }
    }

    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteFile"/>: nothing more can be shown.</exception>
    private void Write(string text)
    {
        try
        {
            _output.Write(text);
            _output.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Ended = true;
            throw new GalleryException(
                ErrorIds.CannotWriteFile, GalleryErrorCategory.WriteError, $"Standard output cannot be written: {e.Message.TrimEnd('.')}.", "standard output",
                "It may be closed, or its disk full: see where it is redirected to.", e);
        }
    }
}
