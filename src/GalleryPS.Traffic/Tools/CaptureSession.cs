using System.Collections.Concurrent;
using System.Diagnostics;

namespace GalleryPS.Traffic;

/// <summary>A capture with tcpdump or dumpcap, from the moment it listens to the moment its file is complete.</summary>
public sealed class CaptureSession : IDisposable
{
    private static readonly ConcurrentDictionary<int, CaptureSession> Sessions = new();
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);
    private const int StableReports = 10;
    private const int LeastFreeSpace = 4096;
    private static int _ids;

    private readonly CaptureTool _tool;
    private readonly CaptureProcess _process;
    private readonly CaptureCounts _counts = new();
    private readonly List<string> _lines = [];
    private readonly Lock _stopping = new();
    private Timer? _limit;
    private bool _ready;
    private bool _closed;
    private GalleryException? _failure;

    private CaptureSession(CaptureTool tool, CaptureProcess process)
    {
        _tool = tool;
        _process = process;
        process.Process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Process.OutputDataReceived += static (_, _) => { };
        process.Process.BeginErrorReadLine();
        process.Process.BeginOutputReadLine();
    }

    /// <summary>What is being captured, and in the end what came of it.</summary>
    public Capture Capture { get; private set; } = null!;

    /// <summary>The captures of this process that run.</summary>
    public static IReadOnlyList<Capture> Running =>
        [.. Sessions.Values.Select(session => session.Capture).Where(capture => capture.Running).OrderBy(capture => capture.Id)];

    /// <summary>Starts capturing; returns when the program listens, so that nothing from now on is missed.</summary>
    /// <param name="options">What and where.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CaptureToolMissing"/>, <see cref="ErrorIds.NotPrivileged"/>,
    /// <see cref="ErrorIds.CannotWriteFile"/>, <see cref="ErrorIds.AddressNotLocal"/> (no such NIC),
    /// <see cref="ErrorIds.InvalidOptions"/> (a filter that cannot be read among others).</exception>
    public static CaptureSession Start(CaptureOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var tool = CaptureTool.Find(options.Tool);
        var plan = CapturePlan.For(options, cancellationToken);
        bool created = CreateFile(ref options);
        CaptureSession? session = null;
        try
        {
            session = new CaptureSession(tool, CaptureProcess.Start(tool.Program, tool.Arguments(options, plan)));
            session.WaitForReady(options, plan, cancellationToken);
            session.Capture = new Capture
            {
                Id = Interlocked.Increment(ref _ids),
                Path = options.Path,
                Interface = plan.Interface,
                OnlyThisMachine = plan.IsLoopback,
                Filter = plan.Filter,
                SnapLength = options.SnapLength,
                Tool = tool.Name,
                Started = DateTimeOffset.Now,
            };
            Sessions[session.Capture.Id] = session;
            CaptureHistory.Remember(session.Capture);
            if (options.Duration is { } duration) session._limit = new Timer(_ => session.End(), null, duration < LongestTimer ? duration : LongestTimer, Timeout.InfiniteTimeSpan);
            return session;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Abandon(null);
            throw CaptureErrors.Translate(tool, plan, e.Message);
        }
        catch
        {
            Abandon(session);
            throw;
        }

        void Abandon(CaptureSession? begun)
        {
            begun?._process.Dispose();
            if (created) Delete(options.Path);
        }
    }

    /// <summary>Stops a capture of this process; stopping it twice does no harm.</summary>
    /// <param name="capture">The capture.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NetworkFailure"/>: the program did not end, or had ended before;
    /// <see cref="ErrorIds.CannotWriteFile"/>: it had ended because it could not write.</exception>
    public static void Stop(Capture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        if (Sessions.TryGetValue(capture.Id, out CaptureSession? session) && ReferenceEquals(session.Capture, capture)) session.Stop();
    }

    /// <summary>Stops; returns when the file is complete.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NetworkFailure"/>: the program did not end, or had ended before;
    /// <see cref="ErrorIds.CannotWriteFile"/>: it had ended because it could not write.</exception>
    public void Stop()
    {
        End();

        // Told once, to whoever stops first, also after its time was over.
        Sessions.TryRemove(Capture.Id, out _);
        if (Interlocked.Exchange(ref _failure, null) is { } failure) throw failure;
    }

    /// <summary>Waits until the capture is stopped, until its program ends by itself, or until cancelled.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the capture.</param>
    public void WaitForEnd(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration wake = WakeWhen(cancellationToken);
        lock (_lines)
        {
            while (!_closed && Capture.End is null && !cancellationToken.IsCancellationRequested) Monitor.Wait(_lines);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    private bool HasEnded
    {
        get
        {
            lock (_lines) return _closed;
        }
    }

    /// <summary>What the program said last, beside its counts.</summary>
    private string LastLine
    {
        get
        {
            lock (_lines) return _lines.FindLast(l => l.Length > 0 && !char.IsAsciiDigit(l[0]) && !_tool.IsReady(l)) ?? "";
        }
    }

    private void End()
    {
        lock (_stopping)
        {
            if (Capture.End is not null) return;
            bool endedItself = HasEnded;
            Drain();
            _process.AskToEnd();
            if (_process.Process.WaitForExit(EndTimeout))
            {
                // Waiting without a limit also waits for its last lines.
                _process.Process.WaitForExit();

                // Of what it could not write tcpdump says nothing.
                if (endedItself) _failure = CaptureErrors.EndedItself(_tool, Capture, LastLine);
                else if (IsFull(Capture.Path)) _failure = CaptureErrors.DiskFull(Capture);
            }
            else
            {
                _failure = new GalleryException(
                    ErrorIds.NetworkFailure,
                    GalleryErrorCategory.OperationTimeout,
                    $"{_tool.Name} did not end within {EndTimeout.TotalSeconds} s and was killed.",
                    Capture,
                    $"The end of {Capture.Path} may be missing.");
            }

            Finish();
        }
    }

    private CancellationTokenRegistration WakeWhen(CancellationToken cancellationToken) => cancellationToken.UnsafeRegister(
        static lines =>
        {
            lock (lines!) Monitor.PulseAll(lines);
        },
        _lines);

    private void Finish()
    {
        lock (_lines)
        {
            Capture.End = new CaptureEnd(DateTimeOffset.Now, _counts.Captured, _counts.Received, _counts.Dropped, Length(Capture.Path));
            Monitor.PulseAll(_lines);
        }

        if (_failure is null) Sessions.TryRemove(Capture.Id, out _);
        _limit?.Dispose();
        _process.Dispose();
    }

    /// <summary>
    /// Waits until the program has taken what lies in the kernel's buffer: packets that are left there when it is
    /// stopped are lost.
    /// </summary>
    private void Drain()
    {
        if (!_tool.CanReport)
        {
            // dumpcap takes packets out every 250 ms, and nothing tells when it did.
            Thread.Sleep(300);
            return;
        }

        long begin = Stopwatch.GetTimestamp();
        int unchanged = 0;
        lock (_lines)
        {
            while (!_closed && Stopwatch.GetElapsedTime(begin) < DrainTimeout)
            {
                (long? captured, long? received, int reports) = (_counts.Captured, _counts.Received, _counts.Reports);
                _process.AskForReport();
                while (_counts.Reports == reports && !_closed && Stopwatch.GetElapsedTime(begin) < DrainTimeout)
                    Monitor.Wait(_lines, 100);
                if (_counts.Captured + _counts.Dropped >= _counts.Received) return;

                // On loopback the kernel counts every packet twice, going out and coming in, and the two never meet.
                unchanged = _counts.Captured == captured && _counts.Received == received ? unchanged + 1 : 0;
                if (unchanged == StableReports) return;
                Monitor.Wait(_lines, 10);
            }
        }
    }

    private void WaitForReady(CaptureOptions options, CapturePlan plan, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration wake = WakeWhen(cancellationToken);
        long begin = Stopwatch.GetTimestamp();
        lock (_lines)
        {
            while (!_ready)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TimeSpan left = options.StartTimeout - Stopwatch.GetElapsedTime(begin);
                if (_closed || left <= TimeSpan.Zero)
                    throw CaptureErrors.Translate(_tool, plan, _closed ? string.Join(' ', _lines) : "It did not start to listen.");
                Monitor.Wait(_lines, left);
            }
        }
    }

    private void Take(string? line)
    {
        lock (_lines)
        {
            if (line is null)
            {
                _closed = true;
            }
            else
            {
                if (_lines.Count < 100) _lines.Add(line);
                _tool.ReadCounts(line, _counts);
                _ready |= _tool.IsReady(line);
            }

            Monitor.PulseAll(_lines);
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file stays, empty; why the capture did not begin is told, and matters more.
        }
    }

    /// <summary>Bytes of the file; 0 when it is gone, or in a folder that does not answer any more.</summary>
    private static long Length(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists ? file.Length : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static bool IsFull(string path)
    {
        try
        {
            string place = OperatingSystem.IsWindows() ? Path.GetPathRoot(path)! : Path.GetDirectoryName(path)!;
            return new DriveInfo(place).AvailableFreeSpace < LeastFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Makes its path a full one, and sees to it that the file can be written, before a program says so in its own words.</summary>
    /// <returns>True when it did not exist before.</returns>
    private static bool CreateFile(ref CaptureOptions options)
    {
        try
        {
            options = options with { Path = Path.GetFullPath(options.Path) };
            bool exists = File.Exists(options.Path);
            if (exists && !options.Force)
            {
                throw new GalleryException(
                    ErrorIds.CannotWriteFile,
                    GalleryErrorCategory.ResourceExists,
                    $"{options.Path} exists already.",
                    options.Path,
                    "Use another name, or -Force to replace it.");
            }

            using var file = new FileStream(options.Path, exists ? FileMode.Truncate : FileMode.CreateNew, FileAccess.Write);
            return !exists;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new GalleryException(
                ErrorIds.CannotWriteFile,
                GalleryErrorCategory.WriteError,
                $"{options.Path} cannot be written: {e.Message}",
                options.Path,
                "Check the folder and its permissions.",
                e);
        }
    }
}
