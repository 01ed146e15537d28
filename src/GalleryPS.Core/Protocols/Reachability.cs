using System.Net;

namespace GalleryPS.Protocols;

/// <summary>
/// How it stands with one destination of a sender. An error whose cause is the destination is told once, not for every image:
/// again only when it worked in between, or when it is another one.
/// </summary>
/// <param name="to">The destination.</param>
internal sealed class Reachability(IPEndPoint to)
{
    private string? _last;
    private long _suppressed;

    /// <summary>The destination.</summary>
    public IPEndPoint To => to;

    /// <summary>Whether it was waited for in vain, since anything was sent to it.</summary>
    public bool GaveUp { get; set; }

    /// <summary>Whether anything could be sent to it.</summary>
    public bool Worked { get; private set; }

    /// <summary>Whether it could not be reached, and nothing else was ever sent to it.</summary>
    public bool NeverWorked => _last is not null && !Worked;

    /// <summary>Something was sent.</summary>
    public void Succeed() => (Worked, GaveUp, _last) = (true, false, null);

    /// <summary>Something could not be sent.</summary>
    /// <param name="error">Why.</param>
    /// <returns>What to tell; null when the cause is the destination, and it was told.</returns>
    public GalleryEvent? Fail(GalleryException error)
    {
        if (!IsCause(error)) return new ErrorEvent(error);
        if (_last == error.Id)
        {
            _suppressed++;
            return null;
        }

        _last = error.Id;
        return new ErrorEvent(error);
    }

    /// <summary>What was not told one by one; null when everything was.</summary>
    public GalleryEvent? Rest() => _suppressed == 0 ? null : new WarningEvent(
        _last ?? ErrorIds.DestinationUnreachable, $"{to}: {Counted.Of(_suppressed, "more attempt")} to send failed for the same reason.");

    // Whether an error is the destination's, and so the same for every image.
    private static bool IsCause(GalleryException error) => error.Id is ErrorIds.ConnectionRefused or ErrorIds.ConnectionTimedOut or ErrorIds.DestinationUnreachable
        or ErrorIds.AddressNotLocal or ErrorIds.NotPrivileged or ErrorIds.AddressFamilyMismatch or ErrorIds.CannotResume or ErrorIds.TlsFailed or ErrorIds.CertificateNotTrusted;
}
