namespace GalleryPS.Show.Terminals;

/// <summary>Size of a terminal's window.</summary>
/// <param name="Columns">Cells across.</param>
/// <param name="Rows">Cells down.</param>
/// <param name="PixelWidth">Pixels across, or 0 when the system does not know.</param>
/// <param name="PixelHeight">Pixels down, or 0.</param>
internal readonly record struct WindowSize(int Columns, int Rows, int PixelWidth, int PixelHeight)
{
    public const int UsualCellWidth = 8;
    public const int UsualCellHeight = 16;
}

/// <summary>A terminal that can be asked: what is typed or answered comes raw, without an echo, until it is disposed of.</summary>
internal interface ITerminalPort : IDisposable
{
    /// <summary>Writes text as it is.</summary>
    void Write(string text);

    /// <summary>Reads what is there, or waits for something.</summary>
    /// <returns>How many characters; 0 when the time was over.</returns>
    int Read(Span<char> buffer, TimeSpan timeout);

    /// <summary>The window's size; null when the system does not tell.</summary>
    WindowSize? Size { get; }
}

/// <summary>Opens the terminal of this process.</summary>
internal static class TerminalPorts
{
    /// <summary>The terminal, or null where there is none.</summary>
    public static ITerminalPort? Open() =>
        OperatingSystem.IsLinux() ? UnixPort.TryOpen() : ConsolePort.TryOpen();

    /// <summary>The window's size, from the best source there is.</summary>
    public static WindowSize WindowSize(ITerminalPort? port)
    {
        if (port?.Size is { Columns: > 0, Rows: > 0 } size) return size;
        try
        {
            if (Console.WindowWidth > 0 && Console.WindowHeight > 0) return new WindowSize(Console.WindowWidth, Console.WindowHeight, 0, 0);
        }
        catch (IOException)
        {
            // No console: the classic size.
        }

        return new WindowSize(80, 24, 0, 0);
    }
}
