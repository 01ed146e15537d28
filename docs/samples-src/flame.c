/* A fractal flame: a chaos game with bent maps, counted into a histogram and shown by the logarithm of its density.
   cc -O3 -march=native -ffast-math -o flame flame.c -lm && ./flame 640 480 SEED MILLIONS > out.ppm */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { Maps = 4, Variations = 8, Oversample = 3 };

struct map {
    double a[6], weight[Variations], colour;
};

static uint64_t state;

static double uniform(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)((state * 2685821657736338717ull) >> 11) / 9007199254740992.0;
}

static void apply(const struct map *m, double *px, double *py)
{
    double x = m->a[0] * *px + m->a[1] * *py + m->a[2], y = m->a[3] * *px + m->a[4] * *py + m->a[5];
    double r2 = x * x + y * y + 1e-12, r = sqrt(r2), t = atan2(x, y), nx = 0, ny = 0;
    const double *w = m->weight;
    if (w[0] != 0) { nx += w[0] * x; ny += w[0] * y; }
    if (w[1] != 0) { nx += w[1] * sin(x); ny += w[1] * sin(y); }
    if (w[2] != 0) { nx += w[2] * x / r2; ny += w[2] * y / r2; }
    if (w[3] != 0) { nx += w[3] * (x * sin(r2) - y * cos(r2)); ny += w[3] * (x * cos(r2) + y * sin(r2)); }
    if (w[4] != 0) { nx += w[4] * t / M_PI; ny += w[4] * (r - 1); }
    if (w[5] != 0) { double h = uniform() < 0.5 ? 0 : M_PI, s = sqrt(r); nx += w[5] * s * cos(t / 2 + h); ny += w[5] * s * sin(t / 2 + h); }
    if (w[6] != 0) { double k = 4 / (r2 + 4); nx += w[6] * k * x; ny += w[6] * k * y; }
    if (w[7] != 0) { nx += w[7] * (cos(t) + sin(r)) / r; ny += w[7] * (sin(t) - cos(r)) / r; }
    *px = nx;
    *py = ny;
}

static void palette(double t, double rgb[3])
{
    static const double key[][3] = {{0.10, 0.16, 0.85}, {0.05, 0.75, 0.95}, {0.95, 0.95, 0.75}, {1.0, 0.62, 0.10}, {0.95, 0.12, 0.25}};
    t *= 3.999;
    int i = (int)t;
    for (int c = 0; c < 3; c++)
        rgb[c] = key[i][c] + (key[i + 1][c] - key[i][c]) * (t - i);
}

int main(int argc, char **argv)
{
    int width = argc > 1 ? atoi(argv[1]) : 320, height = argc > 2 ? atoi(argv[2]) : 240;
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    long points = (argc > 4 ? atol(argv[4]) : 4) * 1000000L;
    state = seed * 0x9E3779B97F4A7C15ull + 12345;
    for (int i = 0; i < 20; i++)
        uniform();

    struct map maps[Maps];
    for (int i = 0; i < Maps; i++) {
        for (int j = 0; j < 6; j++)
            maps[i].a[j] = (uniform() * 2 - 1) * (j % 3 == 2 ? 0.9 : 1.0);
        memset(maps[i].weight, 0, sizeof maps[i].weight);
        double first = 0.45 + 0.5 * uniform();
        maps[i].weight[(int)(uniform() * Variations)] += first;
        maps[i].weight[(int)(uniform() * Variations)] += 1 - first;
        maps[i].colour = (double)i / (Maps - 1);
    }

    int w = width * Oversample, h = height * Oversample, turns = (int)(seed % 3) + 1;
    float (*bins)[4] = calloc((size_t)w * h, sizeof *bins);
    /* A first run finds where the points are. */
    enum { Probe = 100000 };
    static double xs[Probe], ys[Probe];
    double cx = 0, cy = 0, extent = 0;
    for (int pass = 0; pass < 2; pass++) {
        double x = 0.1, y = 0.1, colour = 0.5;
        double scale = pass ? fmin(w, h) / extent * 0.40 : 1;
        for (long n = 0; n < (pass ? points : Probe); n++) {
            const struct map *m = &maps[(int)(uniform() * Maps)];
            apply(m, &x, &y);
            if (!(fabs(x) < 1e6 && fabs(y) < 1e6)) { x = uniform(); y = uniform(); continue; }
            colour = (colour + m->colour) / 2;
            double angle = (int)(uniform() * turns) * 2 * M_PI / turns, rx = x * cos(angle) - y * sin(angle), ry = x * sin(angle) + y * cos(angle);
            if (!pass) { xs[n] = rx; ys[n] = ry; cx += rx; cy += ry; continue; }
            int bx = (int)((rx - cx) * scale + w / 2.0), by = (int)((ry - cy) * scale + h / 2.0);
            if (bx < 0 || by < 0 || bx >= w || by >= h)
                continue;
            double rgb[3];
            palette(colour, rgb);
            float *bin = bins[(size_t)by * w + bx];
            for (int c = 0; c < 3; c++)
                bin[c] += (float)rgb[c];
            bin[3]++;
        }

        if (!pass) {
            cx /= Probe;
            cy /= Probe;
            for (int n = 0; n < Probe; n++)
                extent += fmin(9, hypot(xs[n] - cx, ys[n] - cy));
            extent = extent / Probe * 1.5;
        }
    }

    double mean = 0;
    for (long i = 0; i < (long)w * h; i++)
        mean += bins[i][3];
    mean /= (double)w * h;
    printf("P6 %d %d 255\n", width, height);
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++) {
            double out[3] = {0, 0, 0};
            for (int s = 0; s < Oversample * Oversample; s++) {
                const float *bin = bins[(size_t)(row * Oversample + s / Oversample) * w + column * Oversample + s % Oversample];
                if (bin[3] == 0)
                    continue;
                double bright = log1p(bin[3] / mean * 3) / log1p(180), k = pow(bright, 1.25) / bin[3];
                for (int c = 0; c < 3; c++)
                    out[c] += bin[c] * k * 1.25;
            }

            /* A night sky behind it. */
            double dx = (column - width / 2.0) / width, dy = (row - height / 2.0) / height, glow = exp(-4 * (dx * dx + dy * dy));
            const double sky[3] = {0.010, 0.012, 0.035};
            for (int c = 0; c < 3; c++) {
                double v = out[c] / (Oversample * Oversample) + sky[c] * glow;
                putchar((int)(pow(v / (1 + 0.25 * v), 1 / 2.0) * 255 > 255 ? 255 : pow(v / (1 + 0.25 * v), 1 / 2.0) * 255));
            }
        }
    return 0;
}
