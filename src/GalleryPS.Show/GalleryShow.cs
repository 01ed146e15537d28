using GalleryPS.Operations;
using GalleryPS.Show.Export;
using GalleryPS.Show.Live;
using GalleryPS.Show.Terminals;

namespace GalleryPS.Show;

/// <summary>How a gallery is shown.</summary>
public sealed record ShowOptions
{
    /// <summary>Where.</summary>
    [Option("Where to show.")]
    public GalleryView As { get; init; } = GalleryView.Auto;

    /// <summary>What to draw with in the terminal; null for the best it has.</summary>
    [Option("What to draw with in the terminal; default: the best it has.")]
    public TerminalGraphics? Graphics { get; init; }

    /// <summary>How long each image is shown.</summary>
    [Option("How long each image is shown.", least: 0, moreThanLeast: true)]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Port of the live page; 0 for a free one.</summary>
    [Option("Port of the live page; default: a free one.", least: 0, most: 65_535, letter: 'p')]
    public int Port { get; init; }

    /// <summary>Print the page's address instead of opening a browser.</summary>
    [Option("Print the page's address instead of opening a browser.")]
    public bool NoBrowser { get; init; }

    /// <summary>Checks what can be checked without showing anything.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Ranges(this);
        if (Graphics is not null && As is (GalleryView.Browser or GalleryView.Html))
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"-Graphics is for the terminal, not for {As}.", Graphics,
                "Leave one of the two out.");
        }
    }
}

/// <summary>
/// A show that goes on while images come. Every call hands out what happened as events, on the calling thread; nothing
/// happens unless they are read.
/// </summary>
public sealed class GalleryShow : IOperation<ImageInput>
{
    private readonly ShowOptions _options;
    private readonly ItemSpool _spool = new();
    private readonly List<GalleryItem> _items = [];
    private readonly List<GalleryEvent> _held = [];
    private readonly Terminal? _terminal;
    private LiveServer? _server;
    private TerminalSlideshow? _slideshow;
    private bool _opened;

    private GalleryShow(ShowOptions options, GalleryView view, Terminal? terminal) => (_options, View, _terminal) = (options, view, terminal);

    /// <summary>Where images are shown; never Auto.</summary>
    public GalleryView View { get; }

    /// <summary>Images so far.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the user ended the show; more images are not shown.</summary>
    public bool Ended => _slideshow?.Ended == true;

    /// <summary>Decides where to show; the terminal is asked if need be.</summary>
    /// <param name="options">How.</param>
    /// <returns>A show; dispose of it.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static GalleryShow Open(ShowOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        GalleryView view = ViewChoice.Choose(options.As, options.Graphics, out Terminal? terminal);
        return new GalleryShow(options, view, terminal);
    }

    /// <summary>Opens the page, and a browser with it. It can wait for its images; the terminal is not taken before there is one.</summary>
    /// <param name="cancellationToken">Not needed.</param>
    /// <returns>A <see cref="ShowReadyEvent"/> for a page.</returns>
    /// <exception cref="GalleryException">The page cannot be served.</exception>
    public IEnumerable<GalleryEvent> Begin(CancellationToken cancellationToken)
    {
        if (View != GalleryView.Browser) yield break;
        _server = LiveServer.Start(_options.Interval, _options.Port);
        _opened = !_options.NoBrowser && Display.IsThere && Display.Open(_server.Url.ToString());
        yield return new ShowReadyEvent(View, _server.Url.ToString(), null, _opened);
    }

    /// <summary>Shows an image file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="cancellationToken">Ends at once.</param>
    /// <returns>A <see cref="ShownEvent"/> (in the terminal: at the end of the show), and an <see cref="ErrorEvent"/> for one that is broken.</returns>
    public IEnumerable<GalleryEvent> Add(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Add(index => GalleryItem.FromFile(path, index, cancellationToken), cancellationToken);
    }

    /// <summary>Shows an image, whatever it comes from.</summary>
    /// <param name="input">The image.</param>
    /// <param name="cancellationToken">Ends at once.</param>
    /// <returns>As <see cref="Add(string, CancellationToken)"/>.</returns>
    public IEnumerable<GalleryEvent> Add(ImageInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Add(index => GalleryItem.From(input, index, _spool, cancellationToken), cancellationToken);
    }

    /// <summary>Shows a received image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="cancellationToken">Ends at once.</param>
    /// <returns>As <see cref="Add(string, CancellationToken)"/>.</returns>
    public IEnumerable<GalleryEvent> Add(ReceivedImage image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Add(index => GalleryItem.FromReceived(image, index, _spool), cancellationToken);
    }

    /// <summary>
    /// Ends the show: a live page says that no more images come and goes on being served, the terminal is restored, a
    /// page's file is written and opened.
    /// </summary>
    /// <param name="cancellationToken">Ends at once.</param>
    /// <returns>What was held back.</returns>
    public IEnumerable<GalleryEvent> End(CancellationToken cancellationToken)
    {
        RestoreTerminal();
        foreach (GalleryEvent galleryEvent in _held) yield return galleryEvent;
        _held.Clear();
        _server?.End();
        if (_opened) WaitForBrowser(cancellationToken);
        if (View != GalleryView.Html || _items.Count == 0) yield break;

        string path = Path.Combine(Path.GetTempPath(), $"gallery-{DateTime.Now:yyyyMMdd-HHmmss}-{Guid.NewGuid().ToString("N")[..8]}.html");
        var errors = new List<GalleryException>();
        GalleryExport.Write(
            _items, new ExportOptions { OutputPath = path, As = ExportKind.Html, Interval = _options.Interval }, errors.Add, null, cancellationToken);
        foreach (GalleryException error in errors) yield return new ErrorEvent(error);
        bool opened = !_options.NoBrowser && Display.IsThere && Display.Open(path);
        yield return new ShowReadyEvent(View, null, path, opened);
        foreach (GalleryItem item in _items) yield return new ShownEvent(item.Shown(View));
    }

    /// <summary>Gives the terminal back to whoever had it, also before the end.</summary>
    public void RestoreTerminal() => _slideshow?.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        RestoreTerminal();
        _server?.Dispose();
        _spool.Dispose();
    }

    private IEnumerable<GalleryEvent> Add(Func<int, GalleryItem> make, CancellationToken cancellationToken)
    {
        if (Ended) yield break;
        if (View == GalleryView.Terminal && _slideshow is null)
        {
            // Told before the screen is taken: text in between would tear the picture.
            yield return new ShowReadyEvent(View, null, null, false);
            _slideshow = TerminalSlideshow.Begin(_terminal!, _options.Graphics, _options.Interval);
        }

        GalleryItem item = make(Count++);
        GalleryException? problem = item.Error;
        switch (View)
        {
            case GalleryView.Browser:
                _server!.Add(item);
                yield return new ShownEvent(item.Shown(View));
                break;
            case GalleryView.Terminal:
                // Nothing may be written onto the picture: results and errors wait for the end.
                _held.Add(new ShownEvent(item.Shown(View)));
                if (_slideshow!.Show(item, cancellationToken) is { } broken) _held.Add(new ErrorEvent(broken));
                problem = null;
                break;
            default:
                // Its errors come when the page is written.
                _items.Add(item);
                problem = null;
                break;
        }

        if (problem is not null) yield return new ErrorEvent(problem);
    }

    /// <summary>A browser that was just opened needs a moment to load the page; whoever ends now would take it away.</summary>
    private void WaitForBrowser(CancellationToken cancellationToken)
    {
        try
        {
            _server!.Viewed.Wait(TimeSpan.FromSeconds(10), cancellationToken);
        }
        catch (AggregateException)
        {
            // The server ended first.
        }
    }
}
