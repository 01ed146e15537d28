using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using GalleryPS.Show.Page;

namespace GalleryPS.Show.Live;

/// <summary>
/// Serves the live page on this machine only: on localhost, at a free port, under a random path that is known to nobody
/// who was not told.
/// </summary>
internal sealed class LiveServer : IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private readonly HttpListener _listener;
    private readonly string _root;
    private readonly TimeSpan _interval;
    private readonly LiveGallery _gallery = new();
    private readonly LivePictures _pictures = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _viewed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _viewers;
    private bool _disposed;

    private LiveServer(HttpListener listener, int port, string token, TimeSpan interval)
    {
        (_listener, _interval) = (listener, interval);
        _root = $"/{token}/";
        Url = new Uri($"http://localhost:{port}{_root}");
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Address of the page.</summary>
    public Uri Url { get; }

    /// <summary>How many pages are open.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>Ends when the first page is open and gets its images.</summary>
    public Task Viewed => _viewed.Task;

    /// <summary>Starts serving.</summary>
    /// <param name="interval">How long each image is shown.</param>
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <returns>The server; dispose of it.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.PortInUse"/> or <see cref="ErrorIds.CannotServePage"/>.</exception>
    public static LiveServer Start(TimeSpan interval, int port = 0)
    {
        string token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)).ToLowerInvariant();
        Exception? problem = null;

        // A listener cannot be told to take any free port; between asking for one and taking it, another program may.
        for (int attempt = 0; attempt < (port == 0 ? 20 : 1); attempt++)
        {
            HttpListener? listener = null;
            try
            {
                int tried = port == 0 ? FreePort() : port;
                listener = new HttpListener { IgnoreWriteExceptions = true };

                // Not the address: for one the listener looks up the name of this machine, and in a closed network nobody answers that.
                listener.Prefixes.Add($"http://localhost:{tried}/");
                listener.Start();
                return new LiveServer(listener, tried, token, interval);
            }
            catch (Exception e) when (e is HttpListenerException or SocketException)
            {
                problem = e;
                listener?.Close();
            }
        }

        throw port == 0
            ? new GalleryException(ErrorIds.CannotServePage, GalleryErrorCategory.ResourceUnavailable, $"The page cannot be served: {problem!.Message}", port, null, problem)
            : new GalleryException(ErrorIds.PortInUse, GalleryErrorCategory.ResourceBusy, $"Port {port} cannot be used for the page: {problem!.Message}", port, "Leave the port out to get a free one.", problem);
    }

    /// <summary>Shows an image to everybody who looks.</summary>
    /// <param name="item">The image.</param>
    public void Add(GalleryItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        _gallery.Add(item);
    }

    /// <summary>Shows that no more images come. The page goes on being served.</summary>
    public void End() => _gallery.End();

    /// <summary>Stops serving.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stop.Cancel();
        _listener.Abort();
        _viewed.TrySetCanceled();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync().ConfigureAwait(false);
                _ = Task.Run(() => AnswerAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!_listener.IsListening) return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        HttpListenerResponse response = context.Response;
        try
        {
            response.Headers["X-Content-Type-Options"] = "nosniff";
            response.Headers["Referrer-Policy"] = "no-referrer";
            response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
            string path = context.Request.Url?.AbsolutePath ?? "";
            if (!IsOurs(path) || !IPAddress.IsLoopback(context.Request.RemoteEndPoint.Address))
            {
                Refuse(response, HttpStatusCode.NotFound);
                return;
            }

            if (context.Request.HttpMethod is not ("GET" or "HEAD"))
            {
                Refuse(response, HttpStatusCode.MethodNotAllowed);
                return;
            }

            await RouteAsync(path[_root.Length..], context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The page was closed, or we were.
        }
        finally
        {
            Close(response);
        }
    }

    /// <summary>Compared in constant time: the path is a secret.</summary>
    private bool IsOurs(string path) => path.Length >= _root.Length && CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(path[.._root.Length]), Encoding.ASCII.GetBytes(_root));

    private Task RouteAsync(string rest, HttpListenerContext context)
    {
        if (rest.Length == 0) return WritePageAsync(context.Response);
        if (rest == "events") return WriteEventsAsync(context);
        string[] parts = rest.Split('/');
        if (parts is ["images" or "thumbnails", var number]
            && int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int index)
            && _gallery.Find(index) is { } item)
        {
            return _pictures.WriteAsync(item, parts[0] == "thumbnails", context.Response, _stop.Token);
        }

        Refuse(context.Response, HttpStatusCode.NotFound);
        return Task.CompletedTask;
    }

    private async Task WritePageAsync(HttpListenerResponse response)
    {
        using var page = new MemoryStream();
        GalleryPage.Write(page, live: true, _interval);
        response.ContentType = "text/html; charset=utf-8";
        response.Headers["Cache-Control"] = "no-store";
        response.ContentLength64 = page.Length;
        await response.OutputStream.WriteAsync(page.GetBuffer().AsMemory(0, (int)page.Length), _stop.Token).ConfigureAwait(false);
    }

    private async Task WriteEventsAsync(HttpListenerContext context)
    {
        HttpListenerResponse response = context.Response;
        if (Interlocked.Increment(ref _viewers) > GalleryLimits.PageViewers)
        {
            Interlocked.Decrement(ref _viewers);
            Refuse(response, HttpStatusCode.ServiceUnavailable);
            return;
        }

        try
        {
            response.ContentType = "text/event-stream";
            response.Headers["Cache-Control"] = "no-store";
            response.SendChunked = true;

            // A page that lost the connection says what it has; a new one gets everything.
            _ = int.TryParse(context.Request.Headers["Last-Event-ID"], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int position);
            await response.OutputStream.WriteAsync("retry: 1000\n\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
            _viewed.TrySetResult();
            while (!_stop.IsCancellationRequested)
            {
                (IReadOnlyList<byte[]> events, Task changed) = _gallery.From(position);
                position += events.Count;
                if (events.Count > 0)
                {
                    await response.OutputStream.WriteAsync(events.SelectMany(static e => e).ToArray(), _stop.Token).ConfigureAwait(false);
                    await response.OutputStream.FlushAsync(_stop.Token).ConfigureAwait(false);
                    continue;
                }

                // Writing is the only way to learn that a page was closed.
                if (await Task.WhenAny(changed, Task.Delay(Heartbeat, _stop.Token)).ConfigureAwait(false) != changed)
                {
                    await response.OutputStream.WriteAsync(": still here\n\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
    }

    private static void Refuse(HttpListenerResponse response, HttpStatusCode status)
    {
        response.StatusCode = (int)status;
        response.ContentLength64 = 0;
    }

    private static void Close(HttpListenerResponse response)
    {
        try
        {
            response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // It is closed already.
        }
    }
}
