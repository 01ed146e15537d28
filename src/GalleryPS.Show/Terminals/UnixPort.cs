using System.Runtime.InteropServices;
using System.Text;

namespace GalleryPS.Show.Terminals;

/// <summary>The controlling terminal of a Linux process, in raw mode while this is open.</summary>
internal sealed unsafe partial class UnixPort : ITerminalPort
{
    private const int ReadWrite = 2, NoControllingTerminal = 0x100, CloseOnExec = 0x80000;
    private const int Now = 0;
    private const short PollIn = 1;
    private const ulong GetWindowSize = 0x5413;

    // Larger than any libc's struct termios; its layout is left to the C library.
    private const int TermiosRoom = 256;
    private readonly int _descriptor;
    private readonly byte[] _saved = new byte[TermiosRoom];
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private bool _closed;

    private UnixPort(int descriptor) => _descriptor = descriptor;

    public WindowSize? Size
    {
        get
        {
            ushort* size = stackalloc ushort[4];
            return ioctl(_descriptor, GetWindowSize, size) == 0 ? new WindowSize(size[1], size[0], size[2], size[3]) : null;
        }
    }

    /// <summary>Opens it; null when this process has none or is in the background, where touching it would stop us.</summary>
    public static UnixPort? TryOpen(string path = "/dev/tty")
    {
        int descriptor = open(path, ReadWrite | NoControllingTerminal | CloseOnExec);
        if (descriptor < 0) return null;
        var port = new UnixPort(descriptor);
        byte* raw = stackalloc byte[TermiosRoom];
        bool foreground = path != "/dev/tty" || tcgetpgrp(descriptor) == getpgrp();
        fixed (byte* saved = port._saved)
        {
            if (foreground && tcgetattr(descriptor, saved) == 0)
            {
                Buffer.MemoryCopy(saved, raw, TermiosRoom, TermiosRoom);
                cfmakeraw(raw);

                // Ctrl+C stays a signal (ISIG in c_lflag, the fourth of four 32-bit words on every Linux), and lines
                // that others write meanwhile still begin at the left (OPOST in c_oflag, the second).
                *(uint*)(raw + 12) |= 1;
                *(uint*)(raw + 4) |= 1;
                if (tcsetattr(descriptor, Now, raw) == 0) return port;
            }
        }

        close(descriptor);
        return null;
    }

    public void Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            nint done = 0;
            while (done < bytes.Length)
            {
                nint wrote = write(_descriptor, start + done, bytes.Length - done);
                if (wrote <= 0) return;
                done += wrote;
            }
        }
    }

    public int Read(Span<char> buffer, TimeSpan timeout)
    {
        var wanted = new PollDescriptor { Descriptor = _descriptor, Events = PollIn };
        if (poll(&wanted, 1, (int)Math.Max(1, timeout.TotalMilliseconds)) <= 0) return 0;
        byte* bytes = stackalloc byte[buffer.Length];
        nint count = read(_descriptor, bytes, buffer.Length);
        if (count <= 0) return 0;

        // Half a character gives none yet: that is not the end.
        int chars = _decoder.GetChars(new ReadOnlySpan<byte>(bytes, (int)count), buffer, flush: false);
        return chars > 0 ? chars : Read(buffer, timeout);
    }

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        fixed (byte* saved = _saved)
        {
            // Late answers are thrown away, or the shell would take them for keys.
            _ = tcsetattr(_descriptor, 2, saved);
        }

        close(_descriptor);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

#pragma warning disable SYSLIB1092, IDE1006, CA1707 // the C library's own names
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc")]
    private static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, ulong request, void* argument);

    [LibraryImport("libc")]
    private static partial int tcgetattr(int descriptor, byte* termios);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int descriptor, int actions, byte* termios);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(byte* termios);

    [LibraryImport("libc")]
    private static partial int tcgetpgrp(int descriptor);

    [LibraryImport("libc")]
    private static partial int getpgrp();
#pragma warning restore SYSLIB1092, IDE1006, CA1707
}
