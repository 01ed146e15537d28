using System.CommandLine;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary>The options that describe a prediction; the verbs that predict share them.</summary>
internal sealed class EstimateArguments
{
    private readonly Option<string[]> _bytes = Arguments.List("--bytes", "Sizes in bytes, in place of images; may be repeated or separated by commas.");
    private OptionSet<EstimateOptions>? _options;

    public void AddTo(Command command, params string[] except)
    {
        _options = OptionSet<EstimateOptions>.AddTo(command, except);
        command.Options.Add(_bytes);
    }

    /// <summary>Predicts what the command line says.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="paths">The gallery.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<GalleryEvent> Estimate(ParseResult parsed, string[] paths, CancellationToken cancellationToken)
    {
        using var operation = new MeasureOperation(_options!.Read(parsed));
        string[] sizes = parsed.GetValue(_bytes)!;
        foreach (string size in sizes) operation.Add(ByteCount.Parse(size));
        foreach (GalleryEvent galleryEvent in sizes.Length > 0 ? operation.RunOpen([], cancellationToken) : operation.RunOn(paths, [], cancellationToken)) yield return galleryEvent;
    }
}
