using System.Collections;
using System.Net;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GalleryPS.Cli.Output;

/// <summary>
/// One JSON object a line, written at once. Properties have the names of the objects'; addresses are text, times ISO 8601,
/// durations seconds, enumerations their names; an image's bytes are left out.
/// </summary>
internal sealed class JsonReporter(Stream output, bool verbose) : Reporter
{
    private static readonly Dictionary<Type, PropertyInfo[]> Properties = [];
    private readonly MemoryStream _line = new();

    public override bool IsForPrograms => true;

    public override void Report(GalleryEvent one)
    {
        switch (one)
        {
            case ReadyEvent ready: Item("Ready", ready); break;
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
            case EstimateEvent estimated: Table("Estimate", estimated.Estimates); break;
            case CountEvent { ByFlow: true } counted: Table("Count", counted.Count.ByFlow); break;
            case CountEvent counted: Item("Count", counted.Count); break;
            case PacketEvent packet: Item("Packet", packet.Packet); break;
            case ComparisonEvent compared: Item("Comparison", compared.Comparison); break;
            case LabOutputEvent line: Item("Output", line); break;
            case WarningEvent warning: Item("Warning", warning); break;
            case ErrorEvent error: Item("Error", new Failure(error.Error)); break;
            case NoticeEvent notice when verbose: Item("Notice", notice); break;
        }
    }

    public override void Table<T>(string name, IReadOnlyList<T> items, params (string Title, Func<T, string> Text)[] columns)
    {
        foreach (T item in items) Item(name, item);
    }

    public override void Item(string name, object item) => Line(writer => WriteObject(writer, item, name));

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

    private static void WriteObject(Utf8JsonWriter writer, object item, string? name = null)
    {
        writer.WriteStartObject();
        if (name is not null) writer.WriteString("Event", name);
        foreach (PropertyInfo property in PropertiesOf(item.GetType()))
        {
            writer.WritePropertyName(property.Name);
            WriteValue(writer, property.GetValue(item));
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string or IPAddress or IPEndPoint or Enum: writer.WriteStringValue(value.ToString()); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case BitRate { IsUnlimited: true }: writer.WriteStringValue("unlimited"); break;
            case BitRate rate: writer.WriteNumberValue(rate.BitsPerSecond); break;
            case double number when !double.IsFinite(number): writer.WriteNullValue(); break;
            case double number: writer.WriteNumberValue(Math.Round(number, 6)); break;
            case TimeSpan time: writer.WriteNumberValue(Math.Round(time.TotalSeconds, 6)); break;
            case DateTimeOffset when_: writer.WriteStringValue(when_.ToString("O", System.Globalization.CultureInfo.InvariantCulture)); break;
            case byte or sbyte or short or ushort or int or uint or long: writer.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)); break;
            case ulong big: writer.WriteNumberValue(big); break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (object? one in list) WriteValue(writer, one);
                writer.WriteEndArray();
                break;
            default: WriteObject(writer, value); break;
        }
    }

    private static PropertyInfo[] PropertiesOf(Type type)
    {
        if (!Properties.TryGetValue(type, out PropertyInfo[]? found))
        {
            found = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(static p => p.GetIndexParameters().Length == 0 && p.PropertyType != typeof(byte[]))];
            Properties[type] = found;
        }

        return found;
    }

    private sealed class Failure(GalleryException error)
    {
        public string Id => error.Id;

        public GalleryErrorCategory Category => error.Category;

        public string Message => error.Message;

        public string? Target => error.Target?.ToString();

        public string? RecommendedAction => error.RecommendedAction;
    }
}
