namespace GalleryPS.Traffic;

/// <summary>Counts a capture.</summary>
public static class CountOperation
{
    /// <summary>Counts.</summary>
    /// <param name="options">How.</param>
    /// <param name="path">The capture.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <returns>
    /// A <see cref="CountEvent"/>; warnings of what was passed over; and an
    /// <see cref="ErrorEvent"/> for a file that cannot be read, or not to its end.
    /// </returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static IEnumerable<GalleryEvent> Run(CountOptions options, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var events = new List<GalleryEvent>();
        try
        {
            CountResult result = CaptureCounter.Count(path, options, cancellationToken);
            events.Add(new CountEvent(result.Count, options.ByFlow) { Notes = options.ByFlow ? [.. result.Count.Notes.Except(result.Skipped)] : [] });
            events.AddRange(result.Skipped.Select(static note => new WarningEvent(ErrorIds.UnreadableCapture, note)));
            if (result.Damage is { } damage) events.Add(new ErrorEvent(damage));
        }
        catch (GalleryException e) when (e.Id == ErrorIds.UnreadableCapture)
        {
            events.Add(new ErrorEvent(e));
        }

        return events;
    }
}
