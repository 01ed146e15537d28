using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace GalleryPS.Cli;

/// <summary>What one transport of the demonstration amounted to.</summary>
internal sealed record DemoResult
{
    public required Transport Transport { get; init; }

    public required string To { get; init; }

    public required int Receivers { get; init; }

    public required int Images { get; init; }

    public required long ImageBytes { get; init; }

    public required long BytesSent { get; init; }

    public required long Datagrams { get; init; }

    public required long Connections { get; init; }

    public required int Intact { get; init; }

    public required int Expected { get; init; }

    public required TimeSpan Elapsed { get; init; }

    internal IReadOnlyList<GalleryException> Errors { get; init; } = [];
}

/// <summary>Sends a gallery to receivers on this machine and holds what arrived against what was sent.</summary>
internal static class Demonstration
{
    public static DemoResult Run(IReadOnlyList<string> files, Transport transport, int receivers, CancellationToken cancellationToken)
    {
        int port = FreePort(transport);
        string[] hosts = [.. Enumerable.Range(1, receivers).Select(static i => $"127.0.0.{i}")];
        var send = new SendOptions { Transport = transport, Addresses = new() { Port = port } };
        Func<int, ReceiveOptions> receive = i => new ReceiveOptions { Transport = transport, Addresses = new() { Port = port }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(10) } };
        switch (transport)
        {
            case Transport.Broadcast:
                send = send with { Addresses = send.Addresses with { To = ["127.255.255.255"] } };
                break;
            case Transport.Multicast:
                send = send with { Addresses = send.Addresses with { OutboundIP = ["127.0.0.1"] } };
                receive = i => new ReceiveOptions { Transport = transport, Addresses = new() { Port = port, ArrivalIP = ["127.0.0.1"] }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(10) } };
                break;
            default:
                send = send with { Addresses = send.Addresses with { To = hosts } };
                receive = i => new ReceiveOptions { Transport = transport, Addresses = new() { Port = port, Address = hosts[i] }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(10) } };
                break;
        }

        var opened = new List<GalleryReceiver>();
        try
        {
            for (int i = 0; i < receivers; i++) opened.Add(GalleryReceiver.Open(receive(i), cancellationToken));
            return Run(files, send, opened, cancellationToken);
        }
        finally
        {
            foreach (GalleryReceiver receiver in opened) receiver.Dispose();
        }
    }

    private static DemoResult Run(IReadOnlyList<string> files, SendOptions options, List<GalleryReceiver> receivers, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Task<List<GalleryEvent>>[] receiving = [.. receivers.Select(r => Task.Factory.StartNew(
            () => r.Receive(cancellationToken).ToList(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        var sent = new List<GalleryEvent>();
        using GallerySender sender = GallerySender.Open(options, cancellationToken);
        foreach (string file in files) sent.AddRange(sender.Send(file, cancellationToken));
        sent.AddRange(sender.Finish(cancellationToken));
        Task.WaitAll(receiving, cancellationToken);

        SessionSummary summary = sent.OfType<SummaryEvent>().Single().Summary;
        List<string> wanted = [.. files.Select(static f => Hash(File.ReadAllBytes(f))).Order(StringComparer.Ordinal)];
        int intact = 0;
        var errors = sent.OfType<ErrorEvent>().Select(static e => e.Error).ToList();
        foreach (List<GalleryEvent> events in receiving.Select(static t => t.Result))
        {
            errors.AddRange(events.OfType<ErrorEvent>().Select(static e => e.Error));
            List<string> missing = [.. wanted];
            intact += events.OfType<ReceivedEvent>().Count(e => missing.Remove(Hash(e.Image.Data)));
        }

        bool tcp = options.Transport == Transport.Tcp;
        return new DemoResult
        {
            Transport = options.Transport,
            To = sender.Destinations is [var only] ? only.Address.ToString() : $"{sender.Destinations[0].Address} to .{sender.Destinations.Count}",
            Receivers = receivers.Count,
            Images = files.Count,
            ImageBytes = files.Sum(static f => new FileInfo(f).Length),
            BytesSent = summary.Bytes,
            Datagrams = summary.Datagrams,
            Connections = tcp ? summary.Images + summary.Ends : 0,
            Intact = intact,
            Expected = files.Count * receivers.Count,
            Elapsed = Stopwatch.GetElapsedTime(start),
            Errors = errors,
        };
    }

    private static string Hash(byte[] data) => Convert.ToHexString(SHA256.HashData(data));

    private static int FreePort(Transport transport)
    {
        bool tcp = transport == Transport.Tcp;
        using var probe = new Socket(AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
