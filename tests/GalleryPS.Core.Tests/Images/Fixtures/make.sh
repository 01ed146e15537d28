#!/bin/sh
# Makes the fixtures of this folder again with programs that are not ours. Needs (Debian): imagemagick,
# libjpeg-turbo-progs, libimage-exiftool-perl, netpbm, webp, libtiff-tools, python3-pil.
# The files may differ from the committed ones in content, with the versions of the programs; their sizes do not.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
convert=convert-im6.q16

# 523x307: both numbers need their second byte, and neither reads the same in the other byte order.
$convert -size 523x307 gradient:navy-orange -depth 8 "$work/image.ppm"
$convert -size 523x307 pattern:checkerboard -threshold 50% "$work/image.pbm"
$convert -size 16x12 gradient:red-blue "$work/thumbnail.ppm"
# 70,001x3: the width needs its third byte.
pbmmake -black 70001 3 > "$work/wide.pbm"

cjpeg -quality 30 -outfile jpeg-baseline.jpg "$work/image.ppm"
cjpeg -quality 30 -progressive -outfile jpeg-progressive.jpg "$work/image.ppm"
cjpeg -quality 30 -arithmetic -outfile jpeg-arithmetic.jpg "$work/image.ppm"
cjpeg -quality 30 -arithmetic -progressive -outfile jpeg-arithmetic-progressive.jpg "$work/image.ppm"
cjpeg -quality 30 -grayscale -restart 1 -outfile jpeg-gray-restarts.jpg "$work/image.ppm"
$convert "$work/image.ppm" -colorspace CMYK -quality 30 jpeg-cmyk.jpg
cjpeg -quality 50 -outfile "$work/thumbnail.jpg" "$work/thumbnail.ppm"
cp jpeg-baseline.jpg jpeg-exif-thumbnail.jpg
exiftool -q -overwrite_original -Make=GalleryPS -Orientation='Rotate 90 CW' \
    "-ThumbnailImage<=$work/thumbnail.jpg" jpeg-exif-thumbnail.jpg

$convert "$work/image.ppm" png-rgb.png
$convert "$work/image.ppm" -interlace PNG -depth 16 png-interlaced-16bit.png
$convert "$work/image.ppm" -colors 8 PNG8:png-palette.png
pnmtopng -quiet "$work/wide.pbm" > png-wide.png

$convert "$work/image.ppm" -colors 8 GIF87:gif-87a.gif
$convert "$work/image.ppm" -colors 8 gif-89a.gif
$convert -delay 10 -size 523x307 xc:red \( -size 8x8 xc:blue -repage +5+5 \) gif-animated.gif

ppmtobmp -quiet -os2 "$work/image.pbm" > bmp-core.bmp
ppmtobmp -quiet -windows "$work/image.pbm" > bmp-info.bmp
ppmtobmp -quiet -windows "$work/wide.pbm" > bmp-wide.bmp
$convert -size 37x263 xc:navy -alpha set BMP:bmp-v5.bmp
python3 -c '
import sys
from PIL import Image
Image.open(sys.argv[1]).convert("1").save("bmp-pil.bmp")' "$work/image.pbm"
# The same bitmap with rows from top to bottom: the height at offset 22 negated.
python3 -c '
import struct
data = bytearray(open("bmp-pil.bmp", "rb").read())
struct.pack_into("<i", data, 22, -struct.unpack_from("<i", data, 22)[0])
open("bmp-top-down.bmp", "wb").write(data)'

cwebp -quiet -q 20 "$work/image.ppm" -o webp-lossy.webp
cwebp -quiet -lossless "$work/image.ppm" -o webp-lossless.webp
$convert "$work/image.ppm" -alpha set -channel A -evaluate multiply 0.5 "$work/alpha.png"
cwebp -quiet -q 20 "$work/alpha.png" -o webp-extended-alpha.webp
gif2webp -quiet gif-animated.gif -o webp-animated.webp

$convert "$work/image.ppm" -compress zip -define tiff:endian=lsb tiff-little-endian.tif
$convert "$work/image.ppm" -compress zip -define tiff:endian=msb tiff-big-endian.tif
pnmtotiff -quiet -flate -output=tiff-wide.tif "$work/wide.pbm"
tiffcp -8 -L tiff-little-endian.tif tiff-bigtiff-little-endian.tif
tiffcp -8 -B tiff-little-endian.tif tiff-bigtiff-big-endian.tif
$convert "$work/image.ppm" "$work/thumbnail.ppm" -compress zip tiff-two-pages.tif
python3 -c '
import sys
from PIL import Image
Image.open(sys.argv[1]).save("tiff-pil.tif", compression="tiff_deflate")' "$work/image.ppm"
