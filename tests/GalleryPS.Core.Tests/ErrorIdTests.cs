using System.Reflection;

namespace GalleryPS.Tests;

public class ErrorIdTests
{
    [Fact]
    public void EveryIdReadsLikeItsName()
    {
        foreach (FieldInfo field in typeof(ErrorIds).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            Assert.Equal(field.Name, (string?)field.GetRawConstantValue());
        }
    }
}
