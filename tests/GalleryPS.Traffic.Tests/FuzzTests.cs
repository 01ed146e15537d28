namespace GalleryPS.Traffic.Tests;

/// <summary>Damaged and hostile files: everything ends in a count, never in an exception that was not declared.</summary>
public class FuzzTests
{
    [Fact]
    public void MutatedFilesAreReadOrTold() => Run(seed: 1, files: 6000);

    [Fact]
    [Trait("Category", "Long")]
    public void AMillionMutatedFilesAreReadOrTold()
    {
        for (int part = 0; part < 20; part++)
        {
            Run(seed: 1000 + part, files: 50_000);
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, 64 << 20);
        }
    }

    private static void Run(int seed, int files)
    {
        byte[][] originals = [.. Fixture.Captures().Append("unicast.pcap.zst").Select(name => File.ReadAllBytes(Fixture.PathOf(name)))];
        var random = new Random(seed);
        for (int i = 0; i < files; i++)
        {
            byte[] file = Mutate(originals[random.Next(originals.Length)], random);
            try
            {
                Read(file, random.Next(4) == 0);
            }
            catch (GalleryException e) when (e.Id == ErrorIds.UnreadableCapture)
            {
                // What is declared.
            }
            catch (Exception e)
            {
                string kept = Path.Combine(Path.GetTempPath(), $"gallery-fuzz-{seed}-{i}.pcap");
                File.WriteAllBytes(kept, file);
                throw new InvalidOperationException($"seed {seed}, file {i}, kept as {kept}", e);
            }
        }
    }

    private static void Read(byte[] file, bool explain)
    {
        using (var reader = CaptureReader.Open(new MemoryStream(file), "mutated"))
        {
            TrafficCount count = CaptureCounter.Count(
                reader, new CountOptions { ByFlow = true, CollectSizes = true, Timeline = TimeSpan.FromSeconds(1) }).Count;

            // A frame's length is four bytes on file; nothing may count more than what the frames claim.
            Assert.InRange(count.LinkBytes, 0, count.Frames * (long)uint.MaxValue);
            Assert.InRange(count.NetworkBytes, 0, count.LinkBytes);
            Assert.InRange(count.TransportBytes, 0, count.NetworkBytes);
            Assert.InRange(count.ApplicationBytes, 0, count.TransportBytes);
        }

        if (!explain) return;
        int packets = 0;
        foreach (Packet packet in PacketReader.Read(CaptureReader.Open(new MemoryStream(file), "mutated"), new PacketOptions()))
            packets += packet.Explanation.Length > 0 ? 1 : 0;
        Assert.InRange(packets, 0, file.Length);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] file = (byte[])original.Clone();
        switch (random.Next(6))
        {
            case 0:
                return file[..random.Next(file.Length)];
            case 1:
                // A piece of it twice.
                int from = random.Next(file.Length), to = random.Next(from, file.Length);
                return [.. file[..to], .. file[from..]];
            case 2:
                // A piece of it missing.
                int gap = random.Next(file.Length);
                return [.. file[..gap], .. file[Math.Min(file.Length, gap + random.Next(64))..]];
        }

        int changes = 1 << random.Next(7);
        for (int i = 0; i < changes; i++)
        {
            // Headers are near the beginning of frames: half of the changes go where lengths tend to be.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(file.Length, 200)) : random.Next(file.Length);
            file[at] = random.Next(4) switch
            {
                0 => 0,
                1 => 255,
                2 => (byte)(file[at] ^ (1 << random.Next(8))),
                _ => (byte)random.Next(256),
            };
        }

        return file;
    }
}
