namespace GalleryPS.Labs.Doctor;

/// <summary>The doctor: looks at everything that keeps a gallery from arriving, and says what to do about it.</summary>
public static class NetworkTestOperation
{
    /// <summary>Looks at this machine, then exchanges probes with the hosts that were named.</summary>
    /// <param name="options">What to look at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A <see cref="CheckEvent"/> for each check.</returns>
    /// <exception cref="GalleryException">The options cannot work; thrown here, and not when the events are read.</exception>
    public static IEnumerable<GalleryEvent> Run(NetworkTestOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Events(new DoctorCase(options, cancellationToken), cancellationToken);
    }

    /// <summary>What this machine has; without probes.</summary>
    internal static IEnumerable<NetworkCheck> Local(DoctorCase subject, CancellationToken cancellationToken)
    {
        var local = new LocalChecks(subject);
        bool blocked = false;
        foreach (Func<NetworkCheck> check in local.All)
        {
            cancellationToken.ThrowIfCancellationRequested();
            NetworkCheck found = check();

            // What follows from a fault that is named already is not named again.
            blocked |= found.Verdict == CheckVerdict.Fail;
            yield return found;
        }

        yield return blocked
            ? new NetworkCheck { Check = "Loopback", Verdict = CheckVerdict.NotApplicable, Finding = "Not tried: what was found above is in the way." }
            : local.Loopback(cancellationToken);
    }

    private static IEnumerable<GalleryEvent> Events(DoctorCase subject, CancellationToken cancellationToken)
    {
        foreach (NetworkCheck check in Local(subject, cancellationToken)) yield return new CheckEvent(check);
        foreach (string peer in subject.Options.ComputerName)
        {
            foreach (NetworkCheck check in Probes.Exchange(subject, peer, cancellationToken)) yield return new CheckEvent(check);
        }
    }
}
