using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>System calls of Linux that .NET does not offer. Layouts follow the C types, whose pointers and sizes are native.</summary>
internal static unsafe partial class LibC
{
    public const int InterruptedCall = 4, TryAgain = 11, ConnectionRefused = 111;
    public const int DontWait = 0x40, NoSignal = 0x4000;

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(nint socket, MultiMessage* messages, uint count, int flags, nint timeout);

    /// <summary>Waits until there is something to read, or the time is over.</summary>
    /// <param name="descriptor">A socket.</param>
    /// <param name="milliseconds">How long; -1 for ever.</param>
    public static void WaitForInput(nint descriptor, int milliseconds)
    {
        var request = new PollRequest { Descriptor = (int)descriptor, Events = 1 };
        _ = Poll(&request, 1, milliseconds);
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollRequest* requests, nuint count, int milliseconds);

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
