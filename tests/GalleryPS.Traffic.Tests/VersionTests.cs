using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace GalleryPS.Traffic.Tests;

/// <summary>Capture files of versions that are not understood are never read as if they were.</summary>
public sealed class VersionTests : IDisposable
{
    private static readonly byte[] Frame = CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp(new byte[11])));
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(1, 4)]
    [InlineData(3, 0)]
    [InlineData(65535, 4)]
    public void APcapFileOfAnotherMajorVersionIsToldAtTheOffsetOfItsVersion(ushort major, ushort minor)
    {
        byte[] file = CaptureBuilder.Pcap(major: major, minor: minor).Record(Frame).ToArray();
        GalleryException error = Assert.Throws<GalleryException>(() => CaptureReader.Open(new MemoryStream(file), "built"));
        Assert.Equal(ErrorIds.UnreadableCapture, error.Id);
        Assert.Contains($"at offset 4 it is of version {major}.{minor} of pcap", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0, true)]
    [InlineData(2, 2, true)]
    [InlineData(2, 3, false)]
    [InlineData(2, 3, true)]
    [InlineData(2, 4, false)]
    [InlineData(2, 9, false)]
    [InlineData(543, 0, true)]
    public void OldVersionsOfPcapHaveTheLengthsTheOtherWayRound(ushort major, ushort minor, bool lengthFirst)
    {
        byte[] file = CaptureBuilder.Pcap(major: major, minor: minor).Record(Frame, length: 900, lengthFirst: lengthFirst)
            .Record(Frame, length: 901, lengthFirst: lengthFirst).ToArray();
        using var reader = CaptureReader.Open(new MemoryStream(file), "built");
        var seen = new List<(int, long)>();
        while (reader.Read())
            seen.Add((reader.Current.Data.Length, reader.Current.Length));
        Assert.Null(reader.Damage);
        Assert.Equal([(Frame.Length, 900), (Frame.Length, 901)], seen);
        if (Needs.Find("tshark") is not null)
            Assert.Equal([$"{Frame.Length}\t900", $"{Frame.Length}\t901"], Tshark(file).Select(row => row.Trim()));
    }

    [Fact]
    public void ASectionOfAnotherVersionIsPassedOverAndTold()
    {
        CaptureBuilder builder = CaptureBuilder.Pcapng().Interface(LinkType.Ethernet).Enhanced(Frame, 1);
        long offset = builder.ToArray().Length;
        CountResult result = builder.Section(2, 0).Interface(LinkType.Raw).Enhanced(Frame, 2).Enhanced(Frame, 3, 9)
            .Section(1, 2).Interface(LinkType.Ethernet).Enhanced(Frame, 4).Count();
        Assert.Null(result.Damage);
        Assert.Equal(2, result.Count.Frames);
        string note = $"Skipped: the section at offset {offset}, of version 2.0 of pcapng, which is not understood.";
        Assert.Equal([note], result.Skipped);
        Assert.Equal(note, result.Count.Notes[0]);
    }

    [Fact]
    public void PacketsAfterASectionOfAnotherVersionAreShownAndTheSectionIsTold()
    {
        CaptureReader reader = CaptureBuilder.Pcapng(major: 2).Interface(LinkType.Ethernet).Enhanced(Frame)
            .Section().Interface(LinkType.Ethernet).Enhanced(Frame).Open();
        var notes = new List<string>();
        Assert.Single(PacketReader.Read(reader, new PacketOptions(), onNote: notes.Add));
        Assert.Contains("version 2.0", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 0)]
    public void AFileWithoutASectionThatIsUnderstoodIsUnreadable(ushort major, ushort minor)
    {
        CaptureBuilder builder = CaptureBuilder.Pcapng(major: major, minor: minor).Interface(LinkType.Ethernet).Enhanced(Frame);
        CountResult result = builder.Count();
        Assert.Equal(0, result.Count.Frames);
        Assert.Equal(ErrorIds.UnreadableCapture, result.Damage?.Id);
        Assert.Contains($"at offset 0 it is of version {major}.{minor} of pcapng", result.Damage!.Message, StringComparison.Ordinal);
        if (Needs.Find("tshark") is not null) Assert.Empty(Tshark(builder.ToArray()));
    }

    [Fact]
    public void WhateverTheSectionsAreTheFramesOfThoseUnderstoodAreRead()
    {
        Gen<(int Major, int Minor, int Frames, bool BigEndian)> section =
            from major in Gen.Choose(0, 3)
            from minor in Gen.Choose(0, 3)
            from frames in Gen.Choose(0, 4)
            from bigEndian in ArbMap.Default.GeneratorFor<bool>()
            select (major, minor, frames, bigEndian);
        Prop.ForAll(section.NonEmptyListOf().ToArbitrary(), sections =>
        {
            var file = new MemoryStream();
            foreach ((int major, int minor, int frames, bool bigEndian) in sections)
            {
                CaptureBuilder builder = CaptureBuilder.Pcapng(bigEndian, (ushort)major, (ushort)minor).Interface(LinkType.Ethernet);
                for (int i = 0; i < frames; i++) builder.Enhanced(Frame);
                file.Write(builder.ToArray());
            }

            using var reader = CaptureReader.Open(new MemoryStream(file.ToArray()), "built");
            while (reader.Read()) Assert.Equal(Frame, reader.Current.Data.ToArray());
            var understood = sections.Where(one => (one.Major, one.Minor) is (1, 0) or (1, 2)).ToList();
            Assert.Equal(understood.Sum(one => one.Frames), reader.Number);
            Assert.Equal(understood.Count == 0, reader.Damage is not null);
            Assert.Equal(understood.Count == sections.Count, reader.Notes.Count == 0);
        }).Check(Config.QuickThrowOnFailure.WithReplay(1, 1).WithMaxTest(300));
    }

    public void Dispose() => File.Delete(_file);

    /// <summary>Captured and real length of each frame, as tshark reads them.</summary>
    private string[] Tshark(byte[] file)
    {
        File.WriteAllBytes(_file, file);
        using var process = Process.Start(new ProcessStartInfo("tshark", ["-r", _file, "-T", "fields", "-e", "frame.cap_len", "-e", "frame.len"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
