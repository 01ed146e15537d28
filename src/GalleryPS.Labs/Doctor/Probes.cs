using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GalleryPS.Labs.Doctor;

/// <summary>What two doctors say to each other, a line each.</summary>
internal sealed record ProbeLine
{
    /// <summary>expect, report, send or checks; null in an answer.</summary>
    public string? Ask { get; init; }

    public Transport Transport { get; init; }

    public string Address { get; init; } = "";

    public int Port { get; init; }

    public int Ttl { get; init; }

    /// <summary>Sizes of the probes that are to be sent, or that arrived, in bytes.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [];

    /// <summary>What the other doctor found on its machine.</summary>
    public IReadOnlyList<NetworkCheck> Checks { get; init; } = [];

    /// <summary>Why it cannot be done.</summary>
    public string? Error { get; init; }

    private static readonly JsonSerializerOptions Form = new() { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    public static string Write(ProbeLine line) => JsonSerializer.Serialize(line, Form);

    public static ProbeLine Read(string? line)
    {
        try
        {
            return (line is null ? null : JsonSerializer.Deserialize<ProbeLine>(line, Form)) ?? new ProbeLine { Error = "The connection ended." };
        }
        catch (JsonException)
        {
            return new ProbeLine { Error = "This is not a doctor." };
        }
    }
}

/// <summary>Sends probes and takes those that arrive.</summary>
internal sealed class ProbeSocket : IDisposable
{
    private const int Copies = 3;
    private static readonly byte[] Mark = "GalleryPS probe "u8.ToArray();
    private readonly Socket _socket;
    private readonly bool _tcp;

    private ProbeSocket(Socket socket, bool tcp) => (_socket, _tcp) = (socket, tcp);

    /// <summary>Sizes that fit in a packet of any network, in one of Ethernet, in six and in very many.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [500, 1400, 8_000, 60_000];

    /// <summary>Opens what probes arrive at.</summary>
    public static ProbeSocket Open(Transport transport, IPAddress address, int port)
    {
        bool tcp = transport == Transport.Tcp;
        var socket = new Socket(address.AddressFamily, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            if (!tcp) socket.ReceiveBufferSize = 1 << 20;
            if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(1, 2, BitConverter.GetBytes(1));
            IPAddress any = address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
            socket.Bind(new IPEndPoint(transport == Transport.Multicast && OperatingSystem.IsLinux() ? address : any, port));
            if (tcp) socket.Listen();
            if (transport == Transport.Multicast && any.Equals(IPAddress.Any)) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(address));
            else if (transport == Transport.Multicast) socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(address));
            return new ProbeSocket(socket, tcp);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends probes, each several times.</summary>
    public static void Send(Transport transport, IPAddress address, int port, int ttl, IReadOnlyList<int> sizes)
    {
        foreach (int size in sizes)
        {
            byte[] probe = new byte[size];
            Mark.CopyTo(probe, 0);
            for (int copy = 0; copy < (transport == Transport.Tcp ? 1 : Copies); copy++)
            {
                using var socket = new Socket(address.AddressFamily, transport == Transport.Tcp ? SocketType.Stream : SocketType.Dgram, transport == Transport.Tcp ? ProtocolType.Tcp : ProtocolType.Udp);
                if (transport == Transport.Broadcast) socket.EnableBroadcast = true;
                if (transport == Transport.Multicast)
                    socket.SetSocketOption(address.AddressFamily == AddressFamily.InterNetwork ? SocketOptionLevel.IP : SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, ttl);
                if (transport == Transport.Tcp)
                {
                    if (!socket.ConnectAsync(address, port).Wait(TimeSpan.FromSeconds(2))) return;
                    socket.Send(probe);
                    continue;
                }

                socket.SendTo(probe, new IPEndPoint(address, port));
                Thread.Sleep(2); // a burst would fill the other side's buffer, which is another fault
            }
        }
    }

    /// <summary>The sizes of the probes that arrive until nothing more comes.</summary>
    public IReadOnlyList<int> Take(int most)
    {
        var sizes = new SortedSet<int>();
        byte[] buffer = new byte[70_000];
        _socket.ReceiveTimeout = 400;
        try
        {
            while (sizes.Count < most && (!_tcp || _socket.Poll(400_000, SelectMode.SelectRead)))
            {
                int length = _tcp ? TakeConnection(buffer) : _socket.Receive(buffer);
                if (buffer.AsSpan().StartsWith(Mark)) sizes.Add(length);
            }
        }
        catch (SocketException)
        {
            // Nothing more comes.
        }

        return [.. sizes];
    }

    public void Dispose() => _socket.Dispose();

    private int TakeConnection(byte[] buffer)
    {
        using Socket connection = _socket.Accept();
        connection.ReceiveTimeout = 400;
        int length = 0;
        for (int more = 1; more > 0; length += more) more = connection.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
        return length;
    }
}

/// <summary>Exchanges probes with a doctor that listens on another host.</summary>
internal static class Probes
{
    private static readonly int[] MoreHops = [2, 4, 8, 16, 32, 64];

    /// <summary>Sends probes both ways.</summary>
    /// <returns>A check for each direction, for the time to live, and for what the other doctor found wrong on its machine.</returns>
    public static IEnumerable<NetworkCheck> Exchange(DoctorCase subject, string peer, CancellationToken cancellationToken)
    {
        var checks = new List<NetworkCheck>();
        try
        {
            IPAddress address = Network.Hosts.Resolve(peer, cancellationToken);
            using var client = new TcpClient(address.AddressFamily);
            if (!client.ConnectAsync(address, NetworkTestOptions.ListeningPort, cancellationToken).AsTask().Wait(3000, cancellationToken)) throw new SocketException((int)SocketError.TimedOut);
            using var stream = client.GetStream();
            using var reader = new StreamReader(stream);
            using var writer = new StreamWriter(stream) { AutoFlush = true };
            ProbeLine Say(ProbeLine line)
            {
                writer.WriteLine(ProbeLine.Write(line));
                return ProbeLine.Read(reader.ReadLine());
            }

            NetworkTestOptions options = subject.Options;
            IPAddress own = ((IPEndPoint)client.Client.LocalEndPoint!).Address;
            bool single = options.Transport.IsToOne();
            IPAddress to = single ? address : subject.Address, back = single ? own : subject.Address;
            var line = new ProbeLine { Transport = options.Transport, Address = to.ToString(), Port = options.Port, Ttl = options.Ttl, Sizes = ProbeSocket.Sizes };
            Say(line with { Ask = "expect" });
            ProbeSocket.Send(options.Transport, to, options.Port, options.Ttl, ProbeSocket.Sizes);
            ProbeLine arrived = Say(line with { Ask = "report" });
            checks.AddRange(Judge("Sending", $"to {peer}", arrived.Sizes, arrived.Error, peer));
            if (subject.Multicast && arrived.Sizes.Count == 0 && Distance(subject, Say, line) is { } hops)
            {
                checks.Clear();
                checks.Add(New("TimeToLive", CheckVerdict.Fail, string.Create(CultureInfo.InvariantCulture, $"{peer} is behind routers: packets need a time to live of {hops}, and have {options.Ttl}."), string.Create(CultureInfo.InvariantCulture, $"Send with -Ttl {hops}."), peer));
            }

            using (var receiver = ProbeSocket.Open(options.Transport, back, options.Port))
            {
                ProbeLine sent = Say(line with { Ask = "send", Address = back.ToString(), Ttl = checks.Exists(static c => c.Check == "TimeToLive") ? 64 : options.Ttl });
                checks.AddRange(Judge("Receiving", $"from {peer}", receiver.Take(ProbeSocket.Sizes.Count), sent.Error, peer));
            }

            // Why it fails is often seen at the other end.
            if (checks.Exists(static c => c.Verdict == CheckVerdict.Fail))
                checks.AddRange(Say(line with { Ask = "checks" }).Checks.Where(static c => c.Verdict is CheckVerdict.Fail or CheckVerdict.Warning).Select(c => New(c.Check, c.Verdict, c.Finding, c.Remedy, peer)));
        }
        catch (Exception e) when (e is SocketException or IOException or AggregateException or GalleryException)
        {
            string why = (e as AggregateException)?.InnerException?.Message ?? e.Message;
            checks.Add(New("Peer", CheckVerdict.Fail, $"No doctor answers on {peer}: {why}", $"Run 'gallery doctor --listen' there, and allow TCP port {NetworkTestOptions.ListeningPort}.", peer));
        }

        return checks;
    }

    private static int? Distance(DoctorCase subject, Func<ProbeLine, ProbeLine> say, ProbeLine line)
    {
        foreach (int ttl in MoreHops.Where(t => t > subject.Options.Ttl))
        {
            say(line with { Ask = "expect", Ttl = ttl });
            ProbeSocket.Send(line.Transport, subject.Address, line.Port, ttl, [ProbeSocket.Sizes[0]]);
            if (say(line with { Ask = "report", Sizes = [ProbeSocket.Sizes[0]] }).Sizes.Count > 0) return ttl;
        }

        return null;
    }

    private static IEnumerable<NetworkCheck> Judge(string check, string way, IReadOnlyList<int> arrived, string? error, string peer)
    {
        int[] missing = [.. ProbeSocket.Sizes.Except(arrived)];
        if (error is not null) yield return New(check, CheckVerdict.Fail, $"Probes {way} could not be sent: {error}", "", peer);
        else if (missing.Length == 0) yield return New(check, CheckVerdict.Pass, $"Probes {way} arrive, up to {ProbeSocket.Sizes[^1].ToString("N0", CultureInfo.InvariantCulture)} bytes.", "", peer);
        else if (arrived.Count == 0) yield return New(check, CheckVerdict.Fail, $"No probe {way} arrives.", "See the other checks, here and at the other end; a switch or a router between them may not forward.", peer);
        else yield return New(
            check, CheckVerdict.Fail, string.Create(CultureInfo.InvariantCulture, $"Probes {way} arrive up to {arrived.Max():N0} bytes, and not with {missing.Min():N0}: fragments are dropped on the way."),
            "Send images that fit in a packet, or use -Protocol Flute or -Transport Tcp; a firewall that drops fragments may be in the way.", peer);
    }

    private static NetworkCheck New(string check, CheckVerdict verdict, string finding, string remedy, string peer) =>
        new() { Check = check, Verdict = verdict, Finding = finding, Remedy = remedy, ComputerName = peer };
}
