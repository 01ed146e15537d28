global using GalleryPS.Images;
global using GalleryPS.Operations;
