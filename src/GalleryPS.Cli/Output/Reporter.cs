namespace GalleryPS.Cli.Output;

/// <summary>Presents what happens.</summary>
internal abstract class Reporter : IDisposable
{
    /// <summary>Presents an event of a session.</summary>
    public abstract void Report(GalleryEvent galleryEvent);

    /// <summary>Presents a result object; the name is its <c>Event</c> in JSON.</summary>
    public abstract void Item(string name, object item);

    /// <summary>Presents a result object that has a line of its own for people.</summary>
    /// <param name="name">Its <c>Event</c> in JSON.</param>
    /// <param name="item">The object.</param>
    /// <param name="line">Makes the line.</param>
    public virtual void Item<T>(string name, T item, Func<T, string> line)
        where T : notnull => Item(name, item);

    /// <summary>Whether programs read the output, so that text for people has no place in it.</summary>
    public virtual bool IsForPrograms => false;

    /// <summary>Tells people something beside the results; programs have it in the results already.</summary>
    public virtual void Notice(string text)
    {
    }

    /// <summary>Presents several of them, for people as a table.</summary>
    /// <param name="name">The <c>Event</c> of each in JSON.</param>
    /// <param name="items">The objects.</param>
    /// <param name="columns">Title and text of each column, for people; a title that starts with <c>&gt;</c> is right-aligned.</param>
    public abstract void Table<T>(string name, IReadOnlyList<T> items, params (string Title, Func<T, string> Text)[] columns)
        where T : notnull;

    /// <summary>Presents all events and tells how it went.</summary>
    /// <returns>The exit code: 1 when there was an error among them.</returns>
    public int ReportAll(IEnumerable<GalleryEvent> events)
    {
        int code = Runner.Done;
        foreach (GalleryEvent galleryEvent in events)
        {
            if (galleryEvent is ErrorEvent) code = Runner.Failed;
            Report(galleryEvent);
        }

        return code;
    }

    public virtual void Dispose()
    {
    }
}
