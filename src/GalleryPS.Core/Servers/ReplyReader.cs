using System.Formats.Tar;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GalleryPS.Network;
using static System.FormattableString;

namespace GalleryPS.Servers;

/// <summary>Reads what a server sends, and takes it for what it is.</summary>
internal static class ReplyReader
{
    private const int TarBlock = 512, TlsAlert = 32;

    /// <summary>Reads to the end, or as much as is accepted.</summary>
    /// <returns>The bytes, and whether there are more.</returns>
    /// <exception cref="GalleryException">The server broke off or fell silent.</exception>
    public static async Task<(byte[] Data, bool Truncated)> ReadAsync(Handshake from, ConnectOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 << 10);
        using var watch = new StallWatch(options.ConnectTimeout, time, cancellationToken);
        try
        {
            while (true)
            {
                watch.Restart();
                int read = await from.Connection.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
                if (read == 0 && !options.Tls.UseTls && all.Length < TlsAlert && TlsSide.IsTls(all.GetBuffer().AsSpan(0, (int)all.Length))) throw TlsErrors.Unexpected(from.To.EndPoint, from.To.Server);
                if (read == 0) return (all.ToArray(), false);
                int room = (int)Math.Min(read, options.MaxBytes - all.Length);
                all.Write(buffer, 0, room);
                if (room < read) return (all.ToArray(), true);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw SocketErrors.TimedOut(from.To.EndPoint, Invariant($"{from.To.Server}, after {all.Length:N0} bytes"));
        }
        catch (SocketException e)
        {
            throw from.Connection.TlsFailure ?? SocketErrors.Reset(e, from.To.EndPoint, Invariant($"{from.To.Server}, after {all.Length:N0} bytes"));
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The text of a reply, when it is text or JSON.</summary>
    /// <param name="data">The reply.</param>
    /// <param name="truncated">Whether it was cut, perhaps in the middle of a character.</param>
    public static string? TextOf(byte[] data, bool truncated)
    {
        ReadOnlySpan<byte> text = data;
        for (int cut = 0; truncated && cut < 3 && text.Length > 0 && !System.Text.Unicode.Utf8.IsValid(text); cut++) text = text[..^1];
        return MessageContent.Classify(text) == MessageKind.Binary ? null : Encoding.UTF8.GetString(text);
    }

    /// <summary>The images of a reply: those of a tar archive, or the one that it is.</summary>
    /// <param name="data">The reply.</param>
    /// <param name="source">Who sent it.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="store">Where to store them; null for nowhere.</param>
    public static ReceivedImage[] ImagesOf(byte[] data, IPEndPoint source, TimeSpan elapsed, DateTimeOffset now, ImageStore? store)
    {
        var images = new List<ReceivedImage>();
        if (ImageHeader.TryRead(data, out ImageInfo info) == ImageHeaderResult.Ok)
        {
            images.Add(Image(data, info, $"image-000{ImageHeader.DefaultExtension(info.Format)}"));
        }
        else if (IsTar(data))
        {
            foreach ((string name, byte[] content) in Entries(data))
            {
                if (ImageHeader.TryRead(content, out info) == ImageHeaderResult.Ok) images.Add(Image(content, info, name));
            }
        }

        return [.. images];

        ReceivedImage Image(byte[] bytes, ImageInfo about, string name)
        {
            string safe = SafeFileName.From(name);
            bool complete = ImageEnd.Check(bytes) != ImageCompleteness.Truncated;
            string? path = store?.Store(bytes, complete ? safe : safe + ImageStore.PartialSuffix);
            return new ReceivedImage(path is null ? bytes : null)
            {
                Index = images.Count,
                Name = path is null ? safe : Path.GetFileName(path),
                Bytes = bytes.Length,
                Format = about.Format,
                Width = about.Width,
                Height = about.Height,
                Transport = Transport.Tcp,
                Protocol = Protocol.Plain,
                Source = source,
                Datagrams = 0,
                Time = now,
                Elapsed = elapsed,
                Path = path,
                IsComplete = complete,
            };
        }
    }

    /// <summary>Whether bytes begin with a header of a tar archive: the mark of POSIX, and a checksum that fits.</summary>
    internal static bool IsTar(ReadOnlySpan<byte> data)
    {
        if (data.Length < TarBlock || !data.Slice(257, 5).SequenceEqual("ustar"u8)) return false;
        int sum = 0, written = 0;
        for (int i = 0; i < TarBlock; i++) sum += i is >= 148 and < 156 ? ' ' : data[i];
        foreach (byte digit in data.Slice(148, 8))
        {
            if (digit is >= (byte)'0' and <= (byte)'7') written = (written * 8) + digit - '0';
        }

        return sum == written;
    }

    // The archive is cut off or damaged somewhere: what came whole is kept.
    private static List<(string Name, byte[] Content)> Entries(byte[] data)
    {
        var entries = new List<(string, byte[])>();
        try
        {
            using var tar = new TarReader(new MemoryStream(data, writable: false));
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is not { } stream) continue;
                if (entry.Length > data.Length) break;
                byte[] content = new byte[entry.Length];
                if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length) break;
                entries.Add((entry.Name, content));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException or OverflowException or NotSupportedException or InvalidOperationException)
        {
            // Not an archive from here on.
        }

        return entries;
    }
}
