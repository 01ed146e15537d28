using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Labs.Doctor;

/// <summary>
/// A doctor that listens for others: it takes their probes, sends them some, and tells what it finds on this machine. It sends probes only
/// to whoever asks, or to the group that is asked for.
/// </summary>
public static class DoctorListener
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    /// <summary>Listens until it is stopped.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>First a <see cref="ReadyEvent"/>, then a <see cref="NoticeEvent"/> for each that asks.</returns>
    public static IEnumerable<GalleryEvent> Run(CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.IPv6Any, NetworkTestOptions.ListeningPort);
        listener.Server.DualMode = true;
        try
        {
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new GalleryException(
                ErrorIds.PortInUse, GalleryErrorCategory.ResourceBusy, $"TCP port {NetworkTestOptions.ListeningPort} cannot be used: {e.Message}", NetworkTestOptions.ListeningPort, "Another doctor may listen already.", e);
        }

        yield return new ReadyEvent(Transport.Tcp, [(IPEndPoint)listener.LocalEndpoint], null, []);
        while (!cancellationToken.IsCancellationRequested)
        {
            TcpClient? client = null;
            try
            {
                client = listener.AcceptTcpClientAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            yield return new NoticeEvent($"{client.Client.RemoteEndPoint} asks.");
            using (client) Serve(client, cancellationToken);
        }
    }

    private static void Serve(TcpClient client, CancellationToken cancellationToken)
    {
        ProbeSocket? expecting = null;
        try
        {
            client.ReceiveTimeout = (int)Idle.TotalMilliseconds;
            using NetworkStream stream = client.GetStream();
            using var reader = new StreamReader(stream);
            using var writer = new StreamWriter(stream) { AutoFlush = true };
            while (reader.ReadLine() is { Length: < 4096 } text)
            {
                var line = ProbeLine.Read(text);
                ProbeLine answer = new();
                try
                {
                    IPAddress address = IPAddress.Parse(line.Address);
                    switch (line.Ask)
                    {
                        case "expect":
                            expecting?.Dispose();
                            expecting = ProbeSocket.Open(line.Transport, address, line.Port);
                            break;
                        case "report":
                            answer = new ProbeLine { Sizes = expecting?.Take(line.Sizes.Count) ?? [] };
                            expecting?.Dispose();
                            expecting = null;
                            break;
                        case "send":
                            Send(client, line, address);
                            break;
                        case "checks":
                            var options = new NetworkTestOptions { Transport = line.Transport, Port = line.Port, Ttl = Math.Max(1, line.Ttl), Address = line.Transport is Transport.Multicast or Transport.Broadcast ? line.Address : null };
                            answer = new ProbeLine { Checks = [.. NetworkTestOperation.Local(new DoctorCase(options, cancellationToken), cancellationToken)] };
                            break;
                    }
                }
                catch (Exception e) when (e is SocketException or FormatException or GalleryException or ArgumentException)
                {
                    answer = new ProbeLine { Error = e.Message };
                }

                writer.WriteLine(ProbeLine.Write(answer));
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Whoever asked is gone.
        }
        finally
        {
            expecting?.Dispose();
        }
    }

    private static void Send(TcpClient client, ProbeLine line, IPAddress address)
    {
        IPAddress asker = ((IPEndPoint)client.Client.RemoteEndPoint!).Address;
        if (asker.IsIPv4MappedToIPv6) asker = asker.MapToIPv4();
        if (line.Transport.IsToOne() && !asker.Equals(address)) throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "Probes go to whoever asks for them.", line.Address);
        ProbeSocket.Send(line.Transport, address, line.Port, Math.Clamp(line.Ttl, 1, 255), ProbeSocket.Sizes);
    }
}
