using static System.FormattableString;

namespace GalleryPS;

/// <summary>A receiver that a sender served until it had everything, or until it went away.</summary>
public sealed class ServedReceiver : ServedReceiverText
{
    /// <summary>What it calls itself, and its address.</summary>
    public required string Host { get; init; }

    /// <summary>Images it has.</summary>
    public required int Images { get; init; }

    /// <summary>Images it did not take: too large, not to be stored there, or not what was announced.</summary>
    public required int Refused { get; init; }

    /// <summary>Share of the packets that was lost on the way to it, 0 to 1.</summary>
    public required double LossRate { get; init; }

    /// <summary>Whether it has everything, but for images that could not be read any more while they were sent.</summary>
    public required bool Completed { get; init; }

    /// <summary>From the first packet of the images to its having everything, or to its end.</summary>
    [AsText]
    public new required TimeSpan Elapsed { get; init; }

    /// <summary>What kept the transfer from being faster until then, for most of its time; null when nothing was sent.</summary>
    public TransferLimit? LimitedBy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Invariant($"{Host}: {Counted.Of(Images, "image")}{(Refused > 0 ? $", {Refused} refused" : "")}{(Completed ? "" : ", not all")}, {LossRate:P1} lost, {Elapsed.TotalSeconds:0.00} s{Limit}");

    private string Limit => LimitedBy switch
    {
        TransferLimit.Sender => ", limit: sender",
        TransferLimit.Network => ", limit: network",
        TransferLimit.BitRate => ", limit: bit rate",
        TransferLimit.ReceiverCpu => ", limit: receiver's CPU",
        TransferLimit.ReceiverDisk => ", limit: receiver's disk",
        _ => "",
    };
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="ServedReceiver"/> that are objects in .NET.</summary>
public abstract class ServedReceiverText
{
    private protected ServedReceiverText()
    {
    }

    /// <summary>ServedReceiver.Elapsed as seconds.</summary>
    public double Elapsed => ((ServedReceiver)this).Elapsed.TotalSeconds;
}
