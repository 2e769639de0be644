#include "audit/sink.h"

#include "audit/compression.h"
#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 18, LEVEL = 3 };

static int short_memory(void)
{
    return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
}

int sink_open(struct sink *s, int fd, bool compressed)
{
    *s = (struct sink){.fd = fd, .buffer = malloc(BUFFER_BYTES)};
    if (!s->buffer)
        return short_memory();
    if (!compressed)
        return 0;
    if (!(s->with = compression_get()))
        return sink_close(s, GDPOP_ERR_SYSTEM);
    s->out = malloc(BUFFER_BYTES);
    s->zstd = s->with->ZSTD_createCCtx();
    if (!s->out || !s->zstd)
        return sink_close(s, short_memory());
    s->with->ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_compressionLevel, LEVEL);
    s->with->ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_checksumFlag, 1);
    return 0;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_errno(_("the export cannot be written"));
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static int compress(struct sink *s, ZSTD_EndDirective end)
{
    ZSTD_inBuffer in = {s->buffer, s->used, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {s->out, BUFFER_BYTES, 0};
        left = s->with->ZSTD_compressStream2(s->zstd, &out, &in, end);
        if (s->with->ZSTD_isError(left))
            return err_fail(GDPOP_ERR_INTERNAL, "zstd: %s", s->with->ZSTD_getErrorName(left));
        int r = write_all(s->fd, s->out, out.pos);
        if (r < 0)
            return r;
    } while (end == ZSTD_e_end ? left > 0 : in.pos < in.size);
    return 0;
}

static int flush(struct sink *s, bool end)
{
    int r = 0;
    if (s->zstd)
        r = compress(s, end ? ZSTD_e_end : ZSTD_e_continue);
    else
        r = write_all(s->fd, s->buffer, s->used);
    s->used = 0;
    return r;
}

int sink_write(struct sink *s, const char *bytes, size_t len)
{
    int r = 0;
    while (r == 0 && len > 0) {
        size_t n = len < BUFFER_BYTES - s->used ? len : BUFFER_BYTES - s->used;
        memcpy(s->buffer + s->used, bytes, n);
        s->used += n;
        bytes += n;
        len -= n;
        if (s->used == BUFFER_BYTES)
            r = flush(s, false);
    }
    return r;
}

int sink_close(struct sink *s, int r)
{
    if (r == 0)
        r = flush(s, true);
    if (r == 0 && fsync(s->fd) < 0 && errno != EINVAL && errno != EROFS) /* a pipe */
        r = err_errno(_("the export cannot be written"));
    if (s->zstd)
        s->with->ZSTD_freeCCtx(s->zstd);
    free(s->out);
    free(s->buffer);
    *s = (struct sink){.fd = -1};
    return r;
}
