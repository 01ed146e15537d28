using System.Text.Json;
using GalleryPS.TestSupport;

[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]

namespace GalleryPS.Cli.Tests;

/// <summary>Four hosts on two networks, and a folder for what they send and receive.</summary>
public sealed class Lab : IDisposable
{
    private readonly NetworkLab? _network;

    public Lab()
    {
        if (NetworkLab.Missing is null) _network = NetworkLab.Create(hosts: 4, networks: 2);
    }

    public TestHost this[int index] => Network[index];

    public string Folder { get; } = TestGallery.NewFolder();

    private NetworkLab Network
    {
        get
        {
            Assert.SkipWhen(_network is null, NetworkLab.Missing ?? "");
            return _network!;
        }
    }

    /// <summary>A new folder below the lab's.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(Folder, Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>A gallery of images of these sizes.</summary>
    public string NewGallery(params int[] sizes)
    {
        string folder = NewFolder();
        TestGallery.Write(folder, sizes);
        return folder;
    }

    /// <summary>Limits what the switch's port to a host lets through, with 50 ms of queue; null lets all through.</summary>
    public void Limit(int host, int? megabits) => Network.Limit(this[host], megabits);

    public void Dispose()
    {
        _network?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>What tests say of processes.</summary>
internal static class Expect
{
    public static void Exit(int code, PeerProcess process)
    {
        int actual = process.WaitForExit();
        Assert.True(actual == code, $"exit code {actual} instead of {code}\n{string.Join('\n', process.Lines)}\n{process.Errors}");
    }

    public static void SameFiles(string sent, string received) => Assert.Equal(TestGallery.HashesIn(sent), TestGallery.HashesIn(received));

    public static JsonElement Error(PeerProcess process, string id)
    {
        JsonElement? error = process.Events("Error").Cast<JsonElement?>().FirstOrDefault(e => e!.Value.GetProperty("Id").GetString() == id);
        Assert.True(error is not null, $"no error {id}\n{string.Join('\n', process.Lines)}\n{process.Errors}");
        return error!.Value;
    }
}
