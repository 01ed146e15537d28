using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;
using GalleryPS.Sessions;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Plain over TCP: one connection is one image, closed after its last byte; a connection with no bytes is the end of
/// transmission. Several receivers are served at the same time.
/// </summary>
internal sealed class PlainStreamSender : GallerySender
{
    private const int ChunkBytes = 256 << 10;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);
    private readonly SendOptions _options;
    private readonly Destination[] _destinations;

    private PlainStreamSender(SendOptions options, Destination[] destinations)
        : base(options) => (_options, _destinations) = (options, destinations);

    public override IReadOnlyList<IPEndPoint> Destinations => [.. _destinations.Select(static d => d.To)];

    public static new PlainStreamSender Open(SendOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint> to = SendAddresses.Resolve(options, cancellationToken);
        return new PlainStreamSender(options, [.. to.Select(one => new Destination(
            one,
            new TcpSendOptions(NicResolver.Resolve(options.Addresses.OutboundIP, one.AddressFamily)[0], options.Addresses.Ttl, options.ConnectTimeout, StallTimeout),
            new Pacer(options.Pacing.BitRate ?? BitRate.Unlimited),
            new Farewells()))]);
    }

    private protected override IEnumerable<GalleryEvent> SendImage(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        foreach (GalleryEvent result in Everywhere(d => SendTo(d, image, index, cancellationToken), cancellationToken)) yield return result;
        foreach (Destination one in _destinations)
        {
            foreach (GalleryException late in one.Farewells.Failures()) yield return new ErrorEvent(late);
        }
    }

    private protected override IEnumerable<GalleryEvent> SendEnd(CancellationToken cancellationToken)
    {
        int number = 0;
        foreach (GalleryEvent result in Everywhere(d => EndAt(d, cancellationToken), cancellationToken))
        {
            yield return result is EndEvent end ? end with { Seen = ++number, Expected = _destinations.Length } : result;
        }

        foreach (Destination one in _destinations)
        {
            one.Farewells.WaitForAll(TimeSpan.FromSeconds(2), cancellationToken);
            foreach (GalleryException late in one.Farewells.Failures()) yield return new ErrorEvent(late);
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (Destination one in _destinations) one.Farewells.Dispose();
    }

    private GalleryEvent[] Everywhere(Func<Destination, GalleryEvent> send, CancellationToken cancellationToken)
    {
        if (_destinations is [var only]) return [send(only)];
        var results = new GalleryEvent[_destinations.Length];
        Task[] tasks = [.. _destinations.Select((d, i) => Task.Factory.StartNew(
            () => results[i] = send(d), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(tasks, CancellationToken.None);
        }
        catch (AggregateException e) when (e.InnerExceptions.Any(static i => i is OperationCanceledException))
        {
            throw new OperationCanceledException(cancellationToken);
        }

        return results;
    }

    private GalleryEvent SendTo(Destination destination, OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            Socket socket = TcpTransport.Connect(destination.To, destination.Options, cancellationToken);
            try
            {
                long sent = SendBytes(socket, image, destination.Pacer, cancellationToken);
                socket.Shutdown(SocketShutdown.Send);
                destination.Farewells.Add(socket, destination.To, image.Name);
                return new SentEvent(Sent(image, index, sent, destination.To, Stopwatch.GetElapsedTime(start)));
            }
            catch
            {
                Abort(socket);
                throw;
            }
        }
        catch (SocketException e)
        {
            return new ErrorEvent(SocketErrors.Send(e, destination.To, image.Name));
        }
        catch (GalleryException e)
        {
            return new ErrorEvent(e);
        }
    }

    private static long SendBytes(Socket socket, OutgoingImage image, Pacer pacer, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration closer = cancellationToken.UnsafeRegister(static s => Abort((Socket)s!), socket);
        try
        {
            if (image.InMemory is { } memory) return SendAll(socket, memory.Span, pacer, cancellationToken);
            byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, Math.Max(image.Length, 1)));
            try
            {
                long sent = 0;
                while (true)
                {
                    int read = image.Read(buffer, sent);
                    if (read == 0) return sent;
                    sent += SendAll(socket, buffer.AsSpan(0, read), pacer, cancellationToken);

                    // The file's end is known: asking once more for every image costs as much as a small image.
                    if (sent == image.Length) return sent;
                }
            }
            finally
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is SocketException or ObjectDisposedException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static long SendAll(Socket socket, ReadOnlySpan<byte> bytes, Pacer pacer, CancellationToken cancellationToken)
    {
        int sent = 0;
        while (sent < bytes.Length)
        {
            pacer.Wait(cancellationToken);
            int piece = pacer.IsUnlimited ? bytes.Length - sent : Math.Min(bytes.Length - sent, 16 << 10);
            int now = socket.Send(bytes.Slice(sent, piece), SocketFlags.None);
            pacer.Sent(now);
            sent += now;
        }

        return sent;
    }

    private static GalleryEvent EndAt(Destination destination, CancellationToken cancellationToken)
    {
        try
        {
            Socket socket = TcpTransport.Connect(destination.To, destination.Options, cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            destination.Farewells.Add(socket, destination.To, "The end of transmission", failuresMatter: false);
            return new EndEvent(destination.To, 0, 0);
        }
        catch (SocketException e)
        {
            return new ErrorEvent(SocketErrors.Send(e, destination.To, "The end of transmission"));
        }
        catch (GalleryException e)
        {
            return new ErrorEvent(e);
        }
    }

    // Closing with a reset: the receiver must not take half an image for a whole one.
    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }

    private static SentImage Sent(OutgoingImage image, int index, long bytes, IPEndPoint to, TimeSpan elapsed) => new()
    {
        Index = index,
        Name = image.Name,
        Path = image.Path,
        Bytes = bytes,
        Format = image.Info.Format,
        Width = image.Info.Width,
        Height = image.Info.Height,
        Transport = Transport.Tcp,
        Protocol = Protocol.Plain,
        Destination = to,
        Datagrams = 0,
        Elapsed = elapsed,
    };

    private sealed record Destination(IPEndPoint To, TcpSendOptions Options, Pacer Pacer, Farewells Farewells);
}
