using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Receive-GalleryMessage: receives text, JSON and binary messages.</summary>
[Cmdlet(VerbsCommunications.Receive, "GalleryMessage", HelpUri = HelpPages.Address + "Receive-GalleryMessage.md")]
[OutputType(typeof(ReceivedMessage), typeof(SourceStatistics), typeof(MembershipChange))]
public sealed class ReceiveGalleryMessageCommand : GalleryCmdlet
{
    private MessageReceiver? _receiver;

    /// <summary>The group to join, or the address to bind to.</summary>
    [Parameter(Position = 0)]
    [Alias("Address", "McastIP", "BindIP")]
    public string Group { get; set; } = MessageSendOptions.DefaultGroup;

    /// <summary>The port.</summary>
    [Parameter]
    [Alias("McastPort", "BindPort")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; } = MessageSendOptions.DefaultPort;

    /// <summary>NICs to receive on, by address or name; 0.0.0.0 for the default one, * for all that can multicast.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string[] ArrivalIP { get; set; } = [];

    /// <summary>Accept only these sources; a group is joined for them only.</summary>
    [Parameter]
    public string[] Source { get; set; } = [];

    /// <summary>Stop after this time, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Duration { get; set; }

    /// <summary>Give up when nothing came for this long, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>Stop after so many messages.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Count { get; set; }

    /// <summary>Emit a SourceStatistics per source at the end.</summary>
    [Parameter]
    public SwitchParameter Statistics { get; set; }

    /// <summary>Names of the JSON properties that carry a sequence number.</summary>
    [Parameter]
    public string[] SequenceProperty { get; set; } = [.. new MessageReceiveOptions().SequenceProperty];

    /// <summary>Emit a MembershipChange when a group is joined and left.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        _receiver = OrTerminate(() => MessageReceiver.Open(
            new MessageReceiveOptions
            {
                Group = Group,
                Port = Port,
                ArrivalIP = ArrivalIP,
                Source = Source,
                Duration = Duration,
                IdleTimeout = IdleTimeout,
                Count = Count,
                Statistics = Statistics,
                SequenceProperty = SequenceProperty,
                JsonObjects = PSObjectFactory.Instance,
            },
            StopToken));
        Present(_receiver.Receive(StopToken));
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent one)
    {
        switch (one)
        {
            case MessageReceivedEvent { Message: var message }:
                WriteVerbose(message.ToString());
                WriteObject(message);
                break;
            case MembershipEvent { Change: var change }:
                WriteVerbose(change.ToString());
                if (PassThru) WriteObject(change);
                break;
            case StatisticsEvent { Statistics: var statistics }:
                WriteObject(statistics);
                break;
            default:
                base.Present(one);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _receiver?.Dispose();
}
