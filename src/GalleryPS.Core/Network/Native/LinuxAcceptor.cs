using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>
/// Accepts, reads, sends and closes with the plain system calls: for a greeting that fits into the socket's buffer, or an image of
/// some kilobytes, objects for socket and address, or a question before each call, would cost as much as the work itself.
/// </summary>
internal static unsafe class LinuxAcceptor
{
    /// <summary>Takes the next connection.</summary>
    /// <param name="listener">The listening socket, non-blocking.</param>
    /// <param name="client">The client.</param>
    /// <param name="error">The system's error number when there is none.</param>
    /// <returns>A non-blocking socket's descriptor, or a negative number.</returns>
    [SkipLocalsInit]
    public static int Accept(nint listener, out ClientAddress client, out int error)
    {
        byte* name = stackalloc byte[128];
        uint length = 128;
        int descriptor = LibC.Accept(listener, name, &length, LibC.NonBlocking | LibC.CloseOnExec);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        client = default;
        if (descriptor < 0) return descriptor;
        var address = new ReadOnlySpan<byte>(name, 128);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        client = BinaryPrimitives.ReadUInt16LittleEndian(address) == 10
            ? new(BinaryPrimitives.ReadUInt128BigEndian(address[8..]), BinaryPrimitives.ReadUInt32LittleEndian(address[24..]), port)
            : new(((UInt128)0xFFFF << 32) | BinaryPrimitives.ReadUInt32BigEndian(address[4..]), 0, port);
        return descriptor;
    }

    /// <summary>Sends as much as fits into the socket's buffer.</summary>
    /// <returns>Bytes taken, or minus the system's error number.</returns>
    public static nint Send(int socket, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            nint sent = LibC.Send(socket, start, (nuint)data.Length, LibC.DontWait | LibC.NoSignal);
            return sent < 0 ? -Marshal.GetLastPInvokeError() : sent;
        }
    }

    /// <summary>Reads what is there, without waiting: who asked before whether there is anything would make two calls of one.</summary>
    /// <returns>Bytes; 0 without an error at the end.</returns>
    public static int Receive(SafeHandle socket, Span<byte> buffer, out SocketError error)
    {
        error = SocketError.Success;
        fixed (byte* start = buffer)
        {
            nint read = LibC.Receive(socket, start, (nuint)buffer.Length, LibC.DontWait);
            if (read >= 0) return (int)read;
        }

        error = Marshal.GetLastPInvokeError() switch
        {
            LibC.TryAgain or LibC.InterruptedCall => SocketError.WouldBlock,
            LibC.ConnectionReset => SocketError.ConnectionReset,
            _ => SocketError.ConnectionAborted,
        };
        return 0;
    }

    /// <summary>
    /// Closes. What the client said is read first, because closing a socket with unread bytes resets the connection, and
    /// the client might lose the greeting.
    /// </summary>
    [SkipLocalsInit]
    public static void Finish(int socket)
    {
        byte* scratch = stackalloc byte[4096];
        for (int i = 0; i < 16 && LibC.Receive(socket, scratch, 4096, LibC.DontWait) > 0; i++)
        {
        }

        _ = LibC.Close(socket);
    }

    /// <summary>Waits until somebody knocks, or the listener is shut down.</summary>
    public static void Wait(nint listener) => LibC.WaitForInput(listener, -1);

    /// <summary>Wakes whoever waits for this listener.</summary>
    public static void Wake(Socket listener)
    {
        try
        {
            LibC.ShutDown(listener.SafeHandle.DangerousGetHandle());
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }
}
