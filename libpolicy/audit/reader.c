#include "audit/reader.h"

#include "audit/charset.h"
#include "audit/compression.h"
#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 4 * LINE_MAX_BYTES, INPUT_BYTES = 1 << 17 };

struct reader {
    int fd;
    int watch_fd; /* of a file that grows; -1: an end is the end */
    char *path;
    ZSTD_DStream *zstd; /* NULL: not compressed */
    const struct compression *with;
    ZSTD_inBuffer input;
    char input_bytes[INPUT_BYTES];
    char buffer[BUFFER_BYTES + 1];
    size_t from, to;
    bool follows, ended;
    enum line_format format;
    uint8_t order[LINE_COLUMNS + 1];
    uint64_t line_number;
    struct charset *charset; /* of a CSV file without a byte order mark; NULL: UTF-8 */
    char *manifest, *checkpoint;
};

/* Waits until the file was written to; false when it was taken away. */
static bool wait_for_more(const struct reader *r)
{
    char news[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    struct stat st;
    ssize_t n;
    if (fstat(r->fd, &st) < 0 || st.st_nlink == 0)
        return false;
    do
        n = read(r->watch_fd, news, sizeof(news));
    while (n < 0 && errno == EINTR);
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *e = (const struct inotify_event *)(void *)(news + at);
        if (e->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED | IN_UNMOUNT))
            return false;
        at += (ssize_t)(sizeof(*e) + e->len);
    }
    return n > 0;
}

static int read_some(struct reader *r, char *out, size_t room, size_t *got)
{
    ssize_t n;
    do
        n = read(r->fd, out, room);
    while ((n < 0 && errno == EINTR) || (n == 0 && r->watch_fd >= 0 && wait_for_more(r)));
    if (n < 0)
        return err_errno(_("cannot read %s"), r->path);
    *got = (size_t)n;
    return 0;
}

static int damaged(const struct reader *r)
{
    return err_fail(GDPOP_ERR_FORMAT,
                    _("%s is damaged: it cannot be decompressed behind line %llu"), r->path,
                    (unsigned long long)r->line_number);
}

/* Decompresses into the buffer until something came or the end. */
static int inflate(struct reader *r)
{
    ZSTD_outBuffer out = {r->buffer, BUFFER_BYTES, r->to};
    while (out.pos == r->to) {
        if (r->input.pos == r->input.size) {
            size_t got;
            int rc = read_some(r, r->input_bytes, sizeof(r->input_bytes), &got);
            if (rc < 0)
                return rc;
            r->input = (ZSTD_inBuffer){r->input_bytes, got, 0};
            if (got == 0) {
                r->ended = true;
                return 0;
            }
        }
        if (r->with->ZSTD_isError(r->with->ZSTD_decompressStream(r->zstd, &out, &r->input)))
            return damaged(r);
    }
    r->to = out.pos;
    return 0;
}

static int fill(struct reader *r)
{
    size_t got = 0;
    memmove(r->buffer, r->buffer + r->from, r->to - r->from);
    r->to -= r->from;
    r->from = 0;
    if (r->zstd)
        return inflate(r);
    int rc = read_some(r, r->buffer + r->to, BUFFER_BYTES - r->to, &got);
    r->to += got;
    r->ended = rc == 0 && got == 0;
    return rc;
}

static int bad_line(const struct reader *r)
{
    return err_fail(GDPOP_ERR_FORMAT,
                    _("%s, line %llu: this is no event of an audit trail that gdpop exported"),
                    r->path, (unsigned long long)r->line_number);
}

/* The next line without its end, closed by a zero; 0 at the end of the file. */
static int next_line(struct reader *r, char **text, size_t *len)
{
    for (;;) {
        char *start = r->buffer + r->from;
        char *newline = memchr(start, '\n', r->to - r->from);
        if (!newline && !r->ended && r->to - r->from < LINE_MAX_BYTES) {
            int rc = fill(r);
            if (rc < 0)
                return rc;
            continue;
        }
        if (!newline && r->from == r->to)
            return 0;
        r->line_number++;
        if (!newline && !r->ended)
            return bad_line(r);
        char *end = newline ? newline : r->buffer + r->to;
        r->from = (size_t)(end - r->buffer) + (newline ? 1 : 0);
        if (end > start && end[-1] == '\r')
            end--;
        *end = '\0';
        *text = start;
        *len = (size_t)(end - start);
        return 1;
    }
}

static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};

bool reader_is_archive(const char *path)
{
    unsigned char start[sizeof(magic)];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool is = fd >= 0 && read(fd, start, sizeof(start)) == (ssize_t)sizeof(start) &&
              memcmp(start, magic, sizeof(magic)) == 0;
    if (fd >= 0)
        close(fd);
    return is;
}

static int begin(struct reader *r)
{
    char *text;
    size_t len, got;
    int rc = read_some(r, r->buffer, sizeof(magic), &got);
    if (rc < 0)
        return rc;
    r->to = got;
    if (got == sizeof(magic) && memcmp(r->buffer, magic, got) == 0) {
        memcpy(r->input_bytes, r->buffer, got);
        r->input = (ZSTD_inBuffer){r->input_bytes, got, 0};
        r->to = 0;
        if (!(r->with = compression_get()))
            return GDPOP_ERR_SYSTEM;
        if (!(r->zstd = r->with->ZSTD_createDStream()))
            return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    }
    while (rc == 0 && !r->ended && r->to < 16)
        rc = fill(r);
    if (rc < 0 || r->to == 0 || r->buffer[0] == '{')
        return rc;
    r->format = LINE_CSV;
    rc = next_line(r, &text, &len);
    bool marked = rc > 0 && strncmp(text, "\xef\xbb\xbf", 3) == 0;
    if (rc <= 0 || line_read_head(text, len, r->order) < 0)
        return rc < 0 ? rc : bad_line(r);
    return marked ? 0 : charset_open(false, &r->charset);
}

static int watch(struct reader *r)
{
    struct stat st;
    if (fstat(r->fd, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    r->watch_fd = inotify_init1(IN_CLOEXEC);
    if (r->watch_fd < 0 ||
        inotify_add_watch(r->watch_fd, r->path,
                          IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF) < 0)
        return err_errno(_("cannot read %s"), r->path);
    return 0;
}

static int open_reader(const char *path, bool follows, struct reader **rp)
{
    struct reader *r = calloc(1, sizeof(*r));
    *rp = NULL;
    if (!r || !(r->path = strdup(path))) {
        free(r);
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    }
    r->watch_fd = -1;
    r->follows = follows;
    if (follows && strcmp(path, "-") == 0)
        r->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int rc = r->fd < 0 ? err_errno(_("cannot open %s"), path) : 0;
    if (rc == 0 && follows && strcmp(path, "-") != 0)
        rc = watch(r);
    if (rc == 0)
        rc = begin(r);
    if (rc < 0) {
        reader_close(r);
        return rc;
    }
    *rp = r;
    return 0;
}

int reader_open(const char *path, struct reader **rp)
{
    return open_reader(path, false, rp);
}

int reader_follow(const char *path, struct reader **rp)
{
    return open_reader(path, true, rp);
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    if (r->fd >= 0)
        close(r->fd);
    if (r->watch_fd >= 0)
        close(r->watch_fd);
    if (r->zstd)
        r->with->ZSTD_freeDStream(r->zstd);
    charset_close(r->charset);
    free(r->manifest);
    free(r->checkpoint);
    free(r->path);
    free(r);
}

/* In CSV the manifest stands in a row of two columns: manifest,"…". */
static char *manifest_in(struct reader *r, char *text)
{
    if (r->format == LINE_JSONL)
        return strncmp(text, "{\"manifest\"", 11) == 0 ? text : NULL;
    if (strncmp(text, "manifest,\"", 10) != 0)
        return NULL;
    char *to = text, *from = text + 10;
    for (; *from && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    *to = '\0';
    return text;
}

/* The next line that is no checkpoint. */
static int next_entry(struct reader *r, char **text, size_t *len)
{
    int rc;
    while ((rc = next_line(r, text, len)) > 0 && r->format == LINE_JSONL &&
           strncmp(*text, "{\"checkpoint\"", 13) == 0) {
        free(r->checkpoint);
        if (!(r->checkpoint = strdup(*text)))
            return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    }
    return rc;
}

char *reader_take_checkpoint(struct reader *r)
{
    char *taken = r->checkpoint;
    r->checkpoint = NULL;
    return taken;
}

int reader_next(struct reader *r, struct trail_line *line)
{
    char *text, *manifest;
    size_t len;
    int rc = r->manifest ? 0 : next_entry(r, &text, &len);
    if (rc <= 0)
        return rc;
    if (r->charset && charset_convert(r->charset, &text, &len) < 0)
        return bad_line(r);
    if ((manifest = manifest_in(r, text))) {
        r->manifest = strdup(manifest);
        if (!r->manifest)
            return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
        if (r->follows)
            return 0;
        return next_line(r, &text, &len) == 0 ? 0 : bad_line(r); /* it ends the file */
    }
    return line_read(text, len, r->format, r->order, line) < 0 ? bad_line(r) : 1;
}

char *reader_manifest(struct reader *r)
{
    return r->manifest;
}
