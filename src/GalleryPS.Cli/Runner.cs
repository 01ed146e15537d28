using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using GalleryPS.Cli.Output;

namespace GalleryPS.Cli;

/// <summary>What all verbs have in common: exit codes, signals, and who presents the results.</summary>
internal static class Runner
{
    /// <summary>What was asked was done.</summary>
    public const int Done = 0;

    /// <summary>Something failed.</summary>
    public const int Failed = 1;

    /// <summary>The arguments cannot work.</summary>
    public const int BadArguments = 2;

    private static readonly CancellationTokenSource Stop = new();
    private static readonly CancellationTokenSource Either = CancellationTokenSource.CreateLinkedTokenSource(Stop.Token, OutputReader.IsGone);

    /// <summary>Cancelled by Ctrl+C and SIGTERM only, not when the reader of standard output has had enough.</summary>
    public static CancellationToken Stopped => Stop.Token;

    /// <summary>One JSON object a line instead of text for people.</summary>
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Write one JSON object per line to standard output.",
        Recursive = true,
    };

    /// <summary>Reports every step.</summary>
    public static readonly Option<bool> Verbose = new("--verbose", "-v")
    {
        Description = "Report what is bound, joined, sent and left.",
        Recursive = true,
    };

    /// <summary>Parses the command line and runs what it asks for.</summary>
    /// <param name="makeRoot">Makes the verbs.</param>
    /// <param name="args">The command line.</param>
    /// <returns>The exit code.</returns>
    public static int Invoke(Func<RootCommand> makeRoot, string[] args)
    {
        TextWriter? console = null;
        bool verbose = args.Any(static a => a is "--verbose" or "-v");

        // What a thread in the background throws would end the process with a stack trace before anything else is asked.
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            var error = (Exception)e.ExceptionObject;
            if (console is null) BareError.Write(error);
            else PrintError(console, error, verbose);
            Environment.Exit(Failed);
        };
        console = StandardStream.ErrorText();
        try
        {
            int code = Invoke(makeRoot(), args);
            if (OutputReader.Failure is not { } failure) return code;
            PrintError(console, failure, verbose);
            return Failed;
        }
        catch (Exception e)
        {
            // Standard output could not even be opened.
            PrintError(console, e, verbose);
            return Failed;
        }
    }

    private static int Invoke(RootCommand root, string[] args)
    {
        root.Options.Add(Json);
        root.Options.Add(Verbose);
        TextWriter output = StandardStream.OutputText();
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            return Guard(parsed, (reporter, _) =>
            {
                string text = string.Join(" ", parsed.Errors.Select(static e => e.Message));
                reporter.Report(new ErrorEvent(new GalleryException(
                    ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, text, null,
                    $"'gallery {(parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ")}--help' shows the options.")));
                return BadArguments;
            });
        }

        OutputReader.Watch();
        if (parsed.Action is HelpAction) Commands.OptionHelp.Fill();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        return parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = output,
            Error = Console.Error,
        });
    }

    /// <summary>Gives a verb its action.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="action">What it does; returns the exit code.</param>
    public static void SetHandler(this Command command, Func<ParseResult, Reporter, CancellationToken, int> action) =>
        command.SetAction(parsed => Guard(parsed, (reporter, cancellationToken) => action(parsed, reporter, cancellationToken)));

    private static int Guard(ParseResult parsed, Func<Reporter, CancellationToken, int> action)
    {
        bool verbose = parsed.GetValue(Verbose);
        using Reporter reporter = parsed.GetValue(Json) ? new JsonReporter(StandardStream.Output(), verbose)
            : new HumanReporter(Console.Out, Console.Error, verbose);
        try
        {
            return action(reporter, Either.Token);
        }
        catch (GalleryException e)
        {
            reporter.Report(new ErrorEvent(e));
            return e.Category == GalleryErrorCategory.InvalidArgument ? BadArguments : Failed;
        }
        catch (OperationCanceledException)
        {
            // A reader that has had enough is nobody's failure.
            return Stop.IsCancellationRequested ? Failed : Done;
        }
        catch (Exception e)
        {
            reporter.Report(new ErrorEvent(GalleryException.Unexpected(e)));
            if (verbose) Console.Error.WriteLine(e);
            return Failed;
        }
    }

    // Without a reporter: for people, in the same words.
    private static void PrintError(TextWriter console, Exception error, bool verbose)
    {
        GalleryException unexpected = GalleryException.Unexpected(error);
        try
        {
            using var reporter = new HumanReporter(TextWriter.Null, console, verbose);
            reporter.Report(new ErrorEvent(unexpected));
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeInitializationException)
        {
            // With too few file descriptors not even the reporter can be loaded.
            BareError.Write(error);
        }

        if (verbose && unexpected.Id == ErrorIds.Unexpected) console.WriteLine(error);
    }

    private static void OnSignal(PosixSignalContext context)
    {
        // The verb ends by itself: leaves its groups, removes partial files, writes its summary.
        context.Cancel = true;
        Stop.Cancel();
    }
}
