#include "progress.h"

#include "gdpop.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Not for work that is over before it could be read, nor more often than the eye follows. */
enum { FIRST_MS = 400, NEXT_MS = 100, BAR_MAX = 40, COLUMNS = 80 };

static int64_t begun_ms, shown_ms;
static size_t shown_columns;

static int64_t now_ms(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static size_t terminal_columns(void)
{
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS;
    return size.ws_col;
}

/* "Verifying [####------]  40%"; without a total the count alone. */
static void draw(const char *what, uint64_t done, uint64_t total)
{
    char bar[BAR_MAX + 1], line[512];
    size_t columns = terminal_columns(), width = gdpop_text_width(what);
    int percent = total ? (int)((double)done * 100 / (double)total) : 0;
    size_t room = columns > width + 10 ? columns - width - 10 : 0;
    if (room > BAR_MAX)
        room = BAR_MAX;
    size_t filled = room * (size_t)percent / 100;
    memset(bar, '#', filled);
    memset(bar + filled, '-', room - filled);
    bar[room] = '\0';
    if (total)
        snprintf(line, sizeof(line), "%s [%s] %3d%%", what, bar, percent);
    else
        snprintf(line, sizeof(line), "%s %llu", what, (unsigned long long)done);
    size_t now = gdpop_text_width(line);
    if (now >= columns) /* it would wrap, and each step leave a line */
        return;
    int left_over = shown_columns > now ? (int)(shown_columns - now) : 0;
    fprintf(stderr, "\r%s%*s", line, left_over, "");
    fflush(stderr);
    shown_columns = now;
}

void progress_end(void)
{
    if (shown_columns)
        fprintf(stderr, "\r%*s\r", (int)shown_columns, "");
    fflush(stderr);
    shown_columns = 0;
    begun_ms = 0;
}

void progress_show(const char *what, uint64_t done, uint64_t total, void *arg)
{
    (void)arg;
    if (!isatty(STDERR_FILENO))
        return;
    int64_t now = now_ms();
    if (begun_ms == 0)
        begun_ms = now;
    if (total && done >= total) {
        progress_end();
    } else if (now - begun_ms >= FIRST_MS && now - shown_ms >= NEXT_MS) {
        shown_ms = now;
        draw(what, done > total && total ? total : done, total);
    }
}
