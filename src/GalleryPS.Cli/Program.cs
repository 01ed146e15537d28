using System.CommandLine;
using GalleryPS.Cli;
using GalleryPS.Cli.Commands;

var root = new RootCommand("Sends, receives and counts galleries of images over UDP unicast, broadcast, multicast and TCP.")
{
    SendCommand.Create(),
    ReceiveCommand.Create(),
    InterfacesCommand.Create(),
    DemoCommand.Create(),
};

return Runner.Invoke(root, args);
