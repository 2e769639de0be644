#include "crypto/envelope.h"

#include "base/err.h"
#include "base/text.h"
#include "crypto/cipher.h"
#include "crypto/digest.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    HEAD_BYTES = 5,
    DATA_BYTES = 65536,
    FRAME_MAX = DATA_BYTES + DIGEST_BYTES,
    KEYS_BYTES = CIPHER_KEY_BYTES + DIGEST_BYTES,
};
static const char magic[] = "gdpop-envelope 1\n";

struct envelope {
    int fd;
    struct arena *arena; /* label and wrapped keys */
    struct {
        uint8_t encrypt[CIPHER_KEY_BYTES], authenticate[DIGEST_BYTES];
    } keys;
    bool unlocked;
    uint8_t chain[DIGEST_BYTES];
    uint64_t frames, bytes, plain_bytes;
    size_t recipients;
    struct bytes wrapped[ENVELOPE_RECIPIENTS_MAX]; /* with the fingerprint */
    /* Writing: plain text to go. Reading: plain text of the frame, what of it is still to be taken.
     */
    uint8_t plain[DATA_BYTES];
    size_t len, taken;
    uint8_t frame[HEAD_BYTES + FRAME_MAX];
    char type; /* of the frame read last, whose content is behind frame's head */
    size_t content_len;
    uint8_t before[DIGEST_BYTES]; /* the chain before it */
};

static struct envelope *new_envelope(int fd)
{
    struct envelope *e = calloc(1, sizeof(*e));
    if (!e || !(e->arena = arena_new())) {
        free(e);
        err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
        return NULL;
    }
    e->fd = fd;
    return e;
}

void envelope_free(struct envelope *e)
{
    if (!e)
        return;
    arena_free(e->arena);
    explicit_bzero(e, sizeof(*e));
    free(e);
}

uint64_t envelope_bytes(const struct envelope *e)
{
    return e->bytes;
}

static int link_chain(struct envelope *e, size_t frame_len)
{
    const struct bytes parts[] = {BYTES(e->before, DIGEST_BYTES), BYTES(e->frame, frame_len)};
    memcpy(e->before, e->chain, DIGEST_BYTES);
    return digest_sm3(parts, 2, e->chain);
}

static void nonce_of(const struct envelope *e, uint8_t nonce[static CIPHER_NONCE_BYTES])
{
    memset(nonce, 0, CIPHER_NONCE_BYTES);
    bytes_put_be64(nonce, e->frames);
}

/* Over the chain before the frame and what of it comes before the MAC. */
static int frame_mac(const struct envelope *e, const uint8_t *chain, struct bytes content,
                     uint8_t mac[static DIGEST_BYTES])
{
    const struct bytes parts[] = {BYTES(chain, DIGEST_BYTES), content};
    return digest_hmac(BYTES(e->keys.authenticate, DIGEST_BYTES), parts, 2, mac);
}

/* ---- Writing ---- */

static int write_all(struct envelope *e, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(e->fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_fail(errno == ENOSPC || errno == EDQUOT ? GDPOP_ERR_FULL : GDPOP_ERR_SYSTEM,
                            _("the file could not be written: %s"), strerror(errno));
        bytes += n;
        len -= (size_t)n;
        e->bytes += (size_t)n;
    }
    return 0;
}

/* The content stands behind the head already. */
static int put_frame(struct envelope *e, char type, size_t len)
{
    e->frame[0] = (uint8_t)type;
    for (int i = 0; i < 4; i++)
        e->frame[1 + i] = (uint8_t)(len >> (24 - 8 * i));
    int r = write_all(e, e->frame, HEAD_BYTES + len);
    if (r == 0)
        r = link_chain(e, HEAD_BYTES + len);
    e->frames++;
    return r;
}

static int put_authenticated(struct envelope *e, char type, size_t len)
{
    uint8_t *content = e->frame + HEAD_BYTES;
    int r = frame_mac(e, e->chain, BYTES(content, len), content + len);
    return r < 0 ? r : put_frame(e, type, len + DIGEST_BYTES);
}

static int put_data(struct envelope *e)
{
    uint8_t nonce[CIPHER_NONCE_BYTES];
    nonce_of(e, nonce);
    int r = cipher_sm4_ctr(e->keys.encrypt, nonce, e->plain, e->len, e->frame + HEAD_BYTES);
    if (r == 0)
        r = put_authenticated(e, 'D', e->len);
    e->plain_bytes += e->len;
    e->len = 0;
    return r;
}

static int put_key(struct envelope *e, const struct sign_key *recipient)
{
    uint8_t *content = e->frame + HEAD_BYTES;
    struct bytes wrapped;
    int r = sign_key_fingerprint(recipient, content);
    if (r == 0)
        r = sign_key_wrap(recipient, BYTES(&e->keys, KEYS_BYTES), e->arena, &wrapped);
    if (r < 0)
        return r;
    memcpy(content + DIGEST_BYTES, wrapped.data, wrapped.len);
    return put_frame(e, 'K', DIGEST_BYTES + wrapped.len);
}

static int put_beginning(struct envelope *e, struct bytes label,
                         const struct sign_key *const *recipients, size_t count)
{
    _Static_assert(sizeof(e->keys) == KEYS_BYTES, "the keys are wrapped as they lie");
    int r;
    if (label.len > ENVELOPE_LABEL_MAX || count == 0 || count > ENVELOPE_RECIPIENTS_MAX)
        return err_fail(GDPOP_ERR_ARGUMENT, _("an envelope is for 1 to %d keys"),
                        ENVELOPE_RECIPIENTS_MAX);
    if ((r = digest_random(&e->keys, sizeof(e->keys))) < 0 ||
        (r = write_all(e, (const uint8_t *)magic, sizeof(magic) - 1)) < 0)
        return r;
    memcpy(e->frame + HEAD_BYTES, label.data, label.len);
    r = put_frame(e, 'L', label.len);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = put_key(e, recipients[i]);
    return r;
}

int envelope_seal(int fd, struct bytes label, const struct sign_key *const *recipients,
                  size_t count, struct envelope **ep)
{
    *ep = new_envelope(fd);
    if (!*ep)
        return GDPOP_ERR_NOMEM;
    int r = put_beginning(*ep, label, recipients, count);
    if (r < 0) {
        envelope_free(*ep);
        *ep = NULL;
    }
    return r;
}

int envelope_write(struct envelope *e, const void *data, size_t len)
{
    const uint8_t *p = data;
    while (len > 0) {
        size_t n = sizeof(e->plain) - e->len < len ? sizeof(e->plain) - e->len : len;
        memcpy(e->plain + e->len, p, n);
        e->len += n;
        p += n;
        len -= n;
        if (e->len < sizeof(e->plain))
            continue;
        int r = put_data(e);
        if (r < 0)
            return r;
    }
    return 0;
}

int envelope_end(struct envelope *e, const struct sign_key *signer)
{
    uint8_t signature[SIGN_MAX_BYTES];
    size_t len;
    int r = e->len > 0 ? put_data(e) : 0;
    if (r < 0)
        return r;
    bytes_put_be64(e->frame + HEAD_BYTES, e->plain_bytes);
    if ((r = put_authenticated(e, 'E', 8)) < 0 ||
        (r = sign_make(signer, BYTES(e->chain, DIGEST_BYTES), signature, &len)) < 0)
        return r;
    memcpy(e->frame + HEAD_BYTES, signature, len);
    if ((r = put_frame(e, 'S', len)) == 0 && fsync(e->fd) < 0 && errno != EINVAL && errno != EROFS)
        r = err_errno(_("the file could not be written"));
    return r;
}

/* ---- Reading ---- */

static int altered(const struct envelope *e)
{
    return err_fail(GDPOP_ERR_SEAL,
                    _("the backup was altered or cut at byte %llu, or its disk is at fault"),
                    (unsigned long long)e->bytes);
}

static int read_all(struct envelope *e, uint8_t *out, size_t len, size_t *got)
{
    *got = 0;
    while (*got < len) {
        ssize_t n = read(e->fd, out + *got, len - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(_("the file could not be read"));
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    e->bytes += *got;
    return 0;
}

static int get_frame(struct envelope *e)
{
    size_t got, len = 0;
    int r = read_all(e, e->frame, HEAD_BYTES, &got);
    if (r < 0 || got < HEAD_BYTES)
        return r < 0 ? r : altered(e);
    for (int i = 0; i < 4; i++)
        len = len << 8 | e->frame[1 + i];
    if (len > FRAME_MAX)
        return altered(e);
    r = read_all(e, e->frame + HEAD_BYTES, len, &got);
    if (r < 0 || got < len)
        return r < 0 ? r : altered(e);
    e->type = (char)e->frame[0];
    e->content_len = len;
    return link_chain(e, HEAD_BYTES + len);
}

static int read_beginning(struct envelope *e, struct bytes *label)
{
    uint8_t head[sizeof(magic) - 1];
    size_t got;
    int r = read_all(e, head, sizeof(head), &got);
    if (r < 0)
        return r;
    if (got < sizeof(head) || memcmp(head, magic, sizeof(head)) != 0)
        return err_fail(GDPOP_ERR_FORMAT, _("this file is no backup of gdpop"));
    if ((r = get_frame(e)) < 0)
        return r;
    if (e->type != 'L')
        return altered(e);
    void *copy = arena_memdup(e->arena, e->frame + HEAD_BYTES, e->content_len);
    *label = BYTES(copy, e->content_len);
    e->frames++;
    while (copy && (r = get_frame(e)) == 0 && e->type == 'K') {
        if (e->recipients == ENVELOPE_RECIPIENTS_MAX || e->content_len < DIGEST_BYTES)
            return altered(e);
        void *wrapped = arena_memdup(e->arena, e->frame + HEAD_BYTES, e->content_len);
        if (!wrapped)
            return GDPOP_ERR_NOMEM;
        e->wrapped[e->recipients++] = BYTES(wrapped, e->content_len);
        e->frames++;
    }
    return copy ? r : GDPOP_ERR_NOMEM;
}

int envelope_open(int fd, struct envelope **ep, struct bytes *label)
{
    *label = BYTES(NULL, 0);
    *ep = new_envelope(fd);
    if (!*ep)
        return GDPOP_ERR_NOMEM;
    int r = read_beginning(*ep, label);
    if (r < 0) {
        envelope_free(*ep);
        *ep = NULL;
    }
    return r;
}

int envelope_unlock(struct envelope *e, const struct sign_key *private_key)
{
    uint8_t mine[DIGEST_BYTES];
    char theirs[17] = "";
    int r = sign_key_fingerprint(private_key, mine);
    for (size_t i = 0; r == 0 && i < e->recipients; i++) {
        const uint8_t *w = e->wrapped[i].data;
        bytes_to_hex(BYTES(w, 8), theirs);
        if (!digest_equal(w, mine))
            continue;
        r = sign_key_unwrap(private_key, BYTES(w + DIGEST_BYTES, e->wrapped[i].len - DIGEST_BYTES),
                            (uint8_t *)&e->keys, sizeof(e->keys));
        e->unlocked = r == 0;
        return r;
    }
    return r < 0 ? r
                 : err_fail(GDPOP_ERR_KEY, _("the backup was made for another key: %s"), theirs);
}

/* The MAC of the frame read last; its content without it. */
static int check_mac(const struct envelope *e, size_t *len)
{
    uint8_t mac[DIGEST_BYTES];
    const uint8_t *content = e->frame + HEAD_BYTES;
    if (e->content_len < DIGEST_BYTES)
        return altered(e);
    *len = e->content_len - DIGEST_BYTES;
    int r = frame_mac(e, e->before, BYTES(content, *len), mac);
    return r == 0 && !digest_equal(mac, content + *len) ? altered(e) : r;
}

/* Opens the data frame that was read last and reads the next one behind it. */
static int take_data(struct envelope *e)
{
    uint8_t nonce[CIPHER_NONCE_BYTES];
    int r = check_mac(e, &e->len);
    if (r == 0 && e->len > sizeof(e->plain))
        r = altered(e);
    if (r < 0)
        return r;
    nonce_of(e, nonce);
    e->taken = 0;
    r = cipher_sm4_ctr(e->keys.encrypt, nonce, e->frame + HEAD_BYTES, e->len, e->plain);
    e->plain_bytes += e->len;
    e->frames++;
    return r < 0 ? r : get_frame(e);
}

int envelope_read(struct envelope *e, void *out, size_t len, bool *got)
{
    uint8_t *p = out;
    *got = false;
    if (!e->unlocked)
        return err_fail(GDPOP_ERR_KEY, _("the backup is locked"));
    while (len > 0) {
        if (e->taken == e->len && e->type != 'D')
            return *got ? altered(e) : 0;
        int r = e->taken == e->len ? take_data(e) : 0;
        if (r < 0)
            return r;
        size_t n = e->len - e->taken < len ? e->len - e->taken : len;
        memcpy(p, e->plain + e->taken, n);
        e->taken += n;
        p += n;
        len -= n;
        *got = *got || n > 0;
    }
    return 0;
}

/* At the end frame: that nothing is missing, then the signature, then the end of the file. */
static int read_end(struct envelope *e, const struct sign_key *signer)
{
    uint8_t chain[DIGEST_BYTES], extra;
    size_t got, len;
    int r = 0;
    if (e->type != 'E')
        return altered(e);
    if (e->unlocked && (r = check_mac(e, &len)) == 0 &&
        (len != 8 || bytes_get_be64(e->frame + HEAD_BYTES) != e->plain_bytes))
        r = altered(e);
    memcpy(chain, e->chain, sizeof(chain));
    if (r < 0 || (r = get_frame(e)) < 0)
        return r;
    if (e->type != 'S' || (r = read_all(e, &extra, 1, &got)) < 0 || got > 0)
        return r < 0 ? r : altered(e);
    if (!signer)
        return 0;
    r = sign_check(signer, BYTES(chain, DIGEST_BYTES),
                   BYTES(e->frame + HEAD_BYTES, e->content_len));
    return r == GDPOP_ERR_SEAL ? err_fail(r, _("the backup was not signed by this host's key")) : r;
}

int envelope_finish(struct envelope *e, const struct sign_key *signer)
{
    int r = 0;
    while (r == 0 && e->type == 'D')
        r = e->unlocked ? take_data(e) : get_frame(e);
    return r < 0 ? r : read_end(e, signer);
}
