global using GalleryPS.Images;
