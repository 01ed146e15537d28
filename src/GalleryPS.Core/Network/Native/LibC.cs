using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>
/// System calls of Linux that .NET does not offer; all that the engine declares stand here. Layouts follow the C types of
/// 64-bit Linux, which are the same whatever the C library.
/// </summary>
internal static unsafe partial class LibC
{
    // errno
    public const int InterruptedCall = 4, TryAgain = 11, NoMemory = 12, FileExists = 17, TooManyFilesSystem = 23, TooManyFilesProcess = 24, ConnectionReset = 104, NoBuffers = 105, ConnectionRefused = 111;

    // Flags of socket(2), accept4(2), send(2), recv(2) and recvmmsg(2).
    public const int CloseOnExec = 0x80000, NonBlocking = 0x800, DontWait = 0x40, NoSignal = 0x4000;

    // Levels and options of sockets.
    public const int LevelIP = 0, LevelSocket = 1, LevelUdp = 17, LevelIPv6 = 41, LevelPacket = 263;
    public const int IPPacketInfo = 8, IPv6PacketInfo = 50, UdpSegment = 103, UdpGro = 104, SocketTimestamp = 35;

    private const int ShutBoth = 2;

    /// <summary>Whether the layouts are those of this process; a 32-bit process takes the portable way.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess && BitConverter.IsLittleEndian;

    /// <summary>Waits until there is something to read, or the time is over.</summary>
    /// <param name="descriptor">A socket.</param>
    /// <param name="milliseconds">How long; -1 for ever.</param>
    public static void WaitForInput(nint descriptor, int milliseconds)
    {
        var request = new PollRequest { Descriptor = (int)descriptor, Events = 1 };
        _ = Poll(&request, 1, milliseconds);
    }

    /// <summary>Ends both directions; whoever waits for the socket wakes up.</summary>
    public static void ShutDown(nint socket) => _ = Shutdown(socket, ShutBoth);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(nint socket, MultiMessage* messages, uint count, int flags, nint timeout);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int socket, int level, int option, byte* value, uint length);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(nint socket, byte* name, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(int socket, byte* data, nuint length, int flags, byte* to, uint toLength);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeHandle socket, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    public static partial int NanoSleep(in Timespec wanted, nint remaining);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollRequest* requests, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(nint socket, int how);

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct mmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MultiMessage
    {
        public Message Header;
        public uint Length;
    }

    /// <summary>struct msghdr. Its size is a multiple of a pointer's: that is why it cannot be merged into the other.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public byte* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public byte* Base;
        public nuint Length;
    }
}
