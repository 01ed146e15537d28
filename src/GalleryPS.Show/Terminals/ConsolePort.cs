using System.Diagnostics;
using System.Runtime.InteropServices;

namespace GalleryPS.Show.Terminals;

/// <summary>A terminal by way of the framework's console: where there is no raw terminal to open, as on Windows.</summary>
internal sealed partial class ConsolePort : ITerminalPort
{
    private const int StandardInput = -10, StandardOutput = -11;
    private const uint VirtualTerminalInput = 0x200, VirtualTerminalProcessing = 4;
    private readonly List<(nint Handle, uint Mode)> _saved = [];

    private ConsolePort()
    {
        if (!OperatingSystem.IsWindows()) return;
        Enable(StandardInput, VirtualTerminalInput);
        Enable(StandardOutput, VirtualTerminalProcessing);
    }

    public WindowSize? Size => null;

    /// <summary>Opens it; null when input comes from elsewhere, because answers come in as keys.</summary>
    public static ConsolePort? TryOpen() => Console.IsInputRedirected ? null : new ConsolePort();

    public void Write(string text)
    {
        Console.Out.Write(text);
        Console.Out.Flush();
    }

    public int Read(Span<char> buffer, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        int count = 0;
        while (count < buffer.Length)
        {
            if (Console.KeyAvailable)
            {
                buffer[count++] = Console.ReadKey(intercept: true).KeyChar;
                continue;
            }

            if (count > 0 || Stopwatch.GetElapsedTime(start) >= timeout) break;

            // The console has no wait with a time-out; this is a few times per question, once per process.
            Thread.Sleep(5);
        }

        return count;
    }

    public void Dispose()
    {
        foreach ((nint handle, uint mode) in _saved) SetConsoleMode(handle, mode);
        _saved.Clear();
    }

    private void Enable(int which, uint flag)
    {
        nint handle = GetStdHandle(which);
        if (!GetConsoleMode(handle, out uint mode)) return;
        _saved.Add((handle, mode));
        SetConsoleMode(handle, mode | flag);
    }

    [LibraryImport("kernel32")]
    private static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);
}
