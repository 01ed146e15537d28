using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
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
    private ExportOptions? _options;

    /// <summary>The file to write: .html, .png, .jpg, .gif or .webp.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string OutputPath { get; set; } = "";

    /// <summary>What to make, whatever the extension says.</summary>
    [Parameter]
    public ExportKind As { get; set; }

    /// <summary>How long each image stands, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Images in a row of a contact sheet.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Columns { get; set; }

    /// <summary>Longer side of the images on a contact sheet, in pixels.</summary>
    [Parameter]
    [ValidateRange(16, 4096)]
    public int ThumbnailSize { get; set; } = 256;

    /// <summary>Heading of a contact sheet.</summary>
    [Parameter]
    public string? Title { get; set; }

    /// <summary>Width of an animation in pixels.</summary>
    [Parameter]
    [ValidateRange(16, 8192)]
    public int Width { get; set; } = 800;

    /// <summary>Height of an animation in pixels.</summary>
    [Parameter]
    [ValidateRange(16, 8192)]
    public int Height { get; set; } = 600;

    /// <summary>Replace the file when there is one.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _options = new ExportOptions
        {
            OutputPath = FullPath(OutputPath),
            As = Bound(nameof(As)) ? As : null,
            Interval = Interval,
            Columns = Bound(nameof(Columns)) ? Columns : null,
            ThumbnailSize = ThumbnailSize,
            Title = Title,
            Width = Width,
            Height = Height,
            Force = Force,
        };
        OrTerminate(() => GalleryExport.Check(_options));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (ParameterSetName == ObjectSet)
        {
            _items.Add(OrTerminate(() => GalleryItem.FromReceived(InputObject!, _items.Count, _spool)));
            return;
        }

        foreach (string file in FindImages()) _items.Add(GalleryItem.FromFile(file, _items.Count));
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (_items.Count == 0) return;
        if (!ShouldProcess(_options!.OutputPath, $"Export {_items.Count} images")) return;
        FileInfo file = OrTerminate(() => GalleryExport.Write(_items, _options, WriteError, Progress, StopToken));
        WriteObject(file);
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
