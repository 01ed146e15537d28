using System.CommandLine;
using System.CommandLine.Parsing;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery message</c>: Send-GalleryMessage and Receive-GalleryMessage without PowerShell.</summary>
internal static class MessageCommand
{
    public static Command Create() => new("message", "Send and receive text, JSON and binary messages: one datagram each.")
    {
        CreateSend(),
        CreateReceive(),
    };

    private static Command CreateSend()
    {
        var words = new Argument<string[]>("text") { Description = "Texts to send, one message each.", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> text = Many("--text", "A text message; may be repeated.");
        Option<string[]> json = Many("--input-object", "A JSON document, sent as it is written; may be repeated.", "--json-document");
        Option<string[]> bytes = Many("--bytes", "Bytes in hexadecimal; may be repeated.");
        Option<string[]> path = Many("--path", "A file whose bytes are a message; may be repeated.");
        path.Validators.Add(Arguments.NotEmpty);
        var command = new Command("send", "Send messages, in the order in which they are written.") { words, text, json, bytes, path };
        var options = OptionSet<MessageSendOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            List<OutgoingMessage> messages = [.. InOrder(parsed, words, (text, OutgoingMessage.FromText), (json, OutgoingMessage.FromJson), (bytes, FromHex), (path, file => OutgoingMessage.FromFile(Samples.Resolve(file), cancellationToken)))];
            if (messages.Count == 0) throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "There is no message to send.", null,
                "Write texts, or use --input-object, --bytes or --path.");
            return reporter.ReportAll(new MessageSendOperation(options.Read(parsed)).Run(messages, cancellationToken));
        });
        return command;
    }

    private static Command CreateReceive()
    {
        var command = new Command("receive", "Receive messages until the count, the time, or Ctrl+C.");
        var options = OptionSet<MessageReceiveOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) => reporter.ReportAll(MessageReceiveOperation.Run(options.Read(parsed), cancellationToken)));
        return command;
    }

    // Messages of different kinds are told apart by options, but their order on the line is what the user means.
    private static IEnumerable<OutgoingMessage> InOrder(
        ParseResult parsed, Argument<string[]> words, params (Option<string[]> Option, Func<string, OutgoingMessage> Make)[] kinds)
    {
        var queues = kinds.ToDictionary(static k => k.Option.Name, k => new Queue<string>(parsed.GetValue(k.Option) ?? []), StringComparer.Ordinal);
        var left = new Queue<string>(parsed.GetValue(words) ?? []);
        string? option = null;
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.Option)
            {
                option = token.Value;
            }
            else if (token.Type == TokenType.Argument)
            {
                (Option<string[]> Option, Func<string, OutgoingMessage> Make) kind = Array.Find(
                    kinds, k => option is not null && (k.Option.Name == option || k.Option.Aliases.Contains(option)));
                if (kind.Option is not null && queues[kind.Option.Name].TryPeek(out string? value) && value == token.Value)
                {
                    yield return kind.Make(queues[kind.Option.Name].Dequeue());
                }
                else if (left.TryPeek(out string? word) && word == token.Value && (option is null || !BelongsTo(parsed, option, token)))
                {
                    yield return OutgoingMessage.FromText(left.Dequeue());
                }

                option = null;
            }
        }
    }

    private static bool BelongsTo(ParseResult parsed, string option, Token token) =>
        parsed.CommandResult.Children.OfType<OptionResult>().Any(o =>
            (o.Option.Name == option || o.Option.Aliases.Contains(option)) && o.Tokens.Contains(token));

    private static Option<string[]> Many(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    private static OutgoingMessage FromHex(string hex)
    {
        try
        {
            string digits = hex.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? hex[2..] : hex;
            return OutgoingMessage.FromBytes(Convert.FromHexString(digits.Replace(" ", "", StringComparison.Ordinal).Replace(":", "", StringComparison.Ordinal)));
        }
        catch (FormatException e)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"'{hex}' are not bytes in hexadecimal.", hex,
                "Write two digits per byte: 00ff10.", e);
        }
    }
}
