using System.Net;

namespace GalleryPS;

/// <summary>One message that was sent to one destination.</summary>
public sealed class SentMessage : SentMessageText
{
    /// <summary>Position among the messages of this call, counted from 0; repetitions have the same.</summary>
    public required int Index { get; init; }

    /// <summary>What its receivers will take it for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>Where it went: a group, a broadcast address or a host.</summary>
    [AsText]
    public new required IPEndPoint Destination { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required int Bytes { get; init; }

    /// <summary>The text, also of JSON; null for binary.</summary>
    public required string? Text { get; init; }

    /// <summary>Which repetition this is, counted from 1.</summary>
    public required int Repetition { get; init; }

    /// <summary>UDP datagrams it took: one for each outbound NIC.</summary>
    public required int Datagrams { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} of {Counted.Of(Bytes, "byte")} to {Destination}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="SentMessage"/> that are objects in .NET.</summary>
public abstract class SentMessageText
{
    private protected SentMessageText()
    {
    }

    /// <summary>SentMessage.Destination as text.</summary>
    public string Destination => ((SentMessage)this).Destination.ToString();
}
