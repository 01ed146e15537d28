namespace GalleryPS.Traffic;

/// <summary>Captures traffic: until it is cancelled, or in the background from <see cref="Start"/> to <see cref="Stop"/>.</summary>
public static class CaptureOperation
{
    /// <summary>Captures until cancelled, until the time is over, or until the program ends by itself.</summary>
    /// <param name="options">What and where.</param>
    /// <param name="cancellationToken">Stops capturing.</param>
    /// <returns>What <see cref="Start"/> and <see cref="Stop"/> return.</returns>
    /// <exception cref="GalleryException">The options cannot work, or the program does not start; thrown here.</exception>
    public static IEnumerable<GalleryEvent> Run(CaptureOptions options, CancellationToken cancellationToken)
    {
        var session = CaptureSession.Start(options, cancellationToken);
        return Events();

        IEnumerable<GalleryEvent> Events()
        {
            using (session)
            {
                foreach (GalleryEvent started in Started(session.Capture, options)) yield return started;
                session.WaitForEnd(cancellationToken);
                foreach (GalleryEvent ended in Stop(session.Capture)) yield return ended;
            }
        }
    }

    /// <summary>Starts a capture that goes on in the background, until it is stopped or its time is over.</summary>
    /// <param name="options">What and where.</param>
    /// <param name="cancellationToken">Gives up starting it.</param>
    /// <returns>A <see cref="CaptureStartedEvent"/>, and in a sentence what is captured and why.</returns>
    /// <exception cref="GalleryException">The options cannot work, or the program does not start.</exception>
    public static IEnumerable<GalleryEvent> Start(CaptureOptions options, CancellationToken cancellationToken) =>
        Started(CaptureSession.Start(options, cancellationToken).Capture, options);

    /// <summary>Stops a capture of this process.</summary>
    /// <param name="capture">The capture; one that ended before stays as it is.</param>
    /// <returns>
    /// A <see cref="CaptureEndedEvent"/> with what there is; warnings when packets are missing; an <see cref="ErrorEvent"/> when the
    /// program had to be killed, had ended before, or could not write.
    /// </returns>
    public static IEnumerable<GalleryEvent> Stop(Capture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        var events = new List<GalleryEvent> { new CaptureEndedEvent(capture) };
        try
        {
            CaptureSession.Stop(capture);
        }
        catch (GalleryException e)
        {
            // What was captured until then can be read all the same.
            events.Add(new ErrorEvent(e));
            return events;
        }

        if (capture.Incomplete is { } incomplete) events.Add(incomplete);
        if (capture.Packets == 0) events.Add(new WarningEvent(ErrorIds.CaptureIncomplete, $"{capture.Path} holds no packet. {CaptureHistory.Advice(capture)}"));
        return events;
    }

    private static IEnumerable<GalleryEvent> Started(Capture capture, CaptureOptions options)
    {
        string chosen = options.Interface is null ? ", which the traffic uses by -To and the routing table; -Interface takes another NIC" : "";
        return
        [
            new NoticeEvent($"{capture.Tool} listens on {CaptureHistory.Nic(capture)}{chosen}. It captures with {CaptureHistory.Filter(capture)}."),
            new CaptureStartedEvent(capture),
        ];
    }
}
