using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>
/// Takes datagrams out of a socket, several with one call where the system can. What a call brought stays readable until
/// the next one. For one thread.
/// </summary>
internal abstract class DatagramBatch : IDisposable
{
    // Cancelling is looked at this often; it bounds the time to the prompt.
    protected const int PollMicroseconds = 50_000;

    /// <summary>The best there is for this system.</summary>
    /// <param name="socket">A socket that tells arrivals (<see cref="DatagramSockets.TellArrival"/>).</param>
    /// <param name="portable">Use what works everywhere.</param>
    public static DatagramBatch Open(Socket socket, bool portable = false) =>
        LinuxDatagramBatch.IsSupported && !portable ? new LinuxDatagramBatch(socket) : new PortableDatagramBatch(socket);

    /// <summary>Waits for datagrams and takes those that are there.</summary>
    /// <returns>How many, at least 1.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="SocketException">The socket cannot be read any more.</exception>
    public abstract int Receive(CancellationToken cancellationToken);

    /// <summary>The bytes of a datagram of the last call.</summary>
    public abstract ReadOnlySpan<byte> Payload(int index);

    /// <summary>Where a datagram of the last call came from and how.</summary>
    public abstract Arrival Arrival(int index);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
