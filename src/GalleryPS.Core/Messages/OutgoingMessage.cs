using System.Text;
using static System.FormattableString;

namespace GalleryPS;

/// <summary>A message that is to be sent: its bytes go out exactly as they are.</summary>
public sealed class OutgoingMessage
{
    private OutgoingMessage(ReadOnlyMemory<byte> data, string? name)
    {
        (Data, Name, Kind) = (data, name, MessageContent.Classify(data.Span));
        if (Kind != MessageKind.Binary) Text = Encoding.UTF8.GetString(data.Span);
    }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>What receivers will take them for.</summary>
    public MessageKind Kind { get; }

    /// <summary>The text, also of JSON; null for binary.</summary>
    public string? Text { get; }

    /// <summary>The file they come from, or null.</summary>
    public string? Name { get; }

    /// <summary>A text or a JSON document, in UTF-8.</summary>
    /// <param name="text">The text; half surrogate pairs become question marks in diamonds.</param>
    /// <returns>The message.</returns>
    public static OutgoingMessage FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new OutgoingMessage(Encoding.UTF8.GetBytes(text), null);
    }

    /// <summary>A JSON document that must be one.</summary>
    /// <param name="json">The document; it is sent as it is written.</param>
    /// <returns>The message.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public static OutgoingMessage FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        byte[] data = Encoding.UTF8.GetBytes(json);
        try
        {
            var reader = new System.Text.Json.Utf8JsonReader(data, MessageContent.AnyDepth);
            while (reader.Read())
            {
            }

            return new OutgoingMessage(data, null);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"This is not a JSON document: {e.Message}", json,
                "Check quotes and brackets, or send it as text.", e);
        }
    }

    /// <summary>Raw bytes.</summary>
    /// <param name="data">The bytes; they are not copied.</param>
    /// <returns>The message.</returns>
    public static OutgoingMessage FromBytes(ReadOnlyMemory<byte> data) => new(data, null);

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file; a pipe that is open already will do.</param>
    /// <param name="cancellationToken">Ends waiting for it.</param>
    /// <returns>The message.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableMessage"/> or <see cref="ErrorIds.MessageTooLarge"/>.</exception>
    public static OutgoingMessage FromFile(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using Stream file = InputFile.IsOpenPipe(path) ? InputFile.OpenFileOrPipe(path, cancellationToken) : InputFile.OpenStream(path, cancellationToken);

            // One byte more than fits tells that a file (or an endless device) is too long, without reading all of it.
            byte[] data = new byte[Network.DatagramSockets.MaxPayloadIPv6 + 1];
            int length = file.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
            if (length == data.Length) throw TooLarge(path, file.CanSeek ? file.Length : length, Network.DatagramSockets.MaxPayloadIPv4);
            return new OutgoingMessage(data.AsMemory(0, length), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new GalleryException(
                ErrorIds.UnreadableMessage, GalleryErrorCategory.ReadError, $"{path} cannot be read: {e.Message}", path,
                "Check that it is a file, that it exists and that you may read it.", e);
        }
    }

    internal static GalleryException TooLarge(object target, long bytes, int limit) => new(
        ErrorIds.MessageTooLarge, GalleryErrorCategory.LimitsExceeded,
        Invariant($"{(target is string path ? path : "A message")} has {bytes:N0} bytes; one datagram carries at most {limit:N0}."), target,
        "Split it, or send files of any size with Start-GalleryServer -Gallery or Send-Gallery -Transport Tcp.");
}
