using System.Globalization;
using GalleryPS.Fuzz;
using SharpFuzz;

// The parsers of tests/Fuzz, led by what they reach. fuzz.sh builds, instruments and runs this.
// Instrumented code writes into a map from its first branch on.
if (args is not ["instrument", ..]) GuidedRun.MakeMap();
return args switch
{
    ["instrument", .. var files] => Instrument(files),
    ["seeds", var name, var folder] => WriteSeeds(Target(name), folder),
    ["list"] => List(),
    ["afl", var name] => Afl(Target(name)),
    ["libfuzzer", var name] => LibFuzzer(Target(name)),
    ["mutate", var name, var seconds, var seed] => GuidedRun.Run(
        Target(name), TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), int.Parse(seed, CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static FuzzTarget Target(string name) => FuzzTarget.All.Single(t => t.Name == name);

static int Usage()
{
    Console.Error.WriteLine("instrument FILE... | list | seeds TARGET FOLDER | mutate TARGET SECONDS SEED | afl TARGET | libfuzzer TARGET");
    return 2;
}

static int List()
{
    foreach (FuzzTarget target in FuzzTarget.All) Console.WriteLine(target.Name);
    return 0;
}

static int Instrument(string[] files)
{
    foreach (string file in files)
    {
        try
        {
            Fuzzer.Instrument(file, static _ => true, Options.Value);
        }
        catch (InstrumentationException e)
        {
            Console.Error.WriteLine($"{file}: {e.Message}");
            return 1;
        }
    }

    return 0;
}

static int WriteSeeds(FuzzTarget target, string folder)
{
    Directory.CreateDirectory(folder);
    foreach ((int i, byte[] seed) in target.Seeds().Index()) File.WriteAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{i:D3}")), seed);
    return 0;
}

static int Afl(FuzzTarget target)
{
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target.Run(input.ToArray());
    });
    return 0;
}

static int LibFuzzer(FuzzTarget target)
{
    Fuzzer.LibFuzzer.Run(input => target.Run(input.ToArray()));
    return 0;
}
