using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GalleryPS.Operations;

namespace GalleryPS.Tests.Operations;

/// <summary>Programs read these lines: names, order and the form of values stay as they are.</summary>
public sealed class JsonLinesTests
{
    [Fact]
    public void AnImageHasItsPropertiesAndNotItsBytes() => Assert.Equal(
        """{"Event":"Image","Index":3,"Name":"größe \"1\".jpg","Bytes":5,"Format":"Jpeg","Width":40,"Height":30,"Transport":"Multicast","Protocol":"Flute","Source":"192.0.2.1:4000","Datagrams":7,"Time":"2026-11-26T03:04:05.1000000+02:00","Elapsed":1.234568,"Interface":null,"IsDuplicate":true,"Path":null,"IsComplete":true,"WasThere":false}""",
        Line("Image", new ReceivedImage([1, 2, 3, 4, 5])
        {
            Index = 3,
            Name = "größe \"1\".jpg",
            Bytes = 5,
            Format = ImageFormat.Jpeg,
            Width = 40,
            Height = 30,
            Transport = Transport.Multicast,
            Protocol = Protocol.Flute,
            Source = IPEndPoint.Parse("192.0.2.1:4000"),
            Datagrams = 7,
            Time = new DateTimeOffset(2026, 11, 26, 3, 4, 5, 100, TimeSpan.FromHours(2)),
            Elapsed = TimeSpan.FromTicks(12_345_678),
            Path = null,
            IsDuplicate = true,
        }));

    [Fact]
    public void WhatIsComputedIsThereAndWhatIsNoNumberIsNull() => Assert.Equal(
        """{"Event":"Interval","Start":0,"Length":0.5,"Frames":1,"Packets":1,"ApplicationBytes":2,"LinkBytes":3,"BitRate":48}""",
        Line("Interval", new TrafficInterval { Start = default, Length = TimeSpan.FromSeconds(0.5), Frames = 1, Packets = 1, ApplicationBytes = 2, LinkBytes = 3 }));

    [Fact]
    public void ListsAndAddressesAreText() => Assert.Equal(
        """{"Event":"Ready","Transport":"Tcp","EndPoints":["[::1]:5000","127.0.0.1:5000"],"Group":"239.25.25.25","Interfaces":["lo"]}""",
        Line("Ready", new ReadyEvent(Transport.Tcp, [IPEndPoint.Parse("[::1]:5000"), IPEndPoint.Parse("127.0.0.1:5000")], IPAddress.Parse("239.25.25.25"), ["lo"])));

    [Fact]
    public void AnErrorHasItsAdvice() => Assert.Equal(
        """{"Event":"Error","Id":"PortInUse","Category":"ResourceBusy","Message":"Port 5 is taken.","Target":"5","RecommendedAction":null}""",
        Line("Error", new GalleryException(ErrorIds.PortInUse, GalleryErrorCategory.ResourceBusy, "Port 5 is taken.", 5)));

    [Fact]
    public void NumbersThatAreNoneAreNull() => Assert.Equal("""{"Event":"X","A":null,"B":0.333333}""", Line("X", new { A = double.NaN, B = 1 / 3d }));

    private static string Line(string name, object item)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) JsonLines.Write(writer, name, item);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
