#include "crypto/seal.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/cipher.h"
#include "crypto/digest.h"

enum {
    VERSION = 1,
    SCHEMA_AT = 1,
    KEY_AT = 3,
    NONCE_AT = 7,
    NONCE_BYTES = 16,
    HEADER_BYTES = NONCE_AT + NONCE_BYTES,
};
_Static_assert(HEADER_BYTES + DIGEST_BYTES == SEAL_OVERHEAD_BYTES, "the form of a sealed value");

static uint32_t get_be(const uint8_t *in, int len)
{
    uint32_t value = 0;
    for (int i = 0; i < len; i++)
        value = value << 8 | in[i];
    return value;
}

/* Under the key that the header names. */
static int authenticate(const struct keyring *k, const struct seal_place *place,
                        const uint8_t *header, struct bytes ciphertext,
                        uint8_t mac[static DIGEST_BYTES])
{
    const struct bytes parts[] = {bytes_of_text(place->table), place->key,
                                  BYTES(header, HEADER_BYTES), ciphertext};
    return keyring_authenticate(k, get_be(header + KEY_AT, 4), parts, 4, mac);
}

static void put_be(uint8_t *out, uint32_t value, int len)
{
    for (int i = len - 1; i >= 0; i--, value >>= 8)
        out[i] = (uint8_t)value;
}

int seal_wrap(const struct keyring *k, const struct seal_place *place, struct bytes plain,
              struct arena *a, struct bytes *out)
{
    *out = BYTES(NULL, 0);
    uint32_t id = keyring_current(k);
    const struct keyring_pair *keys = keyring_pair(k, id);
    if (!keys)
        return err_fail(GDPOP_ERR_INTERNAL, _("the key ring is empty"));
    if (plain.len > SIZE_MAX - SEAL_OVERHEAD_BYTES)
        return err_fail(GDPOP_ERR_TOO_LONG, _("a record is too long"));
    uint8_t *value = arena_alloc(a, plain.len + SEAL_OVERHEAD_BYTES);
    if (!value)
        return GDPOP_ERR_NOMEM;

    value[0] = VERSION;
    put_be(value + SCHEMA_AT, place->schema, 2);
    put_be(value + KEY_AT, id, 4);
    uint8_t *ciphertext = value + HEADER_BYTES;
    int r = digest_random(value + NONCE_AT, NONCE_BYTES);
    if (r == 0)
        r = cipher_sm4_ctr(keys->encrypt, value + NONCE_AT, plain.data, plain.len, ciphertext);
    if (r == 0)
        r = authenticate(k, place, value, BYTES(ciphertext, plain.len), ciphertext + plain.len);
    if (r == 0)
        *out = BYTES(value, plain.len + SEAL_OVERHEAD_BYTES);
    return r;
}

/* The place for people: keys are text or numbers. */
static int refuse(const struct seal_place *place, const char *why)
{
    enum { SHOWN_BYTES = 64 };
    char key[2 * SHOWN_BYTES + 1];
    size_t len = place->key.len < SHOWN_BYTES ? place->key.len : SHOWN_BYTES;
    if (len > 0)
        memcpy(key, place->key.data, len);
    key[len] = '\0';
    if (strlen(key) != len || !text_is_clean(key))
        bytes_to_hex(BYTES(place->key.data, len), key);
    return err_fail(GDPOP_ERR_SEAL, _("table %s, key %s: %s"), place->table, key, why);
}

int seal_open(const struct keyring *k, struct seal_place *place, struct bytes sealed,
              struct arena *a, struct bytes *plain)
{
    const uint8_t *value = sealed.data;
    uint8_t mac[DIGEST_BYTES];
    *plain = BYTES(NULL, 0);
    if (sealed.len < SEAL_OVERHEAD_BYTES)
        return refuse(place, _("the record was cut"));
    if (value[0] != VERSION)
        return refuse(place, _("the record is not sealed in a form known here"));
    const struct keyring_pair *keys = keyring_pair(k, get_be(value + KEY_AT, 4));
    if (!keys)
        return refuse(place, _("the record was sealed with a key that is not on this host"));

    struct bytes ciphertext = BYTES(value + HEADER_BYTES, sealed.len - SEAL_OVERHEAD_BYTES);
    int r = authenticate(k, place, value, ciphertext, mac);
    if (r < 0)
        return r;
    if (!digest_equal(mac, value + HEADER_BYTES + ciphertext.len))
        return refuse(place, _("the record was altered, moved or sealed with another key"));

    uint8_t *text = arena_alloc(a, ciphertext.len);
    if (!text)
        return GDPOP_ERR_NOMEM;
    r = cipher_sm4_ctr(keys->encrypt, value + NONCE_AT, ciphertext.data, ciphertext.len, text);
    if (r < 0)
        return r;
    place->schema = (uint16_t)get_be(value + SCHEMA_AT, 2);
    *plain = BYTES(text, ciphertext.len);
    return 0;
}

uint32_t seal_key_id(struct bytes sealed)
{
    const uint8_t *value = sealed.data;
    return sealed.len < SEAL_OVERHEAD_BYTES || value[0] != VERSION ? 0 : get_be(value + KEY_AT, 4);
}
