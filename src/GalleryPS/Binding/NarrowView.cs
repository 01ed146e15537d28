using System.Management.Automation;
using System.Management.Automation.Host;
using static System.FormattableString;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>
/// Views for windows in which a table would leave columns out: two lines for each object. The cmdlets say so in the type names
/// of what they emit.
/// </summary>
public static class NarrowView
{
    private const string Suffix = "#Narrow", Indent = "    ";

    // What the widest of these tables needs for whole names.
    private const int TableColumns = 72;

    private static readonly HashSet<Type> Types =
        [typeof(SentImage), typeof(ReceivedImage), typeof(ReceivedMessage), typeof(SourceStatistics), typeof(Server), typeof(ServerReply), typeof(ShownImage), typeof(ExperimentResult)];

    /// <summary>The text that is shown.</summary>
    /// <param name="value">An object, or what is left of it.</param>
    public static string Of(PSObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string type = value.TypeNames[0];
        (string first, string second) = type[(type.LastIndexOf('.') + 1)..^Suffix.Length] switch
        {
            nameof(SentImage) => ($"{T("Index")}  {Safe("Name")}", $"{N("Bytes")} bytes, {T("Format")} {T("Width")}x{T("Height")}, to {T("Destination")}"),
            nameof(ReceivedImage) => ($"{T("Index")}  {Safe("Name")}", $"{N("Bytes")} bytes, {T("Format")} {T("Width")}x{T("Height")}, from {T("Source")}"),
            nameof(ReceivedMessage) => ($"{T("Index")}  {Safe("Preview")}", $"{T("Kind")}, {N("Bytes")} bytes, from {T("Source")} to {T("Group")}{(T("IsDuplicate") == "True" ? ", again" : "")}"),
            nameof(SourceStatistics) => (T("Source"), $"received {N("Received")}, {N("Bytes")} bytes, duplicates {N("Duplicates")}, out of order {Or("OutOfOrder")}, missing {Or("Missing")}"),
            nameof(ShownImage) => ($"{T("Index")}  {Safe("Name")}", $"{N("Bytes")} bytes, {T("Format")} {T("Width")}x{T("Height")}, as {T("View")}"),
            nameof(ExperimentResult) => (
                $"{T("Transport")} {T("Protocol")}, loss {ViewText.Fixed(D("LossPercent"), 1)} %, repetition {T("Repeat")}: {T("ImagesComplete")} of {T("ImagesSent")} complete",
                $"{N("CapturedFrames")} frames, prediction {T("Verdict")}, {ViewText.Fixed(Ms("TransferTime") / 1000, 3)} s, {ViewText.Fixed(D("Goodput") / 1e6, 1)} Mbps"),
            nameof(Server) => ($"{Safe("Name")} at {T("EndPoint")}, {(T("IsRunning") == "True" ? "running" : "stopped")}", $"connections {N("Connections")}, active {N("Active")}, failed {N("Failed")}; sends {Sends()}"),
            _ => ($"{Safe("Server")} ({T("Address")})", Invariant($"{N("Bytes")} bytes, connected in {Ms("ConnectTime"):0.0} ms, in all {Ms("TotalTime"):0.0} ms, tried {T("Attempts")}: {Reply()}")),
        };
        return $"{first}{Environment.NewLine}{Indent}{second}";

        object? V(string name) => value.Properties[name]?.Value;
        string T(string name) => $"{V(name)}";
        string Safe(string name) => TerminalText.Safe(T(name));
        string N(string name) => LanguagePrimitives.TryConvertTo(V(name), System.Globalization.CultureInfo.InvariantCulture, out long number) ? ViewText.Number(number) : T(name);
        string Or(string name) => V(name) is null ? "unknown" : N(name);
        double D(string name) => LanguagePrimitives.TryConvertTo(V(name), System.Globalization.CultureInfo.InvariantCulture, out double number) ? number : 0;
        double Ms(string name) => V(name) is TimeSpan time ? time.TotalMilliseconds : 0;
        string Sends() => V("Gallery") is null ? MessageContent.OneLine(T("Greeting"), 60) : $"{Counted.Of(long.Parse(T("Images"), System.Globalization.CultureInfo.InvariantCulture), "image")} of {Safe("Gallery")}";
        string Reply() => V("Text") is null ? $"{(V("Images") as System.Collections.ICollection)?.Count ?? 0} images" : MessageContent.OneLine(T("Text"), 60);
    }

    /// <summary>An object as it is to be emitted: with the name of the narrow view where the window is too narrow for the table.</summary>
    /// <param name="value">The object.</param>
    /// <param name="host">The host whose window it is.</param>
    internal static object? Fitted(object? value, PSHost? host)
    {
        if (value is null or PSObject || !Types.Contains(value.GetType()) || Screen.Columns(host) >= TableColumns) return value;
        var fitted = PSObject.AsPSObject(value);
        string name = value.GetType().FullName + Suffix;
        if (fitted.TypeNames[0] != name) fitted.TypeNames.Insert(0, name);
        return fitted;
    }
}
