using GalleryPS.HelpBuilder;
using GalleryPS.HelpBuilder.Pages;

if (args is not [{ } pages, { } destination, ..] || args.Length > 3)
{
    Console.Error.WriteLine("usage: HelpBuilder PAGES DESTINATION [ADDRESS]");
    Console.Error.WriteLine("Turns the pages of a folder into DESTINATION/*-Help.xml and about_*.help.txt. ADDRESS is where the pages can be read online.");
    return 2;
}

var faults = new Faults();
HelpFiles files = HelpFiles.Read(pages, args.ElementAtOrDefault(2), faults);
foreach (string fault in faults.All) Console.Error.WriteLine(fault);
if (faults.All.Count > 0) return 1;
files.Write(destination);
return 0;
