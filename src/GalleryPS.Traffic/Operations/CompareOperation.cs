namespace GalleryPS.Traffic;

/// <summary>Compares predictions with captures.</summary>
public static class CompareOperation
{
    /// <summary>Compares: one capture serves all predictions, one prediction all captures; else they go in pairs.</summary>
    /// <param name="options">Which traffic of the captures counts.</param>
    /// <param name="estimates">The predictions.</param>
    /// <param name="paths">The captures.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A <see cref="ComparisonEvent"/> for each pair, and before it an <see cref="ErrorEvent"/> if the file is damaged.</returns>
    /// <exception cref="GalleryException">
    /// <see cref="ErrorIds.InvalidOptions"/>: they make no pairs; <see cref="ErrorIds.UnreadableCapture"/>: a file is no capture at all.
    /// </exception>
    public static IEnumerable<GalleryEvent> Run(
        ComparisonOptions options, IReadOnlyList<TrafficEstimate> estimates, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(estimates);
        ArgumentNullException.ThrowIfNull(paths);
        var damage = new List<GalleryException>();
        foreach ((TrafficEstimate estimate, string path, bool ofTransport) in Pairs(estimates, paths))
        {
            TrafficComparison comparison = TrafficComparer.Compare(
                estimate, path, options with { OfTransport = options.OfTransport || ofTransport }, damage.Add, cancellationToken);
            foreach (GalleryException error in damage) yield return new ErrorEvent(error);
            damage.Clear();
            yield return new ComparisonEvent(comparison);
        }
    }

    private static IEnumerable<(TrafficEstimate Estimate, string Path, bool OfTransport)> Pairs(IReadOnlyList<TrafficEstimate> estimates, IReadOnlyList<string> paths)
    {
        if (paths.Count == estimates.Count && paths.Count > 1) return estimates.Zip(paths, static (estimate, path) => (estimate, path, false));
        if (paths.Count == 1)
        {
            // Several transports in one capture: each is held against its own part.
            bool several = estimates.Select(static e => e.Transport).Distinct().Skip(1).Any();
            return estimates.Select(e => (e, paths[0], several));
        }

        if (estimates.Count == 1) return paths.Select(path => (estimates[0], path, false));
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{estimates.Count} predictions cannot be compared with {paths.Count} captures.", paths,
            "Give one capture for all predictions, or one for each.");
    }
}
