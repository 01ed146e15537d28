using System.Runtime.InteropServices;
using System.Text;

namespace GalleryPS.Show.Tests.Views;

/// <summary>A pseudo-terminal of which the tests are the screen and the keyboard.</summary>
internal sealed unsafe partial class PseudoTerminal : IDisposable
{
    private readonly int _master;
    private readonly Thread _reader;
    private readonly StringBuilder _seen = new();
    private readonly Dictionary<string, string> _answers;

    public PseudoTerminal(Dictionary<string, string> answers, int columns = 100, int rows = 30, int pixelWidth = 0, int pixelHeight = 0)
    {
        _answers = answers;
        _master = posix_openpt(2 | 0x100 | 0x80000);
        Assert.True(_master >= 0 && grantpt(_master) == 0 && unlockpt(_master) == 0);
        byte* name = stackalloc byte[64];
        Assert.Equal(0, ptsname_r(_master, name, 64));
        Path = Marshal.PtrToStringUTF8((nint)name)!;
        ushort* size = stackalloc ushort[4];
        (size[0], size[1], size[2], size[3]) = ((ushort)rows, (ushort)columns, (ushort)pixelWidth, (ushort)pixelHeight);

        // The other end stays open here, so that closing it elsewhere is no hang-up.
        Slave = open(Path, 2 | 0x100 | 0x80000);
        Assert.Equal(0, ioctl(Slave, 0x5414, size));
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    public string Path { get; }

    public int Slave { get; }

    public string Seen
    {
        get
        {
            lock (_seen) return _seen.ToString();
        }
    }

    /// <summary>The terminal's settings, byte by byte.</summary>
    public byte[] Settings()
    {
        byte[] settings = new byte[256];
        fixed (byte* start = settings) Assert.Equal(0, tcgetattr(Slave, start));
        return settings;
    }

    public void Type(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes) Assert.Equal(bytes.Length, (int)write(_master, start, bytes.Length));
    }

    public void Dispose()
    {
        close(Slave);
        _reader.Join(TimeSpan.FromSeconds(5));
        close(_master);
    }

    private void Read()
    {
        byte* buffer = stackalloc byte[4096];
        while (true)
        {
            nint count = read(_master, buffer, 4096);
            if (count <= 0) return;
            string text = Encoding.UTF8.GetString(buffer, (int)count);
            lock (_seen) _seen.Append(text);
            foreach ((string question, string answer) in _answers)
            {
                if (text.Contains(question, StringComparison.Ordinal)) Type(answer);
            }
        }
    }

#pragma warning disable IDE1006, CA1707, SYSLIB1092 // the C library's own names
    [LibraryImport("libc")]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc")]
    private static partial int grantpt(int descriptor);

    [LibraryImport("libc")]
    private static partial int unlockpt(int descriptor);

    [LibraryImport("libc")]
    private static partial int ptsname_r(int descriptor, byte* name, nuint length);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, ulong request, void* argument);

    [LibraryImport("libc")]
    private static partial int tcgetattr(int descriptor, byte* settings);
#pragma warning restore IDE1006, CA1707, SYSLIB1092
}
