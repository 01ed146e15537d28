namespace GalleryPS;

/// <summary>How to receive messages.</summary>
public sealed record MessageReceiveOptions
{
    /// <summary>Where: a group to join, an address of this machine, or a broadcast address.</summary>
    [OptionGroup]
    public MessageListeningOptions Addresses { get; init; } = new();

    /// <summary>What ends it.</summary>
    [OptionGroup]
    public UntilOptions Until { get; init; } = new();

    /// <summary>Report statistics of each source at the end.</summary>
    [Option("Report statistics of each source at the end.")]
    public bool Statistics { get; init; }

    /// <summary>Names of the JSON properties that carry a sequence number; case does not matter.</summary>
    [Option("Names of the JSON properties that carry a sequence number.")]
    public IReadOnlyList<string> SequenceProperty { get; init; } = ["sequence", "seq"];

    /// <summary>Makes the objects of parsed JSON; null for ordered dictionaries.</summary>
    public IJsonObjectFactory? JsonObjects { get; init; }

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate() => OptionChecks.Ranges(this);
}

/// <summary>Where messages are received: by default in the group of messages.</summary>
public sealed record MessageListeningOptions : ListeningOptions
{
    /// <summary>The defaults of messages.</summary>
    public MessageListeningOptions() => (Address, Port) = (MessageSendOptions.DefaultGroup, MessageSendOptions.DefaultPort);
}
