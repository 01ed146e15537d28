using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Windows.Tests;

/// <summary>What tests say of processes.</summary>
internal static class Expect
{
    public static void Exit(int code, PeerProcess process)
    {
        int actual = process.WaitForExit();
        Assert.True(actual == code, $"exit code {actual} instead of {code}\n{string.Join('\n', process.Lines)}\n{process.Errors}");
        Assert.DoesNotContain("   at ", process.Errors, StringComparison.Ordinal);
    }

    public static void SameFiles(string sent, string received) => Assert.Equal(TestGallery.HashesIn(sent), TestGallery.HashesIn(received));

    public static JsonElement Error(PeerProcess process, string id)
    {
        JsonElement? error = process.Events("Error").Cast<JsonElement?>().FirstOrDefault(e => e!.Value.GetProperty("Id").GetString() == id);
        Assert.True(error is not null, $"no error {id}\n{string.Join('\n', process.Lines)}\n{process.Errors}");
        return error!.Value;
    }
}
