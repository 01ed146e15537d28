using System.Text.Encodings.Web;
using System.Text.Json;

namespace GalleryPS.Cli.Output;

/// <summary>One JSON object a line, written at once (<see cref="JsonLines"/>).</summary>
internal sealed class JsonReporter(Stream output, bool verbose) : Reporter
{
    private readonly MemoryStream _line = new();

    public override bool IsForPrograms => true;

    public override void Report(GalleryEvent galleryEvent)
    {
        switch (galleryEvent)
        {
            case ReadyEvent ready: Item("Ready", ready); break;
            case CertificateEvent certificate: Item("Certificate", certificate); break;
            case ShowReadyEvent show: Item("Ready", show); break;
            case SentEvent sent: Item("Image", sent.Image); break;
            case ShownEvent shown: Item("Image", shown.Image); break;
            case ReceivedEvent received: Item("Image", received.Image); break;
            case ServedEvent served: Item("Receiver", served.Receiver); break;
            case MessageReceivedEvent received: Line(writer => MessageJson.Write(writer, received.Message)); break;
            case MessageSentEvent sent: Item("Message", sent.Message); break;
            case MembershipEvent { Change: var change }: Item(change.Action == MembershipAction.Joined ? "Join" : "Leave", change); break;
            case MemberEvent member: Item("Member", member); break;
            case StatisticsEvent statistics: Item("Statistics", statistics.Statistics); break;
            case ConnectionEvent connection: Item("Connection", connection.Connection); break;
            case ReplyEvent reply: Item("Reply", reply.Reply); break;
            case EndEvent end: Item("End", end); break;
            case MessageEndEvent end: Item("End", end); break;
            case MessageSummaryEvent summary: Item("Summary", summary.Summary); break;
            case ServerSummaryEvent summary: Item("Summary", summary.Summary); break;
            case ConnectSummaryEvent summary: Item("Summary", summary.Summary); break;
            case SummaryEvent summary: Item("Summary", summary.Summary); break;
            case ExportedEvent exported: Item("Summary", exported); break;
            case InterfacesEvent listed: Table("Interface", listed.Interfaces); break;
            case CaptureStartedEvent started: Item("Ready", started.Capture); break;
            case CaptureEndedEvent ended: Item("Capture", ended.Capture); break;
            case EstimateEvent estimated: Table("Estimate", estimated.Estimates); break;
            case CountEvent { ByFlow: true } counted: Table("Count", counted.Count.ByFlow); break;
            case CountEvent counted: Item("Count", counted.Count); break;
            case PacketEvent packet: Item("Packet", packet.Packet); break;
            case ComparisonEvent compared: Item("Comparison", compared.Comparison); break;
            case ExperimentEvent { Result: var result }: Item("Experiment", result); break;
            case ExperimentStepEvent step: Item("Step", step); break;
            case CheckEvent { Check: var check }: Item("Check", check); break;
            case LabOutputEvent line: Item("Output", line); break;
            case WarningEvent warning: Item("Warning", warning); break;
            case ErrorEvent error: Item("Error", error.Error); break;
            case NoticeEvent notice when verbose: Item("Notice", notice); break;
        }
    }

    public override void Table<T>(string name, IReadOnlyList<T> items, params (string Title, Func<T, string> Text)[] columns)
    {
        foreach (T item in items) Item(name, item);
    }

    public override void Item(string name, object item) => Line(writer => JsonLines.Write(writer, name, item));

    private void Line(Action<Utf8JsonWriter> write)
    {
        _line.SetLength(0);
        using (var writer = new Utf8JsonWriter(_line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        _line.WriteByte((byte)'\n');
        output.Write(_line.GetBuffer(), 0, (int)_line.Length);
        output.Flush();
    }
}
