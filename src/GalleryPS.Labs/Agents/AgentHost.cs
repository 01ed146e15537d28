using System.Collections.Concurrent;
using System.Security.Cryptography;
using GalleryPS.Operations;
using GalleryPS.Traffic;

namespace GalleryPS.Labs.Agents;

/// <summary>
/// What runs on a host of an experiment: it reads from standard input what to do, a line each, and writes what happens to standard
/// output. It ends, and with it all that it does, when its input ends.
/// </summary>
public static class AgentHost
{
    private static readonly ConcurrentDictionary<int, CancellationTokenSource> Running = new();
    private static readonly Lock Output = new();
    private static readonly Lazy<string> Folder = new(static () => Directory.CreateTempSubdirectory("gallery-agent-").FullName);
    private const int Piece = 1 << 20;

    /// <summary>Runs until its input ends.</summary>
    /// <param name="input">Commands.</param>
    /// <param name="output">Answers.</param>
    public static void Run(TextReader input, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var work = new List<Task>();
        while (input.ReadLine() is { } line)
        {
            if (AgentLines.Read<AgentCommand>(line) is not { } command) continue;
            if (command.Verb == AgentVerb.Stop)
            {
                if (Running.TryGetValue(command.Id, out CancellationTokenSource? stopping)) stopping.Cancel();
                continue;
            }

            var stop = new CancellationTokenSource();
            Running[command.Id] = stop;
            work.Add(Task.Factory.StartNew(() => Do(command, output, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        foreach (CancellationTokenSource stop in Running.Values) stop.Cancel();
        Task.WaitAll([.. work], TimeSpan.FromSeconds(5));
        if (Folder.IsValueCreated) Directory.Delete(Folder.Value, recursive: true);
    }

    /// <summary>Runs on the standard streams of this process.</summary>
    public static void Run()
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        Run(input, output);
    }

    private static void Do(AgentCommand command, TextWriter output, CancellationToken cancellationToken)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        string? error = null;
        try
        {
            switch (command.Verb)
            {
                case AgentVerb.Receive: Receive(command, output, cancellationToken); break;
                case AgentVerb.Send: Send(command, output, cancellationToken); break;
                case AgentVerb.Capture: Capture(command, output, cancellationToken); break;
                case AgentVerb.Look: Write(output, new AgentReply(command.Id) { Look = AgentSight.Look(command.Paths ?? []) }); break;
                case AgentVerb.Put: Put(command); break;
                case AgentVerb.Get: Get(command, output); break;
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it was to end.
        }
        catch (Exception e)
        {
            error = TravelJson.WriteEvent(new ErrorEvent(GalleryException.Unexpected(e)));
        }

        Running.TryRemove(command.Id, out _);
        Write(output, new AgentReply(command.Id) { End = new AgentEnd(Environment.CpuUsage.TotalTime - before, error) });
    }

    private static void Receive(AgentCommand command, TextWriter output, CancellationToken cancellationToken)
    {
        foreach (GalleryEvent galleryEvent in ReceiveOperation.Run(TravelJson.ReadOptions<ReceiveOptions>(command.Options!), cancellationToken))
        {
            if (galleryEvent is ProgressEvent) continue;
            string? hash = galleryEvent is ReceivedEvent received ? Convert.ToHexString(SHA256.HashData(received.Image.GetData())) : null;
            Write(output, new AgentReply(command.Id) { Event = TravelJson.WriteEvent(galleryEvent), Hash = hash });
        }
    }

    private static void Send(AgentCommand command, TextWriter output, CancellationToken cancellationToken)
    {
        using var operation = new SendOperation(TravelJson.ReadOptions<SendOptions>(command.Options!));
        foreach (GalleryEvent galleryEvent in operation.RunOpen(command.Paths!.Select(static path => ImageInput.FromFile(InFolder(path))), cancellationToken))
        {
            if (galleryEvent is not ProgressEvent) Write(output, new AgentReply(command.Id) { Event = TravelJson.WriteEvent(galleryEvent) });
        }
    }

    private static void Capture(AgentCommand command, TextWriter output, CancellationToken cancellationToken)
    {
        CaptureOptions options = TravelJson.ReadOptions<CaptureOptions>(command.Options!);
        using CaptureSession session = CaptureSession.Start(options with { Path = InFolder(options.Path) }, cancellationToken);
        Write(output, new AgentReply(command.Id) { Listening = true });
        cancellationToken.WaitHandle.WaitOne();
        session.Stop();
        if (session.Capture.Incomplete is { } incomplete) Write(output, new AgentReply(command.Id) { Event = TravelJson.WriteEvent(incomplete) });
    }

    private static void Put(AgentCommand command)
    {
        using FileStream file = new(InFolder(command.Paths![0]), FileMode.Append);
        file.Write(command.Data);
    }

    private static void Get(AgentCommand command, TextWriter output)
    {
        string path = InFolder(command.Paths![0]);
        if (!File.Exists(path)) return;
        using (FileStream file = File.OpenRead(path))
        {
            byte[] piece = new byte[Piece];
            for (int length = file.Read(piece); length > 0; length = file.Read(piece)) Write(output, new AgentReply(command.Id) { Data = piece[..length] });
        }

        File.Delete(path);
    }

    // What is not a full path is a name in a folder that goes with this process.
    private static string InFolder(string path) => Path.IsPathFullyQualified(path) ? path : Path.Combine(Folder.Value, Path.GetFileName(path));

    private static void Write(TextWriter output, AgentReply reply)
    {
        string line = AgentLines.Write(reply);
        lock (Output)
        {
            try
            {
                output.WriteLine(line);
                output.Flush();
            }
            catch (IOException)
            {
                // Who asked is gone; the input ends as well.
            }
        }
    }
}
