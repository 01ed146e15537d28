using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Flute;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Flute;

/// <summary>Tells each sender that wants to know how far things are.</summary>
/// <param name="key">The key of the group, or null.</param>
/// <param name="report">Makes a report of a session; gets the last one, and a token that is cancelled when the session is another one. Null when the session is over.</param>
/// <param name="onEvent">Is told why reporting is not possible.</param>
/// <param name="time">The clock.</param>
/// <param name="anyPort">Whether ports below <see cref="GalleryLimits.LeastReportPort"/> are reported to.</param>
/// <param name="tls">What reports are encrypted with; null for plain text.</param>
/// <param name="onEnded">Is told when there is nothing more to tell to a sender.</param>
internal sealed class ReportClients(GroupKey? key, Func<SessionId, ReceptionReport, CancellationToken, ReceptionReport?> report, Action<GalleryEvent> onEvent, TimeProvider time, bool anyPort = false, TlsClient? tls = null, Action? onEnded = null) : IDisposable
{
    private readonly ConcurrentDictionary<SessionId, ReportClient> _clients = new();
    private int _portRefused;

    /// <summary>Whether no sender wants to know.</summary>
    public bool IsEmpty => _clients.IsEmpty;

    /// <summary>Whether a sender is still to be told for the first time.</summary>
    public bool IsBeginning => _clients.Values.Any(static c => !c.HasTried);

    /// <summary>Whether a sender does not know yet that everything is in.</summary>
    public bool IsReportingEnd => _clients.Values.Any(static c => c.IsReportingEnd);

    /// <summary>Whether the sender of a session is being told.</summary>
    public bool IsOpen(SessionId session) => _clients.TryGetValue(session, out ReportClient? client) && client.IsOpen;

    /// <summary>
    /// Begins to report to the sender of a session, or goes on at another port: the sender was started again.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="reportTo">What the sender says of its port. Only that is taken from the network: reports go to where the packets come from.</param>
    public void Begin(SessionId session, string reportTo)
    {
        Forget();
        if (!int.TryParse(reportTo.AsSpan(reportTo.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535) return;
        if (port < GalleryLimits.LeastReportPort && !anyPort)
        {
            if (Interlocked.Exchange(ref _portRefused, 1) == 0) onEvent(new WarningEvent(ErrorIds.ReportPortRefused, $"The sender at {session.Source} wants reports at port {port}, and ports below 1024 belong to services of the system: none are sent (-AnyReportPort allows it)."));
            return;
        }

        var to = new IPEndPoint(session.Source, port);
        if (_clients.TryGetValue(session, out ReportClient? known))
        {
            known.MoveTo(to);
            return;
        }

        var last = new ReceptionReport();
        _clients[session] = new ReportClient(
            to,
            key?.ReportKey(session.Tsi),
            left =>
            {
                ReceptionReport? now = report(session, last, left);
                if (now is not null) last = now with { Restarted = [], Objects = [], Blocks = [], Refused = 0 };
                return now;
            },
            (id, why) => onEvent(new WarningEvent(id, $"The sender at {session.Source} cannot be told what is missing: {why}.")),
            time,
            () => onEvent(new NoticeEvent($"The sender at {session.Source} can be told again.")),
            TlsTarget.Of(tls, session.Source.ToString()),
            onEnded);
    }

    /// <summary>Everything of a session is in.</summary>
    public void ReportEnd(SessionId session)
    {
        if (_clients.TryGetValue(session, out ReportClient? client)) client.ReportEnd();
    }

    /// <summary>A session was given up. What comes under its number now is another one.</summary>
    public void Leave(SessionId session)
    {
        if (_clients.TryRemove(session, out ReportClient? client)) client.Leave();
    }

    /// <summary>There is something to report now.</summary>
    public void Wake()
    {
        foreach (ReportClient client in _clients.Values) client.Wake();
    }

    public void Dispose()
    {
        foreach (ReportClient client in _clients.Values) client.Dispose();
        _clients.Clear();
    }

    // Senders that have been told everything: a receiver that goes on for days serves thousands. Their threads are done; they
    // are not disposed of, since another thread may be about to wake them.
    private void Forget()
    {
        foreach ((SessionId session, ReportClient client) in _clients)
        {
            if (client.HasEnded) _clients.TryRemove(session, out _);
        }
    }
}
