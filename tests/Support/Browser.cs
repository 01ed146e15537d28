using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GalleryPS.TestSupport;

/// <summary>A real Chromium without a window, steered through chromedriver in the words of W3C WebDriver.</summary>
public sealed partial class Browser : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process _driver;
    private readonly HttpClient _http;
    private readonly string _profile;
    private readonly List<string> _requests = [];
    private string _session = "";
    private bool _watch;

    private Browser(Process driver, int port, string profile)
    {
        (_driver, _profile) = (driver, profile);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Why there is none here, or null.</summary>
    public static string? Missing =>
        Find("chromium", "chromium-browser", "google-chrome") is null ? "Chromium is not installed (Debian's package chromium)."
        : Find("chromedriver") is null ? "chromedriver is not installed (Debian's package chromium-driver)." : null;

    /// <summary>Id of the browser's first process.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Starts one with an empty profile.</summary>
    /// <param name="width">Width of the window in CSS pixels.</param>
    /// <param name="height">Height of the window.</param>
    /// <param name="dark">Whether the user prefers dark colours.</param>
    /// <param name="watch">Whether requests are recorded; that alone keeps what was loaded in memory.</param>
    public static async Task<Browser> StartAsync(int width = 1280, int height = 860, bool dark = false, bool watch = true)
    {
        string profile = Directory.CreateTempSubdirectory("gallery-browser-").FullName;
        var start = new ProcessStartInfo(Find("chromedriver")!, ["--port=0"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process driver = Process.Start(start)!;
        driver.ErrorDataReceived += static (_, _) => { };
        driver.BeginErrorReadLine();
        var told = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        driver.OutputDataReceived += (_, e) =>
        {
            if (e.Data is null) told.TrySetException(new InvalidOperationException("chromedriver ended."));
            else if (PortLine().Match(e.Data) is { Success: true } match) told.TrySetResult(int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture));
        };
        driver.BeginOutputReadLine();
        int port = await told.Task.WaitAsync(Patience);
        var browser = new Browser(driver, port, profile);
        try
        {
            await browser.OpenSessionAsync(width, height, dark, watch);
            return browser;
        }
        catch
        {
            browser.Dispose();
            throw;
        }
    }

    /// <summary>An empty page in a window of another size, as if newly started; starting takes seconds.</summary>
    /// <param name="width">Width of the window in CSS pixels.</param>
    /// <param name="height">Height of the window.</param>
    /// <param name="dark">Whether the user prefers dark colours.</param>
    public async Task ResetAsync(int width = 1280, int height = 860, bool dark = false)
    {
        await CommandAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = width < 600 });
        await CommandAsync("Emulation.setEmulatedMedia", new { media = "", features = new[] { new { name = "prefers-color-scheme", value = dark ? "dark" : "light" } } });
        await GoAsync("about:blank");
        await ConsoleErrorsAsync();

        // The browser's own first page asked for its own things.
        if (_watch) await RequestsAsync();
        _requests.Clear();
    }

    /// <summary>Lays the page out as on paper, until <see cref="ResetAsync"/>.</summary>
    public Task PrintAsync() => CommandAsync("Emulation.setEmulatedMedia", new { media = "print" });

    /// <summary>Opens an address.</summary>
    public Task GoAsync(string url) => PostAsync("url", new { url });

    /// <summary>Loads the page again.</summary>
    public Task ReloadAsync() => PostAsync("refresh", new { });

    /// <summary>Value of a script; it says <c>return</c>.</summary>
    public async Task<T> RunAsync<T>(string script)
    {
        JsonElement value = await PostAsync("execute/sync", new { script, args = Array.Empty<object>() });
        return value.Deserialize<T>()!;
    }

    /// <summary>Waits until an expression is true in the page.</summary>
    /// <param name="expression">A JavaScript expression.</param>
    /// <param name="patience">How long; null for half a minute.</param>
    public async Task UntilAsync(string expression, TimeSpan? patience = null)
    {
        // The page tells when: a promise that is checked at each of its frames, not a sleep of ours.
        int milliseconds = (int)(patience ?? Patience).TotalMilliseconds;
        string script = $$"""
            const done = arguments[arguments.length - 1], end = performance.now() + {{milliseconds}};
            (function look() { if ({{expression}}) done(true); else if (performance.now() > end) done(false); else setTimeout(look, 15); })();
            """;
        JsonElement value = await PostAsync("execute/async", new { script, args = Array.Empty<object>() });
        if (!value.GetBoolean()) throw new TimeoutException($"Not in time: {expression}. The page: {await RunAsync<string>("return document.body.innerText")}");
    }

    /// <summary>Presses a key: a character, or one of WebDriver's code points for others.</summary>
    public Task PressAsync(string key) => PostAsync("actions", new
    {
        actions = new[] { new { type = "key", id = "keys", actions = new[] { new { type = "keyDown", value = key }, new { type = "keyUp", value = key } } } },
    });

    /// <summary>Clicks what a CSS selector finds.</summary>
    public async Task ClickAsync(string selector)
    {
        JsonElement found = await PostAsync("element", new { @using = "css selector", value = selector });
        await PostAsync($"element/{found.EnumerateObject().First().Value.GetString()}/click", new { });
    }

    /// <summary>What went to the console as an error since the last call.</summary>
    public async Task<IReadOnlyList<string>> ConsoleErrorsAsync()
    {
        JsonElement entries = await PostAsync("se/log", new { type = "browser" });
        return [.. entries.EnumerateArray().Where(static e => e.GetProperty("level").GetString() == "SEVERE").Select(static e => e.GetProperty("message").GetString()!)];
    }

    /// <summary>Addresses of everything the page asked for so far.</summary>
    public async Task<IReadOnlyList<string>> RequestsAsync()
    {
        JsonElement entries = await PostAsync("se/log", new { type = "performance" });
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            using JsonDocument message = JsonDocument.Parse(entry.GetProperty("message").GetString()!);
            JsonElement inner = message.RootElement.GetProperty("message");
            if (inner.GetProperty("method").GetString() == "Network.requestWillBeSent") _requests.Add(inner.GetProperty("params").GetProperty("request").GetProperty("url").GetString()!);
        }

        return _requests;
    }

    /// <summary>A picture of the page, as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync()
    {
        using JsonDocument answer = JsonDocument.Parse(await _http.GetStringAsync($"session/{_session}/screenshot"));
        return Convert.FromBase64String(answer.RootElement.GetProperty("value").GetString()!);
    }

    /// <summary>Memory of the process that runs the page, in bytes: what it does not share with others.</summary>
    public long RendererMemory()
    {
        var parents = new Dictionary<int, int>();
        var renderers = new List<int>();
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)) continue;
            try
            {
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                parents[id] = int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Contains("--type=renderer", StringComparison.Ordinal)) renderers.Add(id);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return renderers.Where(IsOurs).Select(Private).DefaultIfEmpty(0).Max();

        bool IsOurs(int id)
        {
            for (int depth = 0; depth < 10 && id > 1; depth++)
            {
                if (id == ProcessId) return true;
                id = parents.GetValueOrDefault(id);
            }

            return false;
        }

        static long Private(int id) => File.ReadLines($"/proc/{id}/smaps_rollup")
            .Where(static line => line.StartsWith("Private_", StringComparison.Ordinal))
            .Sum(static line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);
    }

    public void Dispose()
    {
        try
        {
            if (_session.Length > 0) _http.DeleteAsync($"session/{_session}").Wait(TimeSpan.FromSeconds(10));
        }
        catch (Exception e) when (e is AggregateException or HttpRequestException)
        {
            // The driver is gone; so is its browser.
        }

        if (!_driver.HasExited) _driver.Kill(entireProcessTree: true);
        _driver.WaitForExit();
        _driver.Dispose();
        _http.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser still writes into it; it lies below the temporary folder.
        }
    }

    private async Task OpenSessionAsync(int width, int height, bool dark, bool watch)
    {
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", $"--user-data-dir={_profile}",
        ];
        var options = new Dictionary<string, object> { ["binary"] = Find("chromium", "chromium-browser", "google-chrome")!, ["args"] = arguments };
        var logging = new Dictionary<string, string> { ["browser"] = "ALL", ["performance"] = watch ? "ALL" : "OFF" };
        var always = new Dictionary<string, object> { ["browserName"] = "chrome", ["goog:chromeOptions"] = options, ["goog:loggingPrefs"] = logging };
        using HttpResponseMessage answer = await SendAsync("session", new { capabilities = new { alwaysMatch = always } });
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement value = body.RootElement.GetProperty("value");
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(value.GetRawText());
        _session = value.GetProperty("sessionId").GetString()!;
        ProcessId = value.GetProperty("capabilities").TryGetProperty("goog:processID", out JsonElement id) ? id.GetInt32() : _driver.Id;
        _watch = watch;
        await ResetAsync(width, height, dark);
    }

    private Task CommandAsync(string cmd, object parameters) => PostAsync("goog/cdp/execute", new Dictionary<string, object> { ["cmd"] = cmd, ["params"] = parameters });

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using HttpResponseMessage answer = await SendAsync($"session/{_session}/{path}", body);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement value = document.RootElement.GetProperty("value").Clone();
        return answer.IsSuccessStatusCode ? value : throw new InvalidOperationException(value.GetRawText());
    }

    /// <summary>With the length in front: chromedriver knows no chunks.</summary>
    private async Task<HttpResponseMessage> SendAsync(string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
        return await _http.PostAsync(path, content);
    }

    private static string? Find(params string[] programs) => programs
        .SelectMany(static program => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)))
        .FirstOrDefault(File.Exists);

    [GeneratedRegex(@"started successfully on port (?<port>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PortLine();
}
