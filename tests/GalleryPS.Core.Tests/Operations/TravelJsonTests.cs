using System.Net;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using GalleryPS.Operations;
using GalleryPS.Show;
using GalleryPS.Traffic;

namespace GalleryPS.Tests.Operations;

/// <summary>Every kind of options and of events goes to JSON and comes back as it was.</summary>
public sealed class TravelJsonTests
{
    private static readonly Assembly[] Others = [typeof(ShownEvent).Assembly, typeof(PacketEvent).Assembly, typeof(ExperimentEvent).Assembly];
    private readonly HashSet<Type> _making = [];

    public static TheoryData<Type> Events => [.. TravelJson.EventTypes(Others)];

    public static TheoryData<Type> Options => [.. Others.Prepend(typeof(SendOptions).Assembly).SelectMany(static a => a.GetExportedTypes())
        .Where(static t => t.GetProperties().Any(static p => p.IsDefined(typeof(OptionAttribute)) || p.IsDefined(typeof(OptionGroupAttribute))))];

    [Fact]
    public void EveryVerbHasItsOptionsAndItsEvents()
    {
        Assert.Superset(
            new HashSet<Type> { typeof(SendOptions), typeof(ConnectOptions), typeof(ShowOptions), typeof(ExportOptions), typeof(EstimateOptions), typeof(CaptureOptions), typeof(LabOptions), typeof(ExperimentOptions), typeof(NetworkTestOptions) },
            Options.Select(static o => o.Data).ToHashSet());
        Assert.Superset(
            new HashSet<Type> { typeof(ReadyEvent), typeof(ShowReadyEvent), typeof(ExportedEvent), typeof(EstimateEvent), typeof(CountEvent), typeof(ComparisonEvent), typeof(ExperimentEvent), typeof(CheckEvent) },
            Events.Select(static e => e.Data).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void AnEventComesBackAsItWas(Type type)
    {
        var told = (GalleryEvent)Made(type, 1);
        string json = TravelJson.WriteEvent(told);
        GalleryEvent read = TravelJson.ReadEvent(json, Others);
        Assert.IsType(type, read);
        Assert.Equal(json, TravelJson.WriteEvent(read));
        Assert.StartsWith($"{{\"Event\":\"{type.Name}\",\"Version\":1,", json, StringComparison.Ordinal);

        // Something of it has to have travelled: two that differ are written differently.
        Assert.NotEqual(json, TravelJson.WriteEvent((GalleryEvent)Made(type, 2)));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void OptionsComeBackAsTheyWere(Type type)
    {
        object options = Filled(type, 3), read = TravelJson.ReadOptions(TravelJson.WriteOptions(options), type);
        foreach (OptionDescription option in OptionDescription.Of(type)) Assert.Equal(option.Get(options), option.Get(read));
        foreach (PropertyInfo property in ForCallers(type)) Assert.Equal(property.GetValue(options), property.GetValue(read));
        Assert.Equal(TravelJson.WriteOptions(options), TravelJson.WriteOptions(read));

        // A passphrase alone does not travel unless it is told.
        bool travels = OptionDescription.Of(type).Any(static o => o.ValueType != typeof(Passphrase) && o.ValueType != typeof(X509Certificate2));
        Assert.Equal(travels, TravelJson.WriteOptions(Filled(type, 2)) != TravelJson.WriteOptions(read));
    }

    [Fact]
    public void WhatIsLeftOutHasItsDefault()
    {
        SendOptions read = TravelJson.ReadOptions<SendOptions>("""{"Options":"SendOptions","Version":1,"Content":{"Transport":"Multicast","Flute":{"Mtu":1280}}}""");
        Assert.Equal(Transport.Multicast, read.Transport);
        Assert.Equal(new FluteSendOptions { Mtu = 1280 }, read.Flute);
        Assert.Equal(SendOptions.DefaultPort, read.Addresses.Port);
    }

    [Fact]
    public void APassphraseTravelsOnlyWhenItIsTold()
    {
        var options = new SendOptions { Flute = new() { Passphrase = Passphrase.FromText("open sesame") } };
        Assert.DoesNotContain("sesame", TravelJson.WriteOptions(options), StringComparison.Ordinal);
        Assert.Null(TravelJson.ReadOptions<SendOptions>(TravelJson.WriteOptions(options)).Flute.Passphrase);
        SendOptions told = TravelJson.ReadOptions<SendOptions>(TravelJson.WriteOptions(options, "open sesame"));
        Assert.Equal(options.Flute.Passphrase.Key.Value.ReportKey(7), told.Flute.Passphrase!.Key.Value.ReportKey(7));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Event":"NoticeEvent","Version":2,"Content":{"Text":"x"}}""")]
    [InlineData("""{"Event":"NobodyEvent","Version":1,"Content":{}}""")]
    [InlineData("""{"Event":"EndEvent","Version":1,"Content":{"Peer":"nowhere"}}""")]
    public void WhatIsNoEventIsToldSo(string json) =>
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => TravelJson.ReadEvent(json)).Id);

    private object Filled(Type type, int seed)
    {
        object options = OptionDescription.Defaults(type);
        foreach (OptionDescription option in OptionDescription.Of(type))
        {
            if (option.ValueType != typeof(Passphrase) && option.ValueType != typeof(X509Certificate2)) option.Set(options, Made(option.ValueType, seed));
        }

        foreach (PropertyInfo property in ForCallers(type)) property.SetValue(options, Made(property.PropertyType, seed));
        return options;
    }

    // Some are no options of a user's.
    private static IEnumerable<PropertyInfo> ForCallers(Type type) =>
        Settable(type).Where(static p => !p.IsDefined(typeof(OptionAttribute)) && !p.IsDefined(typeof(OptionGroupAttribute)));

    // A value of a type in which everything is set; which differs with the seed.
    private object Made(Type type, int seed)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"text {seed} \"ä\" \u2028";
        if (type == typeof(bool)) return seed % 2 == 0;
        if (type == typeof(int) || type == typeof(long) || type == typeof(double)) return Convert.ChangeType(seed + 7, type, null);
        if (type == typeof(TimeSpan)) return TimeSpan.FromTicks(12_345_678_901 + seed);
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2026, 11, 26, 3, 4, 5 + seed, TimeSpan.FromHours(2)).AddTicks(1234567);
        if (type == typeof(IPAddress)) return seed % 2 == 0 ? IPAddress.Parse("fe80::1") : IPAddress.Parse("192.0.2.1");
        if (type == typeof(IPEndPoint)) return new IPEndPoint((IPAddress)Made(typeof(IPAddress), seed), 4000 + seed);
        if (type == typeof(BitRate)) return new BitRate(1234.5 + seed);
        if (type == typeof(byte[])) return new byte[] { (byte)seed, 2, 3 };
        if (type == typeof(IJsonObjectFactory)) return null!;
        if (type == typeof(object)) return $"value {seed}";
        if (type == typeof(GalleryException)) return new GalleryException(ErrorIds.NotAnImage, GalleryErrorCategory.InvalidData, $"message {seed}", "target", "action");
        if (type.IsEnum) return Enum.GetValues(type).GetValue(seed % Enum.GetValues(type).Length)!;
        if (type.IsGenericType && type.GetGenericArguments() is [var each])
        {
            // What holds more of its own kind holds them once.
            if (_making.Contains(each)) return Array.CreateInstance(each, 0);
            var list = Array.CreateInstance(each, 2);
            list.SetValue(Made(each, seed), 0);
            list.SetValue(Made(each, seed + 1), 1);
            return list;
        }

        if (type == typeof(IReadOnlyDictionary<string, LabLinkOptions>)) return new Dictionary<string, LabLinkOptions> { ["h1"] = (LabLinkOptions)Made(typeof(LabLinkOptions), seed) };
        _making.Add(type);
        ConstructorInfo constructor = type.GetConstructors().MinBy(static c => c.GetParameters().Length)!;
        object made = constructor.Invoke([.. constructor.GetParameters().Select(p => Made(p.ParameterType, seed))]);
        foreach (PropertyInfo property in Settable(type)) property.SetValue(made, Made(property.PropertyType, seed));
        _making.Remove(type);
        return made;
    }

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties().Where(static p => p.SetMethod?.IsPublic == true && p.GetIndexParameters().Length == 0);
}
