using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using GalleryPS.Traffic;

namespace GalleryPS.Labs.Experiments;

/// <summary>Results as one HTML file that needs nothing else: tables and charts side by side, for screens of any width and for paper.</summary>
internal static class ExperimentReport
{
    /// <summary>Writes a report; the file appears when it is whole.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteFile"/>.</exception>
    public static void Write(IReadOnlyList<ExperimentResult> results, ExperimentOptions options, IReadOnlyList<Station> machines, ExperimentGallery gallery, string path)
    {
        try
        {
            File.WriteAllText(path + ".part", Html(results, options, machines, gallery), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(ErrorIds.CannotWriteFile, GalleryErrorCategory.WriteError, $"{path} cannot be written: {e.Message}", path, "Check the folder and its permissions.", e);
        }
    }

    /// <summary>The report as text.</summary>
    public static string Html(IReadOnlyList<ExperimentResult> results, ExperimentOptions options, IReadOnlyList<Station> machines, ExperimentGallery gallery)
    {
        List<Group> groups = [.. results.GroupBy(static r => (r.LossPercent, r.Protocol, r.Transport)).OrderBy(static g => g.Key.LossPercent).ThenBy(static g => g.Key.Protocol)
            .ThenBy(static g => g.Key.Transport).Select(static g => new Group(Name(g.First()), [.. g]))];
        const string Title = "Gallery experiment";
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append($"<title>{Title}</title>\n<style>\n").Append(ReportStyle.Css).Append("body { max-width: 76rem; } td.n { white-space: normal; } pre { break-inside: avoid; }\n</style>\n</head>\n<body>\n<h1>").Append(Title).Append("</h1>\n");
        Paragraph(page, Text($"{Counted.Of(gallery.Hashes.Count, "image")} of {gallery.Bytes:N0} bytes to {Counted.Of(options.Receivers, "receiver")}, {Counted.Of(options.Repeat, "time")} each. Numbers are medians, with the range over the repeats where there are several."));
        Summary(page, groups);
        Chart(page, "Frames on the sender's wire", groups, static r => r.CapturedFrames, static r => r.PredictedFrames, "N0", "");
        Chart(page, "Time without the wait before the end", groups, static r => r.TransferTime.TotalSeconds, null, "0.000", " s");
        Chart(page, "Goodput at a receiver", groups, static r => r.Goodput / 1e6, null, "N1", " Mbps");
        Chart(page, "Processor time of sender and receivers", groups, static r => (r.SenderProcessorTime + r.ReceiverProcessorTime).TotalSeconds, null, "0.00", " s");
        page.Append("<h2>Prediction and capture, layer by layer</h2>\n");
        foreach (Group group in groups) Layers(page, group);
        Environment(page, options, machines);
        Commands(page, results, options, machines);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static string Name(ExperimentResult r) => Text($"{r.Transport}{(r.Protocol == default ? "" : $" {r.Protocol}")}{(r.LossPercent > 0 ? $", {r.LossPercent} % loss" : "")}");

    private static void Summary(StringBuilder page, List<Group> groups)
    {
        string[] titles = ["Complete", "Lost", "Corrupt", "Frames predicted", "Frames captured", "Prediction", "Time", "Goodput"];
        page.Append("<h2>Results</h2>\n<table class=\"stack\">\n<thead><tr><th>Way</th>");
        foreach (string title in titles) page.Append($"<th class=\"n\">{title}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (Group group in groups)
        {
            page.Append("<tr><th scope=\"row\">").Append(WebUtility.HtmlEncode(group.Name)).Append("</th>");
            int sent = group.Results[0].ImagesSent;
            Cell(titles[0], $"{Range(group, static r => r.ImagesComplete, "N0")} of {sent}");
            Cell(titles[1], Range(group, static r => r.ImagesLost, "N0"));
            Cell(titles[2], Range(group, static r => r.ImagesCorrupt, "N0"));
            Cell(titles[3], Range(group, static r => r.PredictedFrames, "N0"));
            Cell(titles[4], Range(group, static r => r.CapturedFrames, "N0"));
            TrafficVerdict? worst = group.Results.Max(static r => r.Verdict);
            page.Append($"<td class=\"n\" data-label=\"{titles[5]}\"><span class=\"{(worst == TrafficVerdict.Differs ? "bad" : "good")}\">");
            page.Append(worst is { } verdict ? Words.Of(verdict) : "none").Append("</span></td>");
            Cell(titles[6], Range(group, static r => r.TransferTime.TotalSeconds, "0.000") + "\u00A0s");
            Cell(titles[7], Range(group, static r => r.Goodput / 1e6, "N1") + "\u00A0Mbps");
            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n");

        void Cell(string label, string text) => page.Append($"<td class=\"n\" data-label=\"{label}\">").Append(WebUtility.HtmlEncode(text)).Append("</td>");
    }

    private static void Chart(StringBuilder page, string title, List<Group> groups, Func<ExperimentResult, double> value, Func<ExperimentResult, double>? predicted, string format, string unit)
    {
        double most = Math.Max(1e-9, groups.SelectMany(static g => g.Results).Max(r => Math.Max(value(r), predicted?.Invoke(r) ?? 0)));
        page.Append("<section class=\"chart\">\n<h2>").Append(title).Append("</h2>\n");
        if (predicted is not null)
            page.Append("<p class=\"legend\"><span class=\"key predicted\"></span> predicted <span class=\"key captured\"></span> captured</p>\n");
        foreach (Group group in groups)
        {
            if (predicted is not null) Bar(page, $"{group.Name}, predicted", "predicted", Median(group, predicted), null, most, Range(group, predicted, format) + unit);
            (double low, double high) = (group.Results.Min(value), group.Results.Max(value));
            Bar(page, predicted is null ? group.Name : $"{group.Name}, captured", "captured", Median(group, value), low < high ? (low, high) : null, most, Range(group, value, format) + unit);
        }

        page.Append("</section>\n");
    }

    private static void Bar(StringBuilder page, string label, string kind, double value, (double Low, double High)? range, double most, string number)
    {
        page.Append($"<div class=\"bar\"><span class=\"label\">{WebUtility.HtmlEncode(label)}</span><span class=\"track\" aria-hidden=\"true\">");
        if (value > 0) page.Append(Text($"<i class=\"{kind}\" style=\"width:{100 * value / most:0.##}%\"></i>"));
        if (range is { } r) page.Append(Text($"<i class=\"range\" style=\"left:{100 * r.Low / most:0.##}%;width:{100 * (r.High - r.Low) / most:0.##}%\"></i>"));
        page.Append($"</span><span class=\"n\">{WebUtility.HtmlEncode(number)}</span></div>\n");
    }

    private static void Layers(StringBuilder page, Group group)
    {
        ExperimentResult first = group.Results[0];
        page.Append("<h3>").Append(WebUtility.HtmlEncode(group.Name)).Append("</h3>\n<table class=\"stack\">\n<thead><tr><th>Counted at the sender</th><th class=\"n\">Predicted</th>");
        page.Append("<th class=\"n\">Captured</th></tr></thead>\n<tbody>\n");
        foreach (LayerComparison layer in first.Layers)
        {
            string predicted = layer.Low == layer.High ? Text($"{layer.Predicted:N0}") : Text($"{layer.Low:N0} to {layer.High:N0}");
            string captured = Range(group, r => r.Layers.FirstOrDefault(l => l.Property == layer.Property)?.Captured ?? 0, "N0");
            page.Append($"<tr><th scope=\"row\">{WebUtility.HtmlEncode(Words.InFull(layer.Property))}</th><td class=\"n\" data-label=\"Predicted\">{predicted}</td>");
            page.Append($"<td class=\"n\" data-label=\"Captured\">{captured}</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
        foreach (string reason in group.Results.SelectMany(static r => r.Reasons.Concat(r.Errors)).Distinct().Take(5)) Paragraph(page, reason);
    }

    private static void Environment(StringBuilder page, ExperimentOptions options, IReadOnlyList<Station> machines)
    {
        page.Append("<h2>Environment</h2>\n<table>\n<tbody>\n");
        Row("System", RuntimeInformation.OSDescription);
        Row("Processors", Text($"{System.Environment.ProcessorCount} ({RuntimeInformation.ProcessArchitecture})"));
        Row("Runtime", RuntimeInformation.FrameworkDescription);
        Row("GalleryPS", typeof(Lab).Assembly.GetName().Version?.ToString(3) ?? "");
        if (machines.Count + options.HostName.Count == 0) Row("Hosts", Text($"network namespaces with the NIC eth0 (veth), MTU {options.Mtu}, {(options.Rate is { } rate ? rate.ToString() : "no rate limit")}"));
        foreach (Station s in machines) Row(WebUtility.HtmlEncode(s.Name), Text($"{s.Address} on {s.Look.Interface}, MTU {s.Look.Mtu}; {s.Look.System}; GalleryPS {s.Look.Version}"));
        page.Append("</tbody>\n</table>\n");

        void Row(string name, string value) => page.Append($"<tr><th scope=\"row\">{name}</th><td>{WebUtility.HtmlEncode(value)}</td></tr>\n");
    }

    private static void Commands(StringBuilder page, IReadOnlyList<ExperimentResult> results, ExperimentOptions options, IReadOnlyList<Station> machines)
    {
        page.Append("<h2>By hand</h2>\n");
        bool lab = machines.Count + options.HostName.Count == 0;
        string[] hosts = lab ? [.. LabHost.NamesOf(options.Receivers + 1)] : [.. machines.Select(static m => m.Name)];
        var lines = new List<string>();
        if (hosts.Length > 1) Paragraph(page, $"{(lab ? "A lab in one terminal, and in others on its hosts" : "On the hosts")}, for each way ({hosts[0]} sends):");
        if (lab) lines.Add(Text($"gallery lab --hosts {options.Receivers + 1} --mtu {options.Mtu}{Given("--rate", options.Rate)} --loss-percent {options.LossPercent[0]}"));
        foreach ((Transport transport, Protocol protocol) in results.Select(static r => (r.Transport, r.Protocol)).Distinct().Where(_ => hosts.Length > 1))
        {
            string how = Text($"--transport {transport}{(protocol == default ? "" : $" --protocol {protocol}")}").ToLowerInvariant();
            bool single = transport.IsToOne();
            string[] addresses = lab ? hosts : [.. machines.Select(static m => m.Address.ToString())], nics = lab ? [.. hosts.Select(static _ => "eth0")] : [.. machines.Select(static m => m.Look.Interface)];
            string to = single ? $" --to {string.Join(',', addresses.Skip(1))}" : $" --outbound-ip {nics[0]}";
            string reports = ProtocolTraits.Of(protocol).ReceiversReport ? Text($" --receivers {hosts.Length - 1}") : "";
            lines.Add($"{On(hosts[1])} receive {how}{(single ? $" --address {addresses[1]}" : $" --arrival-ip {nics[1]}")}");
            lines.Add($"{On(hosts[0])} send GALLERY {how}{to}{reports}{Given("--bit-rate", options.BitRate)}");
        }

        page.Append("<pre style=\"white-space:pre-wrap\">").Append(WebUtility.HtmlEncode(string.Join('\n', lines))).Append("</pre>\n");

        string On(string host) => lab ? $"gallery lab run {host} gallery --" : $"ssh {host} gallery";

        static string Given(string name, BitRate? rate) => rate is { } value ? $" {name} {value}" : "";
    }

    private static void Paragraph(StringBuilder page, string text) => page.Append("<p>").Append(WebUtility.HtmlEncode(text)).Append("</p>\n");

    private static double Median(Group group, Func<ExperimentResult, double> value)
    {
        double[] all = [.. group.Results.Select(value).Order()];
        return all.Length % 2 == 1 ? all[all.Length / 2] : (all[(all.Length / 2) - 1] + all[all.Length / 2]) / 2;
    }

    private static string Range(Group group, Func<ExperimentResult, double> value, string format)
    {
        string Number(double number) => number.ToString(format, CultureInfo.InvariantCulture);
        (string low, string high) = (Number(group.Results.Min(value)), Number(group.Results.Max(value)));
        string median = Number(Median(group, value));
        return low == high ? median : $"{median} ({low} to {high})";
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private sealed record Group(string Name, IReadOnlyList<ExperimentResult> Results);
}
