#include "crypto/digest.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/provider.h"

#include <errno.h>
#include <sys/random.h>

enum { BLOCK_BYTES = 64 };

static int failed(void)
{
    return err_fail(GDPOP_ERR_CRYPTO, _("OpenSSL cannot compute an SM3 digest"));
}

static bool finish(const struct provider *p, void *ctx, uint8_t out[static DIGEST_BYTES])
{
    size_t len = 0;
    return p->sm3.final(ctx, out, &len, DIGEST_BYTES) && len == DIGEST_BYTES;
}

int digest_sm3(const struct bytes *parts, size_t n, uint8_t out[static DIGEST_BYTES])
{
    memset(out, 0, DIGEST_BYTES);
    const struct provider *p = provider_get();
    if (!p)
        return GDPOP_ERR_CRYPTO;
    void *ctx = p->sm3.newctx(p->context);
    bool good = ctx && p->sm3.init(ctx, NULL);
    for (size_t i = 0; good && i < n; i++)
        good = parts[i].len == 0 || p->sm3.update(ctx, parts[i].data, parts[i].len);
    good = good && finish(p, ctx, out);
    if (ctx)
        p->sm3.freectx(ctx);
    return good ? 0 : failed();
}

/* The key, or its digest when it is longer than a block, xor 0x36 or 0x5c: RFC 2104. */
static void make_pad(const uint8_t key[static BLOCK_BYTES], uint8_t with,
                     uint8_t pad[static BLOCK_BYTES])
{
    for (int i = 0; i < BLOCK_BYTES; i++)
        pad[i] = key[i] ^ with;
}

static bool add_parts(const struct provider *p, void *ctx, const struct bytes *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t length[8];
        bytes_put_be64(length, parts[i].len);
        if (!p->sm3.update(ctx, length, sizeof(length)) ||
            (parts[i].len > 0 && !p->sm3.update(ctx, parts[i].data, parts[i].len)))
            return false;
    }
    return true;
}

int digest_hmac(struct bytes key, const struct bytes *parts, size_t n,
                uint8_t out[static DIGEST_BYTES])
{
    uint8_t block[BLOCK_BYTES] = {0}, pad[BLOCK_BYTES], inner[DIGEST_BYTES];
    memset(out, 0, DIGEST_BYTES);
    const struct provider *p = provider_get();
    if (!p || (key.len > BLOCK_BYTES && digest_sm3(&key, 1, block) < 0))
        return GDPOP_ERR_CRYPTO;
    if (key.len > 0 && key.len <= BLOCK_BYTES)
        memcpy(block, key.data, key.len);

    void *ctx = p->sm3.newctx(p->context);
    make_pad(block, 0x36, pad);
    bool good = ctx && p->sm3.init(ctx, NULL) && p->sm3.update(ctx, pad, sizeof(pad)) &&
                add_parts(p, ctx, parts, n) && finish(p, ctx, inner);
    make_pad(block, 0x5c, pad);
    good = good && p->sm3.init(ctx, NULL) && p->sm3.update(ctx, pad, sizeof(pad)) &&
           p->sm3.update(ctx, inner, sizeof(inner)) && finish(p, ctx, out);

    if (ctx)
        p->sm3.freectx(ctx);
    explicit_bzero(block, sizeof(block));
    explicit_bzero(pad, sizeof(pad));
    explicit_bzero(inner, sizeof(inner));
    return good ? 0 : failed();
}

bool digest_equal(const uint8_t a[static DIGEST_BYTES], const uint8_t b[static DIGEST_BYTES])
{
    volatile uint8_t differs = 0;
    for (int i = 0; i < DIGEST_BYTES; i++)
        differs |= a[i] ^ b[i];
    return differs == 0;
}

int digest_random(void *out, size_t len)
{
    uint8_t *to = out;
    while (len > 0) {
        ssize_t got = getrandom(to, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_fail(GDPOP_ERR_CRYPTO, _("the kernel gives no random bytes"));
        to += got;
        len -= (size_t)got;
    }
    return 0;
}
