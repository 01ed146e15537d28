namespace GalleryPS;

/// <summary>What a receiver means to the others whose path is far slower than theirs.</summary>
public enum SlowReceiver
{
    /// <summary>All wait for it: nobody gets more than it can take.</summary>
    Wait,

    /// <summary>One with less than a quarter of the usual rate is served when the others have everything.</summary>
    Leave,
}
