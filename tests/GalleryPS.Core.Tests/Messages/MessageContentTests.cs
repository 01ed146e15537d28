using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using FsCheck;
using FsCheck.Fluent;

namespace GalleryPS.Tests.Messages;

public class MessageContentTests
{
    [Theory]
    [InlineData("", MessageKind.Text)]
    [InlineData("hello", MessageKind.Text)]
    [InlineData("Grüße, 世界", MessageKind.Text)]
    [InlineData("two\r\nlines\tand a tab", MessageKind.Text)]
    [InlineData("bell\a", MessageKind.Binary)]
    [InlineData("escape\u001b[2J", MessageKind.Binary)]
    [InlineData("delete\u007f", MessageKind.Binary)]
    [InlineData("C1 \u009b2J", MessageKind.Binary)]
    [InlineData("no-break\u00a0space", MessageKind.Text)]
    [InlineData("nul\0", MessageKind.Binary)]
    [InlineData("{}", MessageKind.Json)]
    [InlineData("[]", MessageKind.Json)]
    [InlineData(" \r\n\t{\"a\": [1, 2.5, null, true, \"x\"]} ", MessageKind.Json)]
    [InlineData("42", MessageKind.Text)]
    [InlineData("\"text\"", MessageKind.Text)]
    [InlineData("null", MessageKind.Text)]
    [InlineData("{\"a\": 1", MessageKind.Text)]
    [InlineData("{\"a\": 1} and more", MessageKind.Text)]
    [InlineData("{'a': 1}", MessageKind.Text)]
    [InlineData("[1,]", MessageKind.Text)]
    [InlineData("// comment\n[]", MessageKind.Text)]
    [InlineData("\ufeff{}", MessageKind.Text)]
    [InlineData("{\"half\": \"\\ud800\"}", MessageKind.Json)]
    public void TellsKindsApart(string text, MessageKind kind) => Assert.Equal(kind, MessageContent.Classify(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("ff")]
    [InlineData("c3")] // cut in the middle of a character
    [InlineData("eda080")] // half a surrogate pair
    [InlineData("c080")] // NUL, overlong
    [InlineData("f4908080")] // beyond U+10FFFF
    [InlineData("7b2261223a22ff227d")] // {"a":"<ff>"}: not UTF-8, so not JSON
    public void InvalidUtf8IsBinary(string hex) => Assert.Equal(MessageKind.Binary, MessageContent.Classify(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void JsonOfAnyDepthIsJsonAndHarmless(string open, string close)
    {
        int depth = 65_000 / (open.Length + close.Length);
        Assert.True(depth >= 10_000);
        string text = string.Concat(Enumerable.Repeat(open, depth)) + (open == "[" ? "" : "1") + string.Concat(Enumerable.Repeat(close, depth));
        byte[] data = Encoding.UTF8.GetBytes(text);
        Assert.Equal(MessageKind.Json, MessageContent.Classify(data));
        var message = new ReceivedMessage(data, MessageKind.Json) { Index = 0, Source = new(0, 0), Group = System.Net.IPAddress.Any, Time = default };
        int levels = 0;
        for (object? value = message.Value; value is object?[] or OrderedDictionary<string, object?>; levels++)
        {
            value = value is object?[] list ? list.FirstOrDefault() : ((OrderedDictionary<string, object?>)value)["a"];
        }

        Assert.Equal(depth, levels);
    }

    [Fact]
    public void ValuesAreWhatTheDocumentSays()
    {
        var value = (OrderedDictionary<string, object?>)Value("""{"n": 9007199254740993, "big": 123456789012345678901234567890, "d": 2.5e3, "s": "a\u0041\n", "t": true, "f": false, "z": null, "l": [1, [2], {}], "half": "\ud800", "n2": -7}""")!;
        Assert.Equal(["n", "big", "d", "s", "t", "f", "z", "l", "half", "n2"], value.Keys);
        Assert.Equal(9007199254740993L, value["n"]);
        Assert.Equal(BigInteger.Parse("123456789012345678901234567890", CultureInfo.InvariantCulture), value["big"]);
        Assert.Equal(2500.0, value["d"]);
        Assert.Equal("aA\n", value["s"]);
        Assert.Equal((true, false), (value["t"], value["f"]));
        Assert.Null(value["z"]);
        Assert.Equal(3, ((object?[])value["l"]!).Length);
        Assert.Equal("\\ud800", value["half"]);
        Assert.Equal(-7L, value["n2"]);
    }

    [Fact]
    public void TheLastOfTwoEqualNamesCounts() => Assert.Equal(2L, ((OrderedDictionary<string, object?>)Value("""{"a":1,"a":2}""")!)["a"]);

    [Theory]
    [InlineData("""{"seq": 5}""", 5L)]
    [InlineData("""{"nested": {"seq": 1}, "list": [{"seq": 2}], "Sequence": 7}""", 7L)]
    [InlineData("""{"seq": "5"}""", null)]
    [InlineData("""{"seq": 5.5, "sequence": 6}""", 6L)]
    [InlineData("""{"seq": 99999999999999999999}""", null)]
    [InlineData("""[{"seq": 5}]""", null)]
    [InlineData("{}", null)]
    public void FindsTheSequenceNumber(string json, long? expected) =>
        Assert.Equal(expected, MessageContent.SequenceOf(Encoding.UTF8.GetBytes(json), ["sequence", "seq"]));

    [Fact]
    public void AgreesWithTheFrameworkOnAnyBytes()
    {
        Prop.ForAll<byte[]>(static data =>
        {
            MessageKind kind = MessageContent.Classify(data);
            bool valid = Utf8.IsValid(data);
            bool json = false;
            if (valid)
            {
                try
                {
                    using var document = JsonDocument.Parse(data);
                    json = document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
                }
                catch (JsonException)
                {
                }
            }

            bool text = valid && !Encoding.UTF8.GetString(data).Any(static c => char.IsControl(c) && c is not ('\t' or '\n' or '\r'));
            return kind == (json ? MessageKind.Json : text ? MessageKind.Text : MessageKind.Binary);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(0x5eed, 7));
    }

    [Theory]
    [InlineData("a\nb\u001bc\u2028d", "a b c d")]
    [InlineData("plain", "plain")]
    public void OneLineStaysOneLine(string text, string expected) => Assert.Equal(expected, MessageContent.OneLine(text));

    [Fact]
    public void OneLineDoesNotCutCharactersInHalf() => Assert.Equal("abc\u2026", MessageContent.OneLine("abc\U0001F600def", 4));

    private static object? Value(string json) =>
        new ReceivedMessage(Encoding.UTF8.GetBytes(json), MessageKind.Json) { Index = 0, Source = new(0, 0), Group = System.Net.IPAddress.Any, Time = default }.Value;
}
