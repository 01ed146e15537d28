using System.CommandLine;
using GalleryPS.Cli;
using GalleryPS.Cli.Commands;

var root = new RootCommand("Sends, receives, shows and counts galleries of images over UDP unicast, broadcast, multicast and TCP.")
{
    SendCommand.Create(),
    ReceiveCommand.Create(),
    MessageCommand.Create(),
    ServeCommand.Create(),
    ConnectCommand.Create(),
    ShowCommand.Create(),
    ExportCommand.Create(),
    MeasureCommand.Create(),
    CountCommand.Create(),
    PacketsCommand.Create(),
    CaptureCommand.Create(),
    CompareCommand.Create(),
    InterfacesCommand.Create(),
    DemoCommand.Create(),
};

return Runner.Invoke(root, args);
