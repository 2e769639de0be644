#include "crypto/digester.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/provider.h"

#include <stdlib.h>
#include <unistd.h>

enum { BLOCK_BYTES = 64 };

struct digester {
    const struct provider *provider;
    void *ctx;           /* for each digest anew */
    void *inner, *outer; /* behind the blocks of the key */
};

static int failed(void)
{
    return err_fail(GDPOP_ERR_CRYPTO, _("OpenSSL cannot compute an SM3 digest"));
}

static void free_ctx(const struct digester *d, void *ctx)
{
    if (ctx)
        d->provider->sm3.freectx(ctx);
}

int digester_new(struct digester **dp)
{
    struct digester *d = calloc(1, sizeof(*d));
    *dp = d;
    if (!d)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    d->provider = provider_get();
    d->ctx = d->provider ? d->provider->sm3.newctx(d->provider->context) : NULL;
    if (d->ctx)
        return 0;
    digester_free(d);
    *dp = NULL;
    return failed();
}

void digester_free(struct digester *d)
{
    if (!d)
        return;
    free_ctx(d, d->ctx);
    free_ctx(d, d->inner);
    free_ctx(d, d->outer);
    free(d);
}

static bool finish(const struct digester *d, void *ctx, uint8_t out[static DIGEST_BYTES])
{
    size_t len = 0;
    return d->provider->sm3.final(ctx, out, &len, DIGEST_BYTES) && len == DIGEST_BYTES;
}

int digester_sm3(struct digester *d, const struct bytes *parts, size_t n,
                 uint8_t out[static DIGEST_BYTES])
{
    bool good = d->provider->sm3.init(d->ctx, NULL);
    for (size_t i = 0; good && i < n; i++)
        good = parts[i].len == 0 || d->provider->sm3.update(d->ctx, parts[i].data, parts[i].len);
    return good && finish(d, d->ctx, out) ? 0 : failed();
}

int digester_file(struct digester *d, int fd, uint8_t out[static DIGEST_BYTES])
{
    return digester_part(d, fd, INT64_MAX, out);
}

int digester_part(struct digester *d, int fd, int64_t len, uint8_t out[static DIGEST_BYTES])
{
    uint8_t block[1 << 16];
    ssize_t n;
    off_t at = 0;
    bool good = d->provider->sm3.init(d->ctx, NULL);
    while (good && at < len) {
        size_t wanted = len - at < (int64_t)sizeof(block) ? (size_t)(len - at) : sizeof(block);
        if ((n = pread(fd, block, wanted, at)) == 0)
            break;
        if (n < 0)
            return err_errno(_("a file cannot be read"));
        good = d->provider->sm3.update(d->ctx, block, (size_t)n);
        at += n;
    }
    return good && finish(d, d->ctx, out) ? 0 : failed();
}

static bool begin(struct digester *d, void **ctx, const uint8_t *key, uint8_t with)
{
    uint8_t pad[BLOCK_BYTES];
    for (int i = 0; i < BLOCK_BYTES; i++)
        pad[i] = (i < DIGEST_BYTES ? key[i] : 0) ^ with;
    if (!*ctx)
        *ctx = d->provider->sm3.newctx(d->provider->context);
    bool good = *ctx && d->provider->sm3.init(*ctx, NULL) &&
                d->provider->sm3.update(*ctx, pad, sizeof(pad));
    explicit_bzero(pad, sizeof(pad));
    return good;
}

int digester_key(struct digester *d, const uint8_t key[static DIGEST_BYTES])
{
    return begin(d, &d->inner, key, 0x36) && begin(d, &d->outer, key, 0x5c) ? 0 : failed();
}

static bool add(const struct digester *d, void *ctx, struct bytes part)
{
    return part.len == 0 || d->provider->sm3.update(ctx, part.data, part.len);
}

int digester_hmac(const struct digester *d, const struct bytes *parts, size_t n,
                  uint8_t out[static DIGEST_BYTES])
{
    uint8_t inner_digest[DIGEST_BYTES];
    void *inner = d->inner ? d->provider->sm3.dupctx(d->inner) : NULL;
    void *outer = d->outer ? d->provider->sm3.dupctx(d->outer) : NULL;
    bool good = inner && outer;
    for (size_t i = 0; good && i < n; i++) {
        uint8_t length[8];
        bytes_put_be64(length, parts[i].len);
        good = add(d, inner, BYTES(length, sizeof(length))) && add(d, inner, parts[i]);
    }
    good = good && finish(d, inner, inner_digest) &&
           add(d, outer, BYTES(inner_digest, DIGEST_BYTES)) && finish(d, outer, out);
    free_ctx(d, inner);
    free_ctx(d, outer);
    explicit_bzero(inner_digest, sizeof(inner_digest));
    return good ? 0 : failed();
}
