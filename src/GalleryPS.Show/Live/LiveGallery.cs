using System.Text;
using System.Text.Json;
using GalleryPS.Show.Page;

namespace GalleryPS.Show.Live;

/// <summary>
/// What a live page shows: the images so far, and the events of it for viewers who come at any time. Viewers read at
/// their own pace; nobody waits for them.
/// </summary>
internal sealed class LiveGallery
{
    private readonly Lock _lock = new();
    private readonly List<GalleryItem> _items = [];
    private readonly List<byte[]> _events = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _ended;

    /// <summary>Adds the next image (its index is how many there were); viewers see it at once.</summary>
    public void Add(GalleryItem item)
    {
        string? error = item.Error?.Message;
        byte[] json = Json(writer => PageImage.Write(writer, item, $"images/{item.Index}", $"thumbnails/{item.Index}", error));
        lock (_lock)
        {
            _items.Add(item);
            Publish("image", json);
        }
    }

    /// <summary>Tells viewers that no more images come.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
            Publish("end", Json(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("received", _items.Exists(static item => item.IsReceived));
                writer.WriteNumber("images", _items.Count);
                writer.WriteEndObject();
            }));
        }
    }

    /// <summary>An image, or null when there is none at this position.</summary>
    public GalleryItem? Find(int index)
    {
        lock (_lock) return index < _items.Count ? _items[index] : null;
    }

    /// <summary>The events from a position on, as they go over the line, and a task that ends when there are more.</summary>
    public (IReadOnlyList<byte[]> Events, Task Changed) From(int position)
    {
        lock (_lock)
        {
            IReadOnlyList<byte[]> events = position >= _events.Count ? [] : _events.GetRange(position, _events.Count - position);
            return (events, _changed.Task);
        }
    }

    private void Publish(string name, byte[] json)
    {
        byte[] head = Encoding.ASCII.GetBytes($"id: {_events.Count + 1}\nevent: {name}\ndata: ");
        _events.Add([.. head, .. json, (byte)'\n', (byte)'\n']);
        TaskCompletionSource signal = _changed;
        _changed = NewSignal();
        signal.SetResult();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        return buffer.ToArray();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
