using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Servers;

/// <summary>
/// Answers clients as they come, on one thread: a greeting fits into the socket's buffer, so nobody has to wait for the
/// client. What does not fit is left to <see cref="PatientClients"/>.
/// </summary>
internal sealed class AcceptLoop(Socket listener, Answer answer, ConnectionLog log, PatientClients patient, CancellationToken stop)
{
    private const int PollMicroseconds = 50_000;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <summary>Accepts until stopped.</summary>
    /// <param name="portable">Use what works everywhere.</param>
    /// <exception cref="SocketException">The listener is broken.</exception>
    public void Run(bool portable)
    {
        if (LinuxAcceptor.IsSupported && !portable) RunOnLinux();
        else RunPortable();
    }

    private void RunOnLinux()
    {
        listener.Blocking = false;
        nint descriptor = listener.SafeHandle.DangerousGetHandle();
        ReadOnlySpan<byte> greeting = answer.Greeting.Span;
        while (!stop.IsCancellationRequested)
        {
            int socket = LinuxAcceptor.Accept(descriptor, out (UInt128 Address, uint Zone, ushort Port) from, out int error);
            if (socket < 0)
            {
                if (error == LibC.TryAgain) LinuxAcceptor.Wait(descriptor);
                else if (error is LinuxAcceptor.TooManyFilesProcess or LinuxAcceptor.TooManyFilesSystem or LinuxAcceptor.NoBuffers or LinuxAcceptor.NoMemory)
                {
                    // Others have to close first; those who knock wait in the backlog.
                    stop.WaitHandle.WaitOne(Breath);
                }

                // Everything else is about a client that went away before it was accepted.
                continue;
            }

            long accepted = Stopwatch.GetTimestamp();
            var client = new ClientAddress(from.Address, from.Zone, from.Port);
            if (answer.IsGallery)
            {
                patient.Take(new Socket(new SafeSocketHandle(socket, ownsHandle: true)), client, accepted, 0);
                continue;
            }

            nint sent = LinuxAcceptor.Send(socket, greeting);
            if (sent == greeting.Length || (sent < 0 && sent != -LibC.TryAgain))
            {
                LinuxAcceptor.Finish(socket);
                log.Add(client, accepted, Math.Max(0, sent), sent < 0 ? ConnectionOutcome.Reset : ConnectionOutcome.Sent);
            }
            else
            {
                patient.Take(new Socket(new SafeSocketHandle(socket, ownsHandle: true)), client, accepted, (int)Math.Max(0, sent));
            }
        }
    }

    private void RunPortable()
    {
        while (!stop.IsCancellationRequested)
        {
            if (!listener.Poll(PollMicroseconds, SelectMode.SelectRead)) continue;
            Socket socket;
            try
            {
                socket = listener.Accept();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                stop.WaitHandle.WaitOne(Breath);
                continue;
            }
            catch (SocketException)
            {
                continue; // about a client that went away before it was accepted, or the listener was woken to stop
            }

            long accepted = Stopwatch.GetTimestamp();
            ClientAddress client;
            try
            {
                client = ClientAddress.From((IPEndPoint)socket.RemoteEndPoint!);
            }
            catch (SocketException)
            {
                // Reset before anybody could ask who it was.
                socket.Dispose();
                log.Add(default, accepted, 0, ConnectionOutcome.Reset);
                continue;
            }

            Answer(socket, client, accepted);
        }
    }

    private void Answer(Socket socket, ClientAddress client, long accepted)
    {
        if (answer.IsGallery)
        {
            patient.Take(socket, client, accepted, 0);
            return;
        }

        socket.Blocking = false;
        int sent = socket.Send(answer.Greeting.Span, SocketFlags.None, out SocketError error);
        if (error is SocketError.WouldBlock or SocketError.Success && sent < answer.Greeting.Length)
        {
            patient.Take(socket, client, accepted, Math.Max(0, sent));
            return;
        }

        if (error == SocketError.Success)
        {
            Span<byte> scratch = stackalloc byte[4096];
            for (int i = 0; i < 16 && socket.Available > 0 && socket.Receive(scratch, SocketFlags.None, out _) > 0; i++)
            {
            }
        }

        socket.Dispose();
        log.Add(client, accepted, error == SocketError.Success ? sent : 0, error == SocketError.Success ? ConnectionOutcome.Sent : ConnectionOutcome.Reset);
    }
}
