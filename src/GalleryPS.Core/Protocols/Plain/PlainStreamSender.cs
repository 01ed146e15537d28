using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Plain over TCP: one connection is one image, closed after its last byte; a connection with no bytes is the end of
/// transmission. Several receivers are served at the same time.
/// </summary>
internal sealed class PlainStreamSender : IImageSender
{
    private const int ChunkBytes = 256 << 10;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);
    private readonly Destination[] _destinations;
    private readonly TimeProvider _time;

    private PlainStreamSender(Destination[] destinations, TimeProvider time) => (_destinations, _time) = (destinations, time);

    public IReadOnlyList<IPEndPoint> Destinations => [.. _destinations.Select(static d => d.To)];

    public bool SendsAtOnce => true;

    public long OtherDatagrams => 0;

    public static PlainStreamSender Open(SendOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint> to = SendAddresses.Resolve(options, cancellationToken);
        return new PlainStreamSender(
            [.. to.Select(destination => new Destination(
                destination,
                new TcpConnectOptions(NicResolver.Resolve(options.Addresses.OutboundIP, destination.AddressFamily)[0], options.Addresses.Ttl, options.ConnectTimeout, StallTimeout),
                new Pacer((options.Pacing.BitRate ?? BitRate.Unlimited).BitsPerSecond, context.Time),
                new SentConnections(context.Time)))],
            context.Time);
    }

    public IEnumerable<GalleryEvent> Take(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        foreach (GalleryEvent result in Everywhere(d => SendTo(d, image, index, cancellationToken), cancellationToken)) yield return result;
        foreach (Destination destination in _destinations)
        {
            foreach (GalleryException late in destination.Sent.Failures()) yield return new ErrorEvent(late);
        }
    }

    public IEnumerable<GalleryEvent> Complete(CancellationToken cancellationToken)
    {
        int number = 0;
        foreach (GalleryEvent result in Everywhere(d => EndAt(d, cancellationToken), cancellationToken))
        {
            yield return result is EndEvent end ? end with { Seen = ++number, Expected = _destinations.Length } : result;
        }

        foreach (Destination destination in _destinations)
        {
            destination.Sent.WaitForAll(TimeSpan.FromSeconds(2), cancellationToken);
            foreach (GalleryException late in destination.Sent.Failures()) yield return new ErrorEvent(late);
        }
    }

    public void Dispose()
    {
        foreach (Destination destination in _destinations) destination.Sent.Dispose();
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
        long start = _time.GetTimestamp();
        try
        {
            TcpConnection connection = TcpConnection.Connect(destination.To, destination.Options, _time, cancellationToken);
            try
            {
                long sent = SendBytes(connection, image, destination.Pacer, cancellationToken);
                connection.EndSending();
                destination.Sent.Add(connection, image.Name);
                return new SentEvent(Sent(image, index, sent, destination.To, _time.GetElapsedTime(start)));
            }
            catch
            {
                connection.Reset();
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

    private static long SendBytes(TcpConnection connection, OutgoingImage image, Pacer pacer, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration closer = cancellationToken.UnsafeRegister(static c => ((TcpConnection)c!).Reset(), connection);
        try
        {
            if (image.InMemory is { } memory) return SendAll(connection, memory.Span, pacer, cancellationToken);
            byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, Math.Max(image.Length, 1)));
            try
            {
                long sent = 0;
                while (true)
                {
                    int read = image.Read(buffer, sent);
                    if (read == 0) return sent;
                    sent += SendAll(connection, buffer.AsSpan(0, read), pacer, cancellationToken);

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

    private static long SendAll(TcpConnection connection, ReadOnlySpan<byte> bytes, Pacer pacer, CancellationToken cancellationToken)
    {
        int sent = 0;
        while (sent < bytes.Length)
        {
            pacer.Wait(cancellationToken);
            int piece = pacer.IsUnlimited ? bytes.Length - sent : Math.Min(bytes.Length - sent, 16 << 10);
            int now = connection.Send(bytes.Slice(sent, piece));
            pacer.Sent(now);
            sent += now;
        }

        return sent;
    }

    private GalleryEvent EndAt(Destination destination, CancellationToken cancellationToken)
    {
        try
        {
            TcpConnection connection = TcpConnection.Connect(destination.To, destination.Options, _time, cancellationToken);
            connection.EndSending();
            destination.Sent.Add(connection, "The end of transmission", failuresMatter: false);
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

    private sealed record Destination(IPEndPoint To, TcpConnectOptions Options, Pacer Pacer, SentConnections Sent);
}
