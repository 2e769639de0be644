#include "crypto/digester.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/provider.h"

#include <stdlib.h>

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

/* The state behind the key's block, gone on with text. */
static bool go_on(const struct digester *d, void *from, const struct bytes *parts, size_t n,
                  uint8_t out[static DIGEST_BYTES])
{
    void *ctx = from ? d->provider->sm3.dupctx(from) : NULL;
    bool good = ctx != NULL;
    for (size_t i = 0; good && i < n; i++)
        good = d->provider->sm3.update(ctx, parts[i].data, parts[i].len);
    good = good && finish(d, ctx, out);
    free_ctx(d, ctx);
    return good;
}

int digester_hmac(struct digester *d, struct bytes part, uint8_t out[static DIGEST_BYTES])
{
    uint8_t length[8], inner[DIGEST_BYTES];
    bytes_put_be64(length, part.len);
    const struct bytes parts[] = {BYTES(length, sizeof(length)), part},
                       last = BYTES(inner, sizeof(inner));
    return go_on(d, d->inner, parts, 2, inner) && go_on(d, d->outer, &last, 1, out) ? 0 : failed();
}
