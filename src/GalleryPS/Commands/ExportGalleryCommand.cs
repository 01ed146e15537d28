using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Images;
using GalleryPS.Show;
using GalleryPS.Show.Export;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Export-Gallery: writes images into one file.</summary>
[Cmdlet(VerbsData.Export, "Gallery", DefaultParameterSetName = PathSet, SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Export-Gallery.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportGalleryCommand : ImagesCmdlet
{
    private readonly List<GalleryItem> _items = [];
    private readonly ItemSpool _spool = new();
    private ExportOptions _options = new() { OutputPath = "" };

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

    /// <summary>Heading of a contact sheet.</summary>
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
        OrTerminate(() => GalleryExport.Check(_options));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (ImageInput input in FindImages()) _items.Add(OrTerminate(() => GalleryItem.From(input, _items.Count, _spool, StopToken)));
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (_items.Count == 0) return;
        if (!ShouldProcess(_options.OutputPath, $"Export {Counted.Of(_items.Count, "image")}")) return;
        FileInfo file = OrTerminate(() => GalleryExport.Write(_items, _options, WriteError, Progress, StopToken));

        // As Get-Item emits it: with what the table of files shows of it.
        WriteObject(InvokeProvider.Item.Get([$@"Microsoft.PowerShell.Core\FileSystem::{file.FullName}"], force: true, literalPath: true), enumerateCollection: true);
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _spool.Dispose();

    private void Progress(int done)
    {
        if (_items.Count < 20) return;
        WriteProgress(new ProgressRecord(0, "Exporting the gallery", $"{done + 1} of {_items.Count}")
        {
            PercentComplete = 100 * (done + 1) / _items.Count,
            RecordType = done + 1 == _items.Count ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
    }
}
