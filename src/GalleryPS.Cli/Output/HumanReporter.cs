using System.Globalization;
using GalleryPS.Events;
using GalleryPS.Traffic;
using Spectre.Console;

namespace GalleryPS.Cli.Output;

/// <summary>Text for people: results on standard output, everything else on standard error.</summary>
internal sealed class HumanReporter(TextWriter output, TextWriter error, bool verbose) : Reporter
{
    private const int DefaultWidth = 80;

    // A line that is written over and over; only where somebody sits and looks.
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private int _progress;

    public override void Report(GalleryEvent galleryEvent)
    {
        if (galleryEvent is ProgressEvent progress)
        {
            Show(progress);
            return;
        }

        if (_progress > 0)
        {
            error.Write(Clear());
            _progress = 0;
        }

        switch (galleryEvent)
        {
            case ReadyEvent ready:
                Say($"{ready}; Ctrl+C ends.");
                break;
            case CertificateEvent certificate when certificate.SelfSigned || verbose:
                Say($"{certificate}.");
                break;
            case ReceivedEvent { Image: var i }:
                Print(Invariant($"{i.Index,4}  {i.Bytes,13:N0} bytes  {i.Format,-4} {i.Width}x{i.Height}  from {i.Source}{(i.Path is null ? "" : $"  {i.Path}")}{(i.IsDuplicate ? "  (again)" : "")}{(i.IsComplete ? "" : "  (incomplete)")}{(i.WasThere ? "  (was there)" : "")}"));
                break;
            case SentEvent { Image: var i }:
                Print(Invariant($"{i.Index,4}  {i.Bytes,13:N0} bytes  {i.Format,-4} {i.Width}x{i.Height}  {i.Name} to {i.Destination}{(i.WasThere ? "  (was there)" : "")}"));
                break;
            case ServedEvent served:
                Say(Invariant($"{served.Receiver}"));
                break;
            case MessageReceivedEvent { Message: var m }:
                Print(Invariant($"{m.Index,4}  {m.Bytes,6:N0} bytes  {m.Kind,-6}  from {m.Source}{(m.IsDuplicate ? "  (again)" : "")}  {m.Preview}"));
                break;
            case MessageSentEvent { Message: var m }:
                Print(Invariant($"{m.Index,4}  {m.Bytes,6:N0} bytes  {m.Kind,-6}  to {m.Destination}"));
                break;
            case MembershipEvent { Change: var change }:
                Say(change);
                break;
            case MemberEvent member:
                Say(member);
                break;
            case StatisticsEvent { Statistics: var s }:
                Print(Invariant($"{s.Source}: {s.Received} received, {Counted.Of(s.Bytes, "byte")}, {Counted.Of(s.Duplicates, "duplicate")}{(s.OutOfOrder is null ? "" : $", {s.OutOfOrder} out of order, {s.Missing} missing")}"));
                break;
            case ConnectionEvent { Connection: var c }:
                Print(Invariant($"{c.Index,4}  {c.Client}  {c.Outcome}  {c.Bytes:N0} bytes in {c.Elapsed.TotalMilliseconds:0.0} ms"));
                break;
            case ReplyEvent { Reply: var r }:
                Print(Invariant($"{r.Index,4}  {r}  connected in {r.ConnectTime.TotalMilliseconds:0.0} ms, {r.TotalTime.TotalMilliseconds:0.0} ms in total{(r.Attempts > 1 ? $", {r.Attempts} tried" : "")}"));
                break;
            case MessageSummaryEvent { Summary: var s }:
                Say(Summary(s));
                break;
            case ServerSummaryEvent { Summary: var s }:
                Say(Invariant($"{Counted.Of(s.Connections, "connection")}, {s.Failed} failed, {Counted.Of(s.Bytes, "byte")} in {s.Elapsed.TotalSeconds:0.00} s."));
                break;
            case ConnectSummaryEvent { Summary: var s }:
                Say(Invariant($"{Counted.Of(s.Replies, "reply", "replies")}, {s.Failed} failed, {Counted.Of(s.Bytes, "byte")} in {s.Elapsed.TotalSeconds:0.00} s."));
                break;
            case ShowReadyEvent { Url: { } url } show:
                Say($"The gallery is {(show.Opened ? "in the browser" : "available")} at {url} until Ctrl+C.");
                break;
            case ShowReadyEvent { Path: { } path }:
                Say($"The gallery is in {path}.");
                break;
            case ShownEvent { Image: var i }:
                Print(Invariant($"{i.Index,4}  {i.Bytes,13:N0} bytes  {i.Format,-4} {i.Width}x{i.Height}  {i.Name}"));
                break;
            case ExportedEvent exported:
                Print(exported.Path);
                break;
            case InterfacesEvent { Interfaces: { Count: > 0 } interfaces }:
                Show(interfaces);
                break;
            case CaptureStartedEvent { Capture: var capture }:
                Say($"Capturing on {CaptureHistory.Nic(capture)} to {capture.Path}; Ctrl+C ends. Filter: {capture.Filter}");
                break;
            case CaptureEndedEvent { Capture: var c }:
                Print(Invariant($"{Counted.Of(c.Packets ?? 0, "packet")} captured, {c.ReceivedByFilter} received by filter, {c.DroppedByKernel} dropped by kernel: {c.Path}"));
                break;
            case EstimateEvent estimated:
                TrafficTables.Show(this, estimated);
                break;
            case CountEvent counted:
                TrafficTables.Show(this, counted);
                break;
            case PacketEvent { Packet: var packet }:
                Print(TrafficTables.Line(packet));
                break;
            case ComparisonEvent { Comparison: var comparison }:
                TrafficTables.Show(this, comparison);
                break;
            case ExperimentEvent { Result: var r }:
                Print(Invariant($"{r.Transport,-9} {r.Protocol,-5} {r.LossPercent,4:0.##} % loss, repeat {r.Repeat}: {r.ImagesComplete} of {r.ImagesSent} images complete, {r.CapturedFrames:N0} frames ({r.Verdict}), {r.TransferTime.TotalSeconds:0.000} s, {r.Goodput / 1e6:N1} Mbps"));
                break;
            case ExperimentStepEvent step:
                Print(Invariant($"{step.Transport,-9} {step.Protocol,-5} {step.LossPercent,4:0.##} % loss, repeat {step.Repeat}: about {step.Estimate.TotalSeconds:0.0} s"));
                break;
            case CheckEvent { Check: var check }:
                Print($"{(check.Verdict == CheckVerdict.NotApplicable ? "-" : check.Verdict),-8} {check.Check,-16} {(check.ComputerName is null ? "" : $"{check.ComputerName}: ")}{check.Finding}");
                if (check.Remedy.Length > 0 && check.Verdict is CheckVerdict.Fail or CheckVerdict.Warning) Print($"{"",25} {check.Remedy}");
                break;
            case LabOutputEvent { IsError: true } line:
                Say($"{line.Host}: {line.Text}");
                break;
            case LabOutputEvent line:
                Print($"{line.Host}: {line.Text}");
                break;
            case EndEvent end:
                Say($"End of transmission {end.Seen} of {end.Expected}: {end.Peer}.");
                break;
            case SummaryEvent { Summary: var s }:
                Say(Summary(s));
                break;
            case WarningEvent warning:
                Say($"warning {warning.Id}: {warning.Text}");
                break;
            case ErrorEvent { Error: var e }:
                Say($"error {e.Id}: {e.Message}{(e.RecommendedAction is null ? "" : $" {e.RecommendedAction}")}");
                break;
            case NoticeEvent notice when verbose:
                Say(notice.Text);
                break;
        }

        // A script that reads a pipe wants each line when it happens.
        output.Flush();
    }

    private void Show(ProgressEvent progress)
    {
        if (!_terminal) return;
        string line = ProgressText.Line(progress, Width());
        error.Write($"{Clear()}{line}");
        _progress = TerminalText.Columns(line);
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 1 and var width ? width : DefaultWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return DefaultWidth;
        }
    }

    private string Clear() => $"\r{new string(' ', _progress)}\r";

    public override void Dispose()
    {
        // Whoever is stopped in the middle leaves a clean line.
        if (_progress > 0) error.Write(Clear());
    }

    // Names of files and of hosts are anybody's: nothing of them may steer the terminal.
    private void Print(string text) => output.WriteLine(TerminalText.Safe(text));

    private void Say(object text) => error.WriteLine(TerminalText.Safe($"{text}"));

    private static string SafeLines(string text) =>
        text.Contains('\n', StringComparison.Ordinal) ? string.Join('\n', text.Split('\n').Select(static line => TerminalText.Safe(line))) : TerminalText.Safe(text);

    public override void Item(string name, object item)
    {
        output.WriteLine(SafeLines($"{item}"));
        output.Flush();
    }

    public override void Item<T>(string name, T item, Func<T, string> line) => Item(name, line(item));

    public override void Notice(string text) => Say(text);

    public override void Table<T>(string name, IReadOnlyList<T> items, params (string Title, Func<T, string> Text)[] columns)
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = true };
        foreach ((string title, _) in columns)
        {
            table.AddColumn(title.StartsWith('>')
                ? new TableColumn(Markup.Escape(title[1..])).RightAligned().NoWrap()
                : new TableColumn(Markup.Escape(title)));
        }

        foreach (T item in items) table.AddRow([.. columns.Select(c => Markup.Escape(SafeLines(c.Text(item))))]);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected) console.Profile.Width = 200;
        console.Write(table);
        output.Flush();
    }

    private void Show(IReadOnlyList<Interface> interfaces) => Table(
        "Interface",
        interfaces,
        (">Index", static i => Invariant($"{i.Index}")),
        ("Name", static i => i.Name),
        ("Up", static i => i.Up ? "yes" : "no"),
        ("Multicast", static i => i.Multicast ? "yes" : "no"),
        (">MTU", static i => Invariant($"{i.Mtu}")),
        ("IPv4", static i => string.Join("\n", i.IPv4)),
        ("Broadcast", static i => string.Join("\n", i.Broadcast)),
        ("IPv6", static i => string.Join("\n", i.IPv6)));

    private static string Summary(SessionSummary s)
    {
        var parts = new List<string> { Invariant($"{Counted.Of(s.Images, "image")}, {Counted.Of(s.Bytes, "byte")} in {s.Elapsed.TotalSeconds:0.00} s") };
        if (s.Datagrams > 0) parts.Add(Counted.Of(s.Datagrams, "datagram"));
        if (s.Duplicates > 0) parts.Add(Counted.Of(s.Duplicates, "duplicate"));
        if (s.NotImages > 0) parts.Add(Invariant($"{s.NotImages} ignored as {(s.NotImages == 1 ? "not an image" : "not images")}"));
        if (s.Filtered > 0) parts.Add(Invariant($"{s.Filtered} filtered out"));
        if (s.NobodyListens > 0) parts.Add(Invariant($"nobody listening at {Counted.Of(s.NobodyListens, "destination")}"));
        if (s.Missed > 0) parts.Add(Invariant($"{s.Missed} not on every NIC"));
        if (s.Failed > 0) parts.Add(Invariant($"{s.Failed} failed"));
        if (s.Dropped > 0) parts.Add(Invariant($"{s.Dropped} dropped by the system"));
        return string.Join(", ", parts) + ".";
    }

    private static string Summary(MessageSummary s)
    {
        var parts = new List<string> { Invariant($"{Counted.Of(s.Messages, "message")}, {Counted.Of(s.Bytes, "byte")} in {s.Elapsed.TotalSeconds:0.00} s") };
        if (s.Sources > 0) parts.Add(Counted.Of(s.Sources, "source"));
        if (s.Duplicates > 0) parts.Add(Counted.Of(s.Duplicates, "duplicate"));
        if (s.Filtered > 0) parts.Add(Invariant($"{s.Filtered} filtered out"));
        if (s.NobodyListens > 0) parts.Add(Invariant($"nobody listening at {Counted.Of(s.NobodyListens, "destination")}"));
        if (s.Missed > 0) parts.Add(Invariant($"{s.Missed} not on every NIC"));
        if (s.Failed > 0) parts.Add(Invariant($"{s.Failed} failed"));
        if (s.Dropped > 0) parts.Add(Invariant($"{s.Dropped} dropped by the system"));
        return string.Join(", ", parts) + ".";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
