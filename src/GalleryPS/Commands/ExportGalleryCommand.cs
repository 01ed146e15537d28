using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Images;
using GalleryPS.Show.Export;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Export-Gallery: writes images into one file.</summary>
[Cmdlet(VerbsData.Export, "Gallery", DefaultParameterSetName = PathSet, SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Export-Gallery.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportGalleryCommand : ImagesCmdlet
{
    private ExportOptions _options = new() { OutputPath = "" };
    private ExportOperation? _export;

    /// <summary>The file to write: .html, .png, .jpg, .gif or .webp.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string OutputPath { get => _options.OutputPath; set => _options = _options with { OutputPath = value }; }

    /// <summary>What to make, whatever the extension says.</summary>
    [Parameter]
    public ExportKind? As { get => _options.As; set => _options = _options with { As = value }; }

    /// <summary>How long each image stands, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Interval { get => _options.Interval; set => _options = _options with { Interval = value }; }

    /// <summary>Images in a row of a contact sheet.</summary>
    [Parameter]
    [InRange<ExportOptions>]
    public int? Columns { get => _options.Columns; set => _options = _options with { Columns = value }; }

    /// <summary>Longer side of the images on a contact sheet, in pixels.</summary>
    [Parameter]
    [InRange<ExportOptions>]
    public int ThumbnailSize { get => _options.ThumbnailSize; set => _options = _options with { ThumbnailSize = value }; }

    /// <summary>Heading of a page or a contact sheet.</summary>
    [Parameter]
    public string? Title { get => _options.Title; set => _options = _options with { Title = value }; }

    /// <summary>Width of an animation in pixels.</summary>
    [Parameter]
    [InRange<ExportOptions>]
    public int Width { get => _options.Width; set => _options = _options with { Width = value }; }

    /// <summary>Height of an animation in pixels.</summary>
    [Parameter]
    [InRange<ExportOptions>]
    public int Height { get => _options.Height; set => _options = _options with { Height = value }; }

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get => _options.Force; set => _options = _options with { Force = value }; }

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _options = _options with { OutputPath = FullPath(OutputPath) };
        _export = new ExportOperation(_options);
        Present(OrTerminate(() => _export.Begin(StopToken)));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (ImageInput input in FindImages()) Present(OrTerminate(() => _export!.Add(input, StopToken)));
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (_export!.Count == 0 || !ShouldProcess(_options.OutputPath, $"Export {Counted.Of(_export.Count, "image")}")) return;
        Present(_export.End(StopToken));
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        base.Present(galleryEvent);
        if (galleryEvent is not ExportedEvent exported) return;

        // As Get-Item emits it: with what the table of files shows of it.
        WriteObject(InvokeProvider.Item.Get([$@"Microsoft.PowerShell.Core\FileSystem::{exported.Path}"], force: true, literalPath: true), enumerateCollection: true);
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _export?.Dispose();
}
