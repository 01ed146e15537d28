using System.Runtime.InteropServices;

namespace GalleryPS.Cli.Output;

/// <summary>
/// Whether somebody still takes what goes to standard output. When nobody does (a pipe whose reader has ended, a full
/// disk) the verb is told once, ends as it would by Ctrl+C, and nothing more is written.
/// </summary>
internal static partial class OutputReader
{
    private const int PollMilliseconds = 200;
    private const short Error = 0x8, HungUp = 0x10;
    private const int StandardOutput = -11;
    private const int BrokenPipe = 32;
    private const int BrokenPipeWindows = unchecked((int)0x8007006D), NoDataWindows = unchecked((int)0x800700E8);
    private static readonly CancellationTokenSource Left = new();

    /// <summary>Whether nobody listens any more.</summary>
    public static bool HasGone => Left.IsCancellationRequested;

    /// <summary>Cancelled when nobody listens any more.</summary>
    public static CancellationToken IsGone => Left.Token;

    /// <summary>What is wrong with standard output; null while it works, and when its reader simply had enough.</summary>
    public static GalleryException? Failure { get; private set; }

    /// <summary>Tells that a write failed.</summary>
    /// <param name="error">What the system said.</param>
    public static void ReportFailure(Exception error)
    {
        if (Left.IsCancellationRequested) return;
        if (error.HResult is not (BrokenPipe or BrokenPipeWindows or NoDataWindows)) Failure = Refused(error);
        Left.Cancel();
    }

    /// <summary>Standard output, as a stream that tells when its reader has left.</summary>
    public static Stream Open()
    {
        Stream console = Console.OpenStandardOutput();
        if (!OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return console;
        var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(StandardHandle(StandardOutput), ownsHandle: false);
        var stream = new FileStream(handle, FileAccess.Write, bufferSize: 0);

        // The console's stream is right for files, whose end others may move; of pipes it keeps to itself that nobody reads.
        return stream.CanSeek ? console : stream;
    }

    /// <summary>Tells that a write went well, as far as the system says.</summary>
    public static void CheckReader()
    {
        // On Linux the console's stream keeps to itself that nobody reads.
        if (HasLeft(0)) Left.Cancel();
    }

    /// <summary>What the system says against standard output, as an error.</summary>
    /// <param name="error">What it said.</param>
    public static GalleryException Refused(Exception error) => new(
        ErrorIds.CannotWriteFile, GalleryErrorCategory.WriteError,
        $"Standard output cannot be written: {error.Message.TrimEnd('.')}.", "standard output", "It may be closed, or its disk full: see where it is redirected to.", error);

    /// <summary>
    /// Notices a reader that leaves while nothing is written: a receiver may wait for hours before it has something to say.
    /// Other systems than Linux tell it to the next write only.
    /// </summary>
    public static void Watch()
    {
        if (!OperatingSystem.IsLinux() || !Console.IsOutputRedirected) return;
        new Thread(Look) { IsBackground = true, Name = "Standard output" }.Start();
    }

    private static void Look()
    {
        while (!Left.IsCancellationRequested && !HasLeft(PollMilliseconds))
        {
        }

        Left.Cancel();
    }

    /// <summary>Whether the reader of a pipe has left; files and terminals have none.</summary>
    /// <param name="milliseconds">How long to wait for that.</param>
    private static bool HasLeft(int milliseconds)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var request = new PollRequest { Descriptor = 1 };
        return Poll(ref request, 1, milliseconds) > 0 && (request.Returned & (Error | HungUp)) != 0;
    }

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle")]
    private static partial nint StandardHandle(int which);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollRequest request, nuint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
