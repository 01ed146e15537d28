using System.Net;
using Flute;
using static System.FormattableString;

namespace GalleryPS.Protocols.Flute;

/// <summary>What the protocol's failures mean for a user.</summary>
internal static class FluteErrors
{
    public static GalleryException Of(ObjectFailed failed, IPEndPoint source)
    {
        string name = SafeFileName.From(failed.File.Name);
        if (failed.Exception is GalleryException known)
        {
            return new GalleryException(known.Id, known.Category, $"{name} from {source}: {known.Message}", name, known.RecommendedAction, known);
        }

        return failed.Failure switch
        {
            ObjectFailure.Incomplete => new GalleryException(
                ErrorIds.ImageIncomplete, GalleryErrorCategory.InvalidData,
                Invariant($"{name} from {source} is not complete: {failed.Received:N0} of at least {failed.Needed:N0} symbols arrived{Percent(failed)}."), name,
                "Let the sender add redundancy, repeat, or wait for receivers (-Redundancy, -Repeat, -Receivers)."),
            ObjectFailure.TooLarge => new GalleryException(
                ErrorIds.ImageTooLarge, GalleryErrorCategory.LimitsExceeded,
                $"{name} from {source} is larger than accepted: {failed.Detail}.", name, "Raise the limit (-MaxImageBytes) if you trust the sender."),
            ObjectFailure.SessionTooLarge => new GalleryException(
                ErrorIds.GalleryTooLarge, GalleryErrorCategory.LimitsExceeded,
                $"{name} from {source} was left out: {failed.Detail}.", name, "Raise the limit (-MaxGalleryBytes) if you trust the sender."),
            ObjectFailure.NotUnderstood => new GalleryException(
                ErrorIds.NotUnderstood, GalleryErrorCategory.InvalidData, $"{name} from {source} cannot be received: {failed.Detail}.", name),
            ObjectFailure.Damaged => new GalleryException(
                ErrorIds.ImageDamaged, GalleryErrorCategory.InvalidData, $"{name} from {source} was left out: {failed.Detail}.", name,
                "Perhaps the file changed while it was sent; send it again."),
            _ => new GalleryException(
                ErrorIds.CannotWriteImage, GalleryErrorCategory.WriteError, $"{name} from {source} cannot be stored: {failed.Detail}.", name,
                "Free some disk space, or name another output directory.", failed.Exception),
        };
    }

    /// <summary>A table with more images than are accepted.</summary>
    public static GalleryException LeftOut(ObjectsLeftOut left, IPEndPoint source) => new(
        ErrorIds.TooManyImages, GalleryErrorCategory.LimitsExceeded,
        Invariant($"{source} announces more than {left.Taken:N0} images, the most accepted; the others are left out."), source,
        "Raise the limit (-MaxImages) if you trust the sender.");

    /// <summary>An image that arrived and cannot be read back or stored.</summary>
    public static GalleryException NotKept(string name, Exception e) => new(
        ErrorIds.CannotWriteImage, GalleryErrorCategory.WriteError, $"{SafeFileName.From(name)} cannot be stored: {e.Message}", name,
        "Free some disk space, or name another output directory.", e);

    private static string Percent(ObjectFailed failed) =>
        failed.Needed > 0 ? Invariant($" ({100.0 * Math.Min(failed.Received, failed.Needed) / failed.Needed:0.#} %)") : "";
}
