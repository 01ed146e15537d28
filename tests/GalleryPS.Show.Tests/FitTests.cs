namespace GalleryPS.Show.Tests;

public class FitTests(ITestOutputHelper output)
{
    private const int Datagram = 65_507;
    private static readonly ImageDecoder Decoder = ImageDecoder.Default;

    [Theory]
    [InlineData(800, 600, 4)]
    [InlineData(1600, 1200, 8)]
    [InlineData(2400, 1600, 2)]
    public void FitsAndIsClose(int width, int height, int grain)
    {
        PixelImage original = Pictures.Photo(width, height, grain);
        byte[] file = Pictures.Png(original);
        FittedImage fitted = new ImageFitter().Fit("photo.png", file, Datagram, TestContext.Current.CancellationToken);
        Assert.InRange(fitted.Data.Length, Datagram * 7 / 10, Datagram);
        PixelImage sent = Decoder.Decode("sent", fitted.Data);
        Assert.Equal((fitted.Width, fitted.Height), (sent.Width, sent.Height));
        Assert.Equal(width / (double)height, sent.Width / (double)sent.Height, 0.01);
        double psnr = Pictures.Psnr(Decoder.Decode("original", file, _ => sent.Size), sent);
        output.WriteLine($"{width}x{height} ({file.Length:N0} bytes) -> {fitted.Width}x{fitted.Height}, quality {fitted.Quality}, {fitted.Data.Length:N0} bytes, PSNR {psnr:0.0} dB");
        Assert.True(psnr > 27, $"{psnr:0.0} dB");
    }

    [Fact]
    public void QualityComesBeforeSize()
    {
        // Hardly any detail: all twelve megapixels fit, so none may be given up.
        byte[] file = Pictures.Png(Pictures.Of(4000, 3000, (x, _) => ((byte)(x / 500 * 30), 60, 90, 255)));
        FittedImage fitted = new ImageFitter().Fit("flat.png", file, 250_000, TestContext.Current.CancellationToken);
        Assert.Equal((4000, 3000), (fitted.Width, fitted.Height));
        Assert.InRange(fitted.Data.Length, 1, 250_000);
    }

    [Fact]
    public void OneMoreStepOfQualityWouldNotFit()
    {
        PixelImage image = Pictures.Photo(640, 480, 6);
        FittedImage fitted = new ImageFitter().Fit("p", Pictures.Png(image), Datagram, TestContext.Current.CancellationToken);
        Assert.InRange(fitted.Quality, 55, 95);
        Assert.Equal((640, 480), (fitted.Width, fitted.Height));
        Assert.InRange(fitted.Data.Length, 1, Datagram);
        if (fitted.Quality < 95) Assert.True(fitted.Data.Length > Datagram * 0.85);
    }

    [Fact]
    public void OrientationIsAppliedAndNotLeftInTheFile()
    {
        byte[] turned = Pictures.Jpeg(Pictures.Photo(1200, 800, 20), orientation: 6);
        FittedImage fitted = new ImageFitter().Fit("turned.jpg", turned, Datagram, TestContext.Current.CancellationToken);
        Assert.True(fitted.Height > fitted.Width);
        PixelImage again = Decoder.Decode("sent", fitted.Data);
        Assert.Equal((fitted.Width, fitted.Height), (again.Width, again.Height));
    }

    [Fact]
    public void WhatCannotFitSaysSo()
    {
        GalleryException e = Assert.Throws<GalleryException>(() => new ImageFitter().Fit("p", Pictures.Png(Pictures.Photo(64, 64)), 100, TestContext.Current.CancellationToken));
        Assert.Equal(ErrorIds.ImageTooLarge, e.Id);
    }

    [Theory]
    [InlineData(700)]
    [InlineData(1000)]
    [InlineData(3000)]
    public void FitsIntoLittleRoom(int bytes)
    {
        FittedImage fitted = new ImageFitter().Fit("p", Pictures.Png(Pictures.Photo(800, 600)), bytes, TestContext.Current.CancellationToken);
        Assert.InRange(fitted.Data.Length, 1, bytes);
        Decoder.Decode("sent", fitted.Data);
    }
}
