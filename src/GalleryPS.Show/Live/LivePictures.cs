using System.Collections.Concurrent;
using System.Net;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Live;

/// <summary>
/// The bytes behind a live page's image elements: the files as they are, small versions, and
/// pictures a browser understands of files that it does not.
/// </summary>
internal sealed class LivePictures
{
    private const int ThumbnailSide = 128, PictureSide = 2400;

    // Decoding takes a processor for a while each; more at once would only make every one slower.
    private readonly SemaphoreSlim _turn = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly ConcurrentDictionary<int, byte[]> _thumbnails = new();

    public async Task WriteAsync(GalleryItem item, bool thumbnail, HttpListenerResponse response, CancellationToken cancellationToken)
    {
        // The address holds a random part, so nothing else will ever be found there.
        response.Headers["Cache-Control"] = "private, max-age=86400, immutable";
        try
        {
            if (item.Error is not null) throw item.Error;
            if (thumbnail)
            {
                byte[] small = await MakeAsync(item, ThumbnailSide, _thumbnails, cancellationToken).ConfigureAwait(false);
                await SendAsync(small, response, cancellationToken).ConfigureAwait(false);
            }
            else if (item.IsConvertedForBrowsers)
            {
                byte[] picture = await MakeAsync(item, PictureSide, null, cancellationToken).ConfigureAwait(false);
                await SendAsync(picture, response, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                using Stream file = item.Open();
                response.ContentType = MediaTypes.Of(item.Format);
                response.ContentLength64 = file.Length;
                await file.CopyToAsync(response.OutputStream, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (GalleryException e)
        {
            // The page asks for the reason when it cannot draw an image.
            response.StatusCode = (int)HttpStatusCode.UnprocessableEntity;
            response.ContentType = "text/plain; charset=utf-8";
            response.Headers["Cache-Control"] = "no-store";
            await response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(e.Message), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> MakeAsync(
        GalleryItem item, int side, ConcurrentDictionary<int, byte[]>? cache, CancellationToken cancellationToken)
    {
        if (cache is not null && cache.TryGetValue(item.Index, out byte[]? known)) return known;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            byte[] made = cache is null
                ? ImageDecoder.Default.ForBrowsers(item.Name, item.Read(), side, cancellationToken)
                : ImageDecoder.Default.Thumbnail(item.Name, item.Read(), side, embedded: true, cancellationToken);
            cache?.TryAdd(item.Index, made);
            return made;
        }
        finally
        {
            _turn.Release();
        }
    }

    private static async Task SendAsync(byte[] data, HttpListenerResponse response, CancellationToken cancellationToken)
    {
        response.ContentType = MediaTypes.Of(data);
        response.ContentLength64 = data.Length;
        await response.OutputStream.WriteAsync(data, cancellationToken).ConfigureAwait(false);
    }
}
