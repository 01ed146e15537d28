using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Operations;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Receive-GalleryMessage: receives text, JSON and binary messages.</summary>
[Cmdlet(VerbsCommunications.Receive, "GalleryMessage", HelpUri = HelpPages.Address + "Receive-GalleryMessage.md")]
[OutputType(typeof(ReceivedMessage), typeof(SourceStatistics), typeof(MembershipChange))]
public sealed class ReceiveGalleryMessageCommand : GalleryCmdlet
{
    private MessageReceiveOptions _options = new() { JsonObjects = PSObjectFactory.Instance };

    /// <summary>The group to join, or the address to bind to.</summary>
    [Parameter(Position = 0)]
    [Alias("Group", "McastIP", "BindIP", "ListenIP")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string? Address { get => Addresses.Address; set => Addresses = Addresses with { Address = value }; }

    /// <summary>The port.</summary>
    [Parameter]
    [Alias("BindPort", "McastPort", "ListenPort")]
    [InRange<MessageReceiveOptions>]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int Port { get => Addresses.Port; set => Addresses = Addresses with { Port = value }; }

    /// <summary>NICs to receive on, by address or name; 0.0.0.0 for the default one, * for all that can multicast.</summary>
    [Parameter]
    [Alias("Interface")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string[] ArrivalIP { get => [.. Addresses.ArrivalIP]; set => Addresses = Addresses with { ArrivalIP = value }; }

    /// <summary>Accept only these sources; a group is joined for them only.</summary>
    [Parameter]
    public string[] Source { get => [.. Addresses.Source]; set => Addresses = Addresses with { Source = value }; }

    /// <summary>Stop after this time, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Duration { get => Until.Duration; set => Until = Until with { Duration = value }; }

    /// <summary>Give up when nothing came for this long, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? IdleTimeout { get => Until.IdleTimeout; set => Until = Until with { IdleTimeout = value }; }

    /// <summary>Stop after so many messages.</summary>
    [Parameter]
    [InRange<MessageReceiveOptions>]
    public int? Count { get => Until.Count; set => Until = Until with { Count = value }; }

    /// <summary>Emit a SourceStatistics per source at the end.</summary>
    [Parameter]
    public SwitchParameter Statistics { get => _options.Statistics; set => _options = _options with { Statistics = value }; }

    /// <summary>Names of the JSON properties that carry a sequence number.</summary>
    [Parameter]
    public string[] SequenceProperty { get => [.. _options.SequenceProperty]; set => _options = _options with { SequenceProperty = value }; }

    /// <summary>Emit a MembershipChange when a group is joined and left.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Run in the background, as a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private MessageListeningOptions Addresses { get => _options.Addresses; set => _options = _options with { Addresses = value }; }

    private UntilOptions Until { get => _options.Until; set => _options = _options with { Until = value }; }

    /// <inheritdoc/>
    protected override void OnEnd() => Present(OrTerminate(() => MessageReceiveOperation.Run(_options, StopToken)));

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        switch (galleryEvent)
        {
            case MessageReceivedEvent { Message: var message }:
                EndWaiting();
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
                base.Present(galleryEvent);
                break;
        }
    }
}
