using GalleryPS.Cli;

try
{
    return Runner.Invoke(() => Verbs.Create(args), args);
}
catch (Exception e)
{
    // Not even the runner could be loaded.
    return BareError.Write(e);
}
