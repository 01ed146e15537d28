global using GalleryPS.Images;
global using GalleryPS.Images.Storage;
