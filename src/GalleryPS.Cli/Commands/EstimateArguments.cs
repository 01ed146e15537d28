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

    /// <summary>What the command line says.</summary>
    public EstimateOptions Read(ParseResult parsed) => _options!.Read(parsed);

    /// <summary>Predicts.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="paths">The gallery.</param>
    /// <param name="onError">Hears of what is left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<TrafficEstimate> Estimate(ParseResult parsed, string[] paths, Action<GalleryException> onError, CancellationToken cancellationToken)
    {
        EstimateOptions options = Read(parsed);
        options.Validate();
        string[] sizes = parsed.GetValue(_bytes)!;
        IReadOnlyList<Payload> gallery = sizes.Length != 0
            ? [.. sizes.Select(size => new Payload($"{size} bytes", ByteCount.Parse(size)))]
            : Payloads.Of(paths.Length == 0 ? [Samples.Small] : Samples.Meant(paths), literal: paths.Length == 0, onError, cancellationToken);
        return gallery.Count == 0 && sizes.Length == 0 ? [] : TrafficModel.Estimate(gallery, options, onError, cancellationToken);
    }
}
