using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Images;
using GalleryPS.Operations;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Send-GalleryMessage: sends text, JSON and binary messages.</summary>
[Cmdlet(VerbsCommunications.Send, "GalleryMessage", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Send-GalleryMessage.md")]
[OutputType(typeof(SentMessage))]
public sealed class SendGalleryMessageCommand : GalleryCmdlet
{
    private readonly List<byte> _pipedBytes = [];
    private readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);
    private MessageSendOptions _options = new();
    private MessageSendOperation? _operation;
    private ScriptBlock? _toJson;
    private bool _sent;

    /// <summary>Texts, one message each.</summary>
    [Parameter(Position = 0)]
    [AllowEmptyString]
    public string[]? Text { get; set; }

    /// <summary>
    /// Objects, sent as JSON. From the pipeline: text stays text, byte arrays, files and received messages keep their bytes.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>Bytes: one array for one message, or several arrays.</summary>
    [Parameter]
    [ByteArrays]
    public byte[][]? Bytes { get; set; }

    /// <summary>Files whose bytes are a message each; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Files whose names are taken as they are.</summary>
    [Parameter]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Groups, hosts or broadcast addresses.</summary>
    [Parameter]
    [Alias("Group", "ToIP", "McastIP", "Destination", "ComputerName")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string[] To { get => [.. Addresses.To]; set => Addresses = Addresses with { To = value }; }

    /// <summary>The receivers' port.</summary>
    [Parameter]
    [Alias("ToPort", "McastPort")]
    [InRange<MessageSendOptions>]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int Port { get => Addresses.Port; set => Addresses = Addresses with { Port = value }; }

    /// <summary>Time to live or hop limit; default 1 for groups, else the system's.</summary>
    [Parameter]
    [InRange<MessageSendOptions>]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public int? Ttl { get => Addresses.Ttl; set => Addresses = Addresses with { Ttl = value }; }

    /// <summary>NICs to send on, by address or name; * for all that can multicast.</summary>
    [Parameter]
    [Alias("Interface")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string[] OutboundIP { get => [.. Addresses.OutboundIP]; set => Addresses = Addresses with { OutboundIP = value }; }

    /// <summary>How many times each message is sent.</summary>
    [Parameter]
    [InRange<MessageSendOptions>]
    public int Repeat { get => _options.Repeat; set => _options = _options with { Repeat = value }; }

    /// <summary>Time from one message to the next, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Interval { get => _options.Interval; set => _options = _options with { Interval = value }; }

    /// <summary>Wait before the first message, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Delay { get => Start.Delay; set => Start = Start with { Delay = value }; }

    /// <summary>Wait at most this long until somebody joined the group, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? WaitForGroup { get => Start.WaitForGroup; set => Start = Start with { WaitForGroup = value }; }

    private MessageDestinationOptions Addresses { get => _options.Addresses; set => _options = _options with { Addresses = value }; }

    private StartOptions Start { get => _options.Start; set => _options = _options with { Start = value }; }

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _named.UnionWith(MyInvocation.BoundParameters.Keys);
        _operation = new MessageSendOperation(_options);
        Present(_operation.Begin(StopToken));

        foreach (string parameter in InOrder(MyInvocation.BoundParameters.Keys)) SendNamed(parameter);
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (_named.Contains(nameof(InputObject)) || !MyInvocation.ExpectingInput) return;
        SendPiped(InputObject);
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        SendPipedBytes();
        Present(_operation!.End(StopToken));
        if (!_sent && !MyInvocation.ExpectingInput && !_named.Overlaps([nameof(Text), nameof(InputObject), nameof(Bytes), nameof(Path), nameof(LiteralPath)]))
        {
            ThrowTerminatingError(Record(new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "There is no message to send.", null,
                "Use -Text, -InputObject, -Bytes or -Path, or the pipeline.")));
        }
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is MessageSentEvent sent) WriteObject(sent.Message);
        else base.Present(galleryEvent);
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _operation?.Dispose();

    // Parameters are bound in the order in which they stand on the command line, but all that have a name before those that
    // have none. A text without its name is written first, as in every example; PowerShell tells which had none.
    private List<string> InOrder(IEnumerable<string> bound)
    {
        bool unnamed = PSObject.AsPSObject(MyInvocation.BoundParameters).Properties["BoundPositionally"]?.Value is IEnumerable<string> positional
            && positional.Contains(nameof(Text), StringComparer.OrdinalIgnoreCase);
        return unnamed ? [.. bound.OrderBy(static b => b != nameof(Text))] : [.. bound];
    }

    private void SendNamed(string parameter)
    {
        switch (parameter)
        {
            case nameof(Text):
                foreach (string text in Text ?? []) Send(OutgoingMessage.FromText(text ?? ""));
                break;
            case nameof(InputObject):
                // A list written on the command line are several messages; any other collection is one JSON array.
                foreach (object? item in InputObject is object?[] list ? list : [InputObject]) SendJson(item);
                break;
            case nameof(Bytes):
                foreach (byte[] bytes in Bytes ?? []) Send(OutgoingMessage.FromBytes(bytes));
                break;
            case nameof(Path):
                foreach (string path in Path ?? []) SendFiles(path, literal: false);
                break;
            case nameof(LiteralPath):
                foreach (string path in LiteralPath ?? []) SendFiles(path, literal: true);
                break;
        }
    }

    private void SendPiped(object? input)
    {
        if (input is null) return;
        object value = input is PSObject wrapped ? wrapped.BaseObject : input;
        if (value is byte single)
        {
            _pipedBytes.Add(single); // an array that PowerShell took apart
            return;
        }

        SendPipedBytes();
        switch (value)
        {
            case string text: Send(OutgoingMessage.FromText(text)); break;
            case byte[] bytes: Send(OutgoingMessage.FromBytes(bytes)); break;
            case ReceivedMessage message: Send(OutgoingMessage.FromBytes(message.GetData())); break;
            case FileInfo file: SendFile(file.FullName); break;
            default: SendJson(input); break;
        }
    }

    private void SendPipedBytes()
    {
        if (_pipedBytes.Count == 0) return;
        byte[] bytes = [.. _pipedBytes];
        _pipedBytes.Clear();
        Send(OutgoingMessage.FromBytes(bytes));
    }

    private void SendJson(object? value)
    {
        // The shell's own converter knows what its objects look like; the engine knows no shell.
        _toJson ??= ScriptBlock.Create("param($object) Microsoft.PowerShell.Utility\\ConvertTo-Json -InputObject $object -Compress -Depth 100 -WarningAction SilentlyContinue");
        object? json = _toJson.Invoke(value).FirstOrDefault()?.BaseObject;
        Send(OutgoingMessage.FromText(json as string ?? "null"));
    }

    private void SendFiles(string path, bool literal)
    {
        try
        {
            if (literal || !WildcardPattern.ContainsWildcardCharacters(path))
            {
                SendFile(FullPath(path));
                return;
            }

            foreach (string file in SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists).Order(NaturalComparer.Instance)) SendFile(file);
        }
        catch (ItemNotFoundException e)
        {
            WriteError(new GalleryException(
                ErrorIds.UnreadableMessage, GalleryErrorCategory.ObjectNotFound, $"There is no file {path}.", path,
                path.AsSpan().ContainsAny('[', ']') ? "In -Path, [ and ] stand for one of several characters; give a name that has them as -LiteralPath." : "Check the path.", e));
        }
    }

    private void SendFile(string path)
    {
        try
        {
            Send(OutgoingMessage.FromFile(path, StopToken));
        }
        catch (GalleryException e)
        {
            WriteError(e);
        }
    }

    private void Send(OutgoingMessage message)
    {
        _sent = true;
        string what = message.Name ?? (message.Text is { } text ? MessageContent.OneLine(text, 60) : Counted.Of(message.Data.Length, "byte"));
        if (!ShouldProcess(what, $"Send to {string.Join(", ", To)}, port {Port}")) return;
        Present(_operation!.Add(message, StopToken));
    }
}
