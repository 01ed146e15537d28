/* The edge of the Mandelbrot set in the seahorse valley, coloured by smooth escape time and lit like a relief.
   The height of the relief follows the distance estimate, so filaments finer than a pixel still show.
   cc -O3 -march=native -ffast-math -o mandelbrot mandelbrot.c -lm && ./mandelbrot WIDTH HEIGHT SAMPLES [CENTREX CENTREY VIEWWIDTH] > out.ppm */
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double CentreX = -0.7436438870371587, CentreY = 0.1318259042053120, ViewWidth = 3.4e-5;
static const int MaxIterations = 12000;

static void palette(double t, double rgb[3])
{
    /* Deep blue, ivory, amber, dark red and back, in linear light. */
    static const double key[][3] = {
        {0.004, 0.010, 0.060}, {0.02, 0.11, 0.32}, {0.25, 0.55, 0.72}, {0.95, 0.88, 0.70},
        {0.95, 0.52, 0.10}, {0.35, 0.06, 0.03}, {0.04, 0.01, 0.05},
    };
    const int keys = sizeof key / sizeof key[0];
    t = (t - floor(t)) * keys;
    int i = (int)t % keys, j = (i + 1) % keys;
    double f = t - floor(t);
    f = f * f * (3 - 2 * f);
    for (int c = 0; c < 3; c++)
        rgb[c] = key[i][c] * (1 - f) + key[j][c] * f;
}

static void sample(double cx, double cy, double pixel, double rgb[3])
{
    double x = 0, y = 0, dx = 0, dy = 0;
    for (int n = 0; n < MaxIterations; n++) {
        double ndx = 2 * (x * dx - y * dy) + 1, ndy = 2 * (x * dy + y * dx);
        double nx = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = nx;
        dx = ndx;
        dy = ndy;
        double r2 = x * x + y * y;
        if (r2 < 1e6)
            continue;

        double smooth = n + 1 - log2(log(r2) / 2);
        double distance = sqrt(r2) * log(r2) / 2 / hypot(dx, dy) / pixel;
        palette(0.62 + 0.52 * log(smooth / 600.0) + 0.0016 * smooth, rgb);

        /* The relief's normal points along z/z'. */
        double complex slope = (x + y * I) / (dx + dy * I);
        slope /= cabs(slope);
        double light = (creal(slope) * -0.62 + cimag(slope) * 0.55 + 1.25) / 2.25;
        light = 0.30 + 0.95 * light * light;
        double gloss = pow(fmax(0, light - 0.35) , 12) * 0.7;
        double edge = distance < 1.2 ? 0.25 + 0.75 * distance / 1.2 : 1;
        for (int c = 0; c < 3; c++)
            rgb[c] = (rgb[c] * light + gloss) * edge;
        return;
    }

    rgb[0] = rgb[1] = rgb[2] = 0.002;
}

int main(int argc, char **argv)
{
    int width = argc > 1 ? atoi(argv[1]) : 600, height = argc > 2 ? atoi(argv[2]) : 400, samples = argc > 3 ? atoi(argv[3]) : 1;
    if (argc > 6)
        CentreX = atof(argv[4]), CentreY = atof(argv[5]), ViewWidth = atof(argv[6]);
    double pixel = ViewWidth / width, turn = 0.5;
    printf("P6 %d %d 255\n", width, height);
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++) {
            double sum[3] = {0, 0, 0};
            for (int s = 0; s < samples * samples; s++) {
                double px = (column + (s % samples + 0.5) / samples - width / 2.0) * pixel;
                double py = (height / 2.0 - row - (s / samples + 0.5) / samples) * pixel;
                double rgb[3];
                sample(CentreX + px * cos(turn) - py * sin(turn), CentreY + px * sin(turn) + py * cos(turn), pixel, rgb);
                for (int c = 0; c < 3; c++)
                    sum[c] += rgb[c];
            }

            for (int c = 0; c < 3; c++) {
                double v = pow(fmin(1, sum[c] / (samples * samples)), 1 / 2.2);
                putchar((int)(v * 255 + 0.5));
            }
        }
    return 0;
}
