namespace GalleryPS.Tests.Sessions;

public sealed class FitTests
{
    [Fact]
    public void FittingNeedsAFitter()
    {
        GalleryException e = Assert.Throws<GalleryException>(() => GallerySender.Open(new SendOptions { Fit = true }));
        Assert.Equal((ErrorIds.ImagingUnavailable, GalleryErrorCategory.ResourceUnavailable), (e.Id, e.Category));
        Assert.NotNull(e.RecommendedAction);
    }
}
