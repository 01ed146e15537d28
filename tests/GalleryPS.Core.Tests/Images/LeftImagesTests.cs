using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using GalleryPS.Images.Storage;

namespace GalleryPS.Tests.Images;

/// <summary>What earlier receivers left in a folder: whole images, parts of unfinished ones, and what nobody needs.</summary>
public sealed class LeftImagesTests : IDisposable
{
    private const int Part = 1000;
    private static readonly byte[] Data = Bytes(3500);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private static ImageIdentity Identity(string name = "a.jpg", byte[]? data = null) =>
        new(name, (data ?? Data).Length, HashAlgorithmName.SHA256, SHA256.HashData(data ?? Data));

    private LeftImages Left(bool force = false) => new(new ImageStore(_folder.FullPath, force));

    // An image of which these parts are there.
    private void Leave(params int[] parts)
    {
        using ImageWriter writer = Left().Create(Identity());
        foreach (int part in parts) Write(writer, part);
    }

    private static void Write(ImageWriter writer, int part)
    {
        ReadOnlySpan<byte> bytes = Data.AsSpan(part * Part, Math.Min(Part, Data.Length - part * Part));
        writer.Position = part * Part;
        writer.Write(bytes);
        writer.Journal!.Add(part * Part, bytes);
    }

    private static long[] Offsets(IEnumerable<(long Offset, long Length)> parts) => [.. parts.Select(static p => p.Offset).Order()];

    [Fact]
    public void PartsAreFoundAndCompletedAndNothingElseIsLeft()
    {
        Leave(0, 2);
        Assert.Equal(2, _folder.Names().Count(static n => n.StartsWith(".gallery-", StringComparison.Ordinal)));
        using (ImageWriter? writer = Left().FindParts(Identity(), out List<(long Offset, long Length)> parts))
        {
            Assert.Equal([0, 2000], Offsets(parts));
            Write(writer!, 1);
            Write(writer!, 3);
            Assert.Equal(_folder["a.jpg"], writer!.Commit("a.jpg"));
        }

        Assert.Equal(["a.jpg"], _folder.Names());
        Assert.Equal(Data, File.ReadAllBytes(_folder["a.jpg"]));
    }

    [Fact]
    public void WhatIsGivenUpBeforeAPartWasWrittenLeavesNothing()
    {
        Left().Create(Identity()).Dispose();
        Assert.Empty(_folder.Names());
        Leave(0);
        ImageWriter writer = Left().FindParts(Identity(), out _)!;
        writer.Spoil();
        writer.Dispose();
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void AJournalThatWasCutAtAnyByteTellsNothingThatIsNotSo()
    {
        Leave(0, 1, 2);
        string journal = Assert.Single(Directory.GetFiles(_folder.FullPath, ".gallery-*.journal"));
        byte[] records = File.ReadAllBytes(journal);
        byte[] image = File.ReadAllBytes(Path.ChangeExtension(journal, ".partial"));
        for (int length = records.Length; length >= 0; length -= 7)
        {
            File.WriteAllBytes(journal, records[..length]);
            File.WriteAllBytes(Path.ChangeExtension(journal, ".partial"), image);
            using ImageWriter? writer = Left().FindParts(Identity(), out List<(long Offset, long Length)> parts);
            Assert.Equal(Enumerable.Range(0, length / 48).Select(static i => (long)i * Part), Offsets(parts));
            Assert.Equal(length >= 48, writer is not null);

            // What is noted after it is found as well.
            if (writer is null) continue;
            Write(writer, 3);
            writer.Dispose();
            using ImageWriter? again = Left().FindParts(Identity(), out parts);
            Assert.Contains((3000L, 500L), parts);
        }
    }

    [Fact]
    public void WhatDamagedOrForgedFilesSayIsNotBelieved()
    {
        var random = new Random(3);
        Leave(0, 1, 2, 3);
        string journal = Assert.Single(Directory.GetFiles(_folder.FullPath, ".gallery-*.journal")), image = Path.ChangeExtension(journal, ".partial");
        byte[] records = File.ReadAllBytes(journal), bytes = File.ReadAllBytes(image);
        for (int i = 0; i < 300; i++)
        {
            byte[] r = (byte[])records.Clone(), b = (byte[])bytes.Clone();
            for (int n = random.Next(1, 4); n > 0; n--) r[random.Next(r.Length)] ^= (byte)random.Next(1, 256);
            if (i % 2 == 0) b[random.Next(b.Length)] ^= 1;
            File.WriteAllBytes(journal, r);
            File.WriteAllBytes(image, i % 3 == 0 ? b[..random.Next(b.Length)] : [.. b, .. new byte[random.Next(3)]]);
            using ImageWriter? writer = Left().FindParts(Identity(), out List<(long Offset, long Length)> parts);
            foreach ((long offset, long length) in parts)
            {
                byte[] found = new byte[length];
                writer!.Position = offset;
                writer.ReadExactly(found);
                Assert.True(Data.AsSpan((int)offset, (int)length).SequenceEqual(found));
            }
        }
    }

    [Fact]
    public void OnlyOneReceiverGoesOnWithAnImage()
    {
        Leave(0);
        using ImageWriter? one = Left().FindParts(Identity(), out _);
        Assert.NotNull(one);
        Assert.Null(Left().FindParts(Identity(), out _));
        using ImageWriter other = Left().Create(Identity());
        Assert.Null(other.Journal);
    }

    [Fact]
    public void AWholeImageIsFoundUnderItsNameOrANumberAndOnlyOnce()
    {
        File.WriteAllBytes(_folder["a.jpg"], Bytes(3400));
        File.WriteAllBytes(_folder["a-2.jpg"], Data);
        LeftImages left = Left();
        Assert.Equal(_folder["a-2.jpg"], left.FindWhole(Identity()));
        Assert.Null(left.FindWhole(Identity()));
        Assert.Null(left.FindWhole(Identity("b.jpg")));
        byte[] altered = (byte[])Data.Clone();
        altered[^1] ^= 1;
        Assert.Null(Left().FindWhole(Identity(data: altered)));
    }

    [Fact]
    public void ALinkIsNoImageThatIsThere()
    {
        string target = _folder["elsewhere"];
        File.WriteAllBytes(target, Data);
        try
        {
            File.CreateSymbolicLink(_folder["a.jpg"], target);
        }
        catch (IOException)
        {
            Assert.Skip("this user may not make links");
        }

        Assert.Null(Left().FindWhole(Identity()));
    }

    [Fact]
    public void WhatWasFoundIsNotReplaced()
    {
        File.WriteAllBytes(_folder["a.jpg"], Data);
        var store = new ImageStore(_folder.FullPath, force: true);
        Assert.NotNull(new LeftImages(store).FindWhole(Identity()));
        Assert.Equal(_folder["a-2.jpg"], store.Store([1, 2, 3], "a.jpg"));
        Assert.Equal(Data, File.ReadAllBytes(_folder["a.jpg"]));
    }

    [Fact]
    public void TemporaryFilesOfTheDeadGoAndThoseOfTheLivingStay()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true, UseShellExecute = false })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string Name(int id, int number) => _folder[string.Create(CultureInfo.InvariantCulture, $".gallery-{id}-{number:x16}.part")];
        string dead = Name(process.Id, 1), locked = Name(process.Id, 2), own = Name(Environment.ProcessId, 3), other = _folder[".gallery-notes.part"];
        foreach (string path in (string[])[dead, locked, own, other]) File.WriteAllText(path, "x");
        using (PartialFiles.Open(locked, FileMode.Open))
        {
            Assert.Equal(1, new ImageStore(_folder.FullPath).RemoveAbandoned());
        }

        Assert.False(File.Exists(dead));
        Assert.All((string[])[locked, own, other], static p => Assert.True(File.Exists(p), p));
        Assert.Equal(1, new ImageStore(_folder.FullPath).RemoveAbandoned());
    }

    [Fact]
    public void TheOldestUnfinishedImagesGoWhenThereAreTooManyBytesOfThem()
    {
        Leave(0, 1, 2, 3);
        using (ImageWriter young = Left().Create(Identity("b.jpg"))) Write(young, 0);
        string[] all = [.. Directory.GetFiles(_folder.FullPath, ".gallery-*.partial").OrderByDescending(static f => new FileInfo(f).Length)];
        File.SetLastWriteTimeUtc(all[0], DateTime.UtcNow.AddDays(-1));
        File.WriteAllBytes(_folder[".gallery-0123456789abcdef.partial"], new byte[10]);
        PartialFiles.Limit(_folder.FullPath, 4500);
        Assert.Equal(2, Directory.GetFiles(_folder.FullPath, ".gallery-*.partial").Length);
        PartialFiles.Limit(_folder.FullPath, 4499);
        Assert.Equal([Path.GetFileName(all[1]), Path.GetFileName(Path.ChangeExtension(all[1], ".journal"))], _folder.Names().Order(StringComparer.Ordinal).Reverse());
    }
}
