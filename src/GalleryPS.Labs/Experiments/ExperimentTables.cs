using System.Globalization;
using System.Text;
using System.Text.Json;
using GalleryPS.Operations;

namespace GalleryPS.Labs.Experiments;

/// <summary>Results as CSV (RFC 4180) and JSON.</summary>
internal static class ExperimentTables
{
    private static readonly (string Name, Func<ExperimentResult, object?> Value)[] Columns =
    [
        ("Transport", static r => r.Transport), ("Protocol", static r => r.Protocol), ("Receivers", static r => r.Receivers), ("LossPercent", static r => r.LossPercent),
        ("Repeat", static r => r.Repeat), ("ImagesSent", static r => r.ImagesSent), ("ImagesComplete", static r => r.ImagesComplete), ("ImagesLost", static r => r.ImagesLost),
        ("ImagesCorrupt", static r => r.ImagesCorrupt), ("Verdict", static r => r.Verdict), ("PredictedFrames", static r => r.PredictedFrames),
        ("CapturedFrames", static r => r.CapturedFrames), ("PredictedBytes", static r => r.PredictedBytes), ("CapturedBytes", static r => r.CapturedBytes),
        ("ElapsedSeconds", static r => r.Elapsed.TotalSeconds), ("TransferSeconds", static r => r.TransferTime.TotalSeconds), ("GoodputBitsPerSecond", static r => Math.Round(r.Goodput)),
        ("SenderProcessorSeconds", static r => r.SenderProcessorTime.TotalSeconds), ("ReceiverProcessorSeconds", static r => r.ReceiverProcessorTime.TotalSeconds),
        ("Capture", static r => r.Capture), ("Errors", static r => string.Join(' ', r.Errors)),
    ];

    /// <summary>Writes both files.</summary>
    /// <param name="results">The results.</param>
    /// <param name="path">Their path without extension.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteFile"/>.</exception>
    public static void Write(IReadOnlyList<ExperimentResult> results, string path)
    {
        try
        {
            File.WriteAllText(path + ".csv", Csv(results));
            using FileStream file = File.Create(path + ".json");
            file.Write("[\n"u8);
            for (int i = 0; i < results.Count; i++)
            {
                using var line = new MemoryStream();
                using (var writer = new Utf8JsonWriter(line)) JsonLines.Write(writer, "Experiment", results[i]);
                file.Write(line.ToArray());
                file.Write(i + 1 < results.Count ? ",\n"u8 : "\n"u8);
            }

            file.Write("]\n"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(ErrorIds.CannotWriteFile, GalleryErrorCategory.WriteError, $"{path} cannot be written: {e.Message}", path, "Check the folder and its permissions.", e);
        }
    }

    /// <summary>The table as text.</summary>
    public static string Csv(IReadOnlyList<ExperimentResult> results)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', Columns.Select(static c => c.Name)).Append("\r\n");
        foreach (ExperimentResult result in results) text.AppendJoin(',', Columns.Select(c => Cell(c.Value(result)))).Append("\r\n");
        return text.ToString();
    }

    private static string Cell(object? value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
