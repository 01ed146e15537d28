using GalleryPS.Operations;

namespace GalleryPS.Labs.Experiments;

/// <summary>
/// What an experiment has done so far, in its folder: a line that says what it is, then a line for each result. One that broke off
/// goes on from there.
/// </summary>
internal sealed class ExperimentJournal
{
    private const string FileName = "experiment.jsonl";
    private readonly string _file;
    private readonly List<ExperimentResult> _results = [];

    private ExperimentJournal(string file) => _file = file;

    /// <summary>The results that are there.</summary>
    public IReadOnlyList<ExperimentResult> Results => _results;

    /// <summary>Opens the journal of a folder.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteFile"/>; <see cref="ErrorIds.InvalidOptions"/>: another experiment is there.</exception>
    public static ExperimentJournal Open(string folder, ExperimentOptions options, ExperimentGallery gallery)
    {
        var journal = new ExperimentJournal(Path.Combine(folder, FileName));
        try
        {
            Directory.CreateDirectory(folder);
            string what = What(options, gallery);
            if (options.Resume && File.Exists(journal._file))
            {
                journal.Read(what);
                return journal;
            }

            File.WriteAllText(journal._file, what + "\n");
            return journal;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(
                ErrorIds.CannotWriteFile, GalleryErrorCategory.WriteError, $"{journal._file} cannot be written: {e.Message}", journal._file, "Check the folder and its permissions.", e);
        }
    }

    /// <summary>Adds a result.</summary>
    public void Add(ExperimentResult result)
    {
        _results.Add(result);
        File.AppendAllText(_file, TravelJson.WriteEvent(new ExperimentEvent(result)) + "\n");
    }

    // What must be the same for results to belong together; how many repeats and which combinations may change.
    private static string What(ExperimentOptions options, ExperimentGallery gallery) => System.Text.Json.JsonSerializer.Serialize(new
    {
        Gallery = gallery.Hashes,
        Hosts = options.HostName,
        options.Receivers,
        Rate = options.Rate?.ToString(),
        BitRate = options.BitRate?.ToString(),
        options.Mtu,
        options.LossBurst,
        EndDelay = options.EndDelay.TotalSeconds,
    });

    private void Read(string what)
    {
        string[] lines = File.ReadAllLines(_file);
        if (lines.Length > 0 && lines[0] != what)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "The folder has results of another experiment.", _file,
                "Give the same gallery, receivers and rates as before, or another folder.");
        }

        foreach (string line in lines.Skip(1))
        {
            try
            {
                if (TravelJson.ReadEvent(line, typeof(ExperimentEvent).Assembly) is ExperimentEvent done) _results.Add(done.Result);
            }
            catch (GalleryException)
            {
                // The last line broke off with the experiment: its try is done once more.
            }
        }

        // What is added goes behind whole lines.
        File.WriteAllLines(_file, [what, .. _results.Select(static r => TravelJson.WriteEvent(new ExperimentEvent(r)))]);
    }
}
