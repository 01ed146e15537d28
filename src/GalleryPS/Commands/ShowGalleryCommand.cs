using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Images;
using GalleryPS.Show;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Show-Gallery: shows images as they come.</summary>
[Cmdlet(VerbsCommon.Show, "Gallery", DefaultParameterSetName = PathSet, HelpUri = HelpPages.Address + "Show-Gallery.md")]
[OutputType(typeof(ShownImage))]
public sealed class ShowGalleryCommand : ImagesCmdlet
{
    private ShowOptions _options = new();
    private GalleryShow? _show;

    /// <summary>Where to show.</summary>
    [Parameter]
    public GalleryView As { get => _options.As; set => _options = _options with { As = value }; }

    /// <summary>What to draw with in the terminal.</summary>
    [Parameter]
    public TerminalGraphics? Graphics { get => _options.Graphics; set => _options = _options with { Graphics = value }; }

    /// <summary>How long each image stands, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Interval { get => _options.Interval; set => _options = _options with { Interval = value }; }

    /// <summary>Port of the live page; 0 for a free one.</summary>
    [Parameter]
    [InRange<ShowOptions>]
    public int Port { get => _options.Port; set => _options = _options with { Port = value }; }

    /// <summary>Print the page's address instead of opening a browser.</summary>
    [Parameter]
    public SwitchParameter NoBrowser { get => _options.NoBrowser; set => _options = _options with { NoBrowser = value }; }

    /// <summary>Stay until Ctrl+C and serve the page, instead of serving it in the background.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Run in the background, as a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override void AdaptToJob(Dictionary<string, object> parameters)
    {
        // The terminal belongs to the shell; and the page is there as long as the job.
        if (As == GalleryView.Terminal)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "A job cannot draw in the terminal.", As, "Use -As Browser or -As Html, or leave out -AsJob.");
        }

        if (As == GalleryView.Auto) parameters[nameof(As)] = GalleryView.Browser;
        parameters[nameof(Wait)] = SwitchParameter.Present;
    }

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _show = OrTerminate(() => GalleryShow.Open(_options));
        Present(_show.Begin(StopToken));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (ImageInput input in FindImages()) Present(_show!.Add(input, StopToken));
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        Present(_show!.End(StopToken));
        if (_show.View != GalleryView.Browser) return;
        if (Wait)
        {
            StopToken.WaitHandle.WaitOne();
            return;
        }

        // The page lives on with the session, so that the prompt comes back and the images stay.
        LiveShows.Keep(_show);
        SessionResources.Keep(_show.Dispose);
        _show = null;
    }

    /// <inheritdoc/>
    protected override void OnStop()
    {
        base.OnStop();

        // An upstream cmdlet may be the one that is busy: then nobody else gives the terminal back.
        _show?.RestoreTerminal();
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is ShowReadyEvent ready)
        {
            if (ready.Url is { } url) WriteHost(ready.Opened ? $"The gallery is in the browser: {url}" : $"The gallery is at {url}");
            if (ready.Path is { } path) WriteHost($"The gallery is in {path}");
        }

        base.Present(galleryEvent);
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _show?.Dispose();

    /// <summary>As Write-Host does: seen, and in the information stream, but no output.</summary>
    private void WriteHost(string text) => WriteInformation(new HostInformationMessage { Message = text }, ["PSHOST"]);
}
