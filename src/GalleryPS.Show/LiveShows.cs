namespace GalleryPS.Show;

/// <summary>Pages that are still served after whoever made them has returned, until the process ends.</summary>
public static class LiveShows
{
    private const int Most = 8;
    private static readonly Lock Lock = new();
    private static readonly Queue<GalleryShow> Shows = new();

    /// <summary>Keeps a show; the oldest one ends when there are too many.</summary>
    /// <param name="show">The show; it is disposed of here.</param>
    public static void Keep(GalleryShow show)
    {
        lock (Lock)
        {
            if (Shows.Count == 0) AppDomain.CurrentDomain.ProcessExit += static (_, _) => EndAll();
            Shows.Enqueue(show);
            if (Shows.Count > Most) Shows.Dequeue().Dispose();
        }
    }

    /// <summary>Ends all of them: their pages are gone, their temporary files too.</summary>
    public static void EndAll()
    {
        lock (Lock)
        {
            while (Shows.TryDequeue(out GalleryShow? show)) show.Dispose();
        }
    }
}
