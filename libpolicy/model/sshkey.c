#include "model/sshkey.h"

#include "base/err.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>

enum { SSHKEY_MAX_BYTES = 16384 };

/* Key types: the certificate's name, and how many fields (strings or numbers, both with a length)
 * make the key after the type (and, in a certificate, after the nonce). */
static const struct key_type {
    const char *name, *certificate;
    int fields;
} key_types[] = {
    {"ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", 1},
    {"ssh-rsa", "ssh-rsa-cert-v01@openssh.com", 2},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com", 2},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com", 2},
    {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com", 2},
    {"sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com", 2},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3},
};

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_decode(const char *text, size_t len, uint8_t *out, size_t *out_len)
{
    size_t n = 0;
    uint32_t bits = 0;
    int held = 0;
    while (len > 0 && text[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        const char *digit = text[i] ? strchr(base64_digits, text[i]) : NULL;
        if (!digit)
            return GDPOP_ERR_FORMAT;
        bits = bits << 6 | (uint32_t)(digit - base64_digits);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[n++] = (uint8_t)(bits >> held);
        }
    }
    *out_len = n;
    return held >= 6 || (bits & ((1u << held) - 1)) ? GDPOP_ERR_FORMAT : 0;
}

static void base64_encode(const uint8_t *in, size_t len, char *out)
{
    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16;
        if (i + 1 < len)
            v |= (uint32_t)in[i + 1] << 8;
        if (i + 2 < len)
            v |= in[i + 2];
        *out++ = base64_digits[v >> 18];
        *out++ = base64_digits[v >> 12 & 63];
        *out++ = i + 1 < len ? base64_digits[v >> 6 & 63] : '=';
        *out++ = i + 2 < len ? base64_digits[v & 63] : '=';
    }
    *out = '\0';
}

/* The next field of a blob (4 bytes length, then the bytes), *at moved past it. */
static int blob_field(struct bytes blob, size_t *at, struct bytes *field)
{
    const uint8_t *p = blob.data;
    if (blob.len - *at < 4)
        return GDPOP_ERR_FORMAT;
    size_t len =
        (size_t)p[*at] << 24 | (size_t)p[*at + 1] << 16 | (size_t)p[*at + 2] << 8 | p[*at + 3];
    if (len > blob.len - *at - 4)
        return GDPOP_ERR_FORMAT;
    *field = BYTES(p + *at + 4, len);
    *at += 4 + len;
    return 0;
}

static void blob_put(uint8_t **to, struct bytes field)
{
    uint8_t *p = *to;
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(field.len >> (24 - 8 * i));
    memcpy(p + 4, field.data, field.len);
    *to = p + 4 + field.len;
}

/* The blob of the plain key out of blob (a key's or a certificate's) into out, which is as large.
 */
static int blob_plain(const struct key_type *type, bool certificate, struct bytes blob,
                      uint8_t *out, size_t *out_len)
{
    struct bytes field;
    size_t at = 0;
    uint8_t *to = out;
    int r;
    const char *name = certificate ? type->certificate : type->name;
    if ((r = blob_field(blob, &at, &field)) != 0)
        return r;
    if (!bytes_equal(field, bytes_of_text(name)))
        return GDPOP_ERR_FORMAT;
    if (certificate && (r = blob_field(blob, &at, &field)) != 0)
        return r;
    blob_put(&to, bytes_of_text(type->name));
    for (int i = 0; i < type->fields; i++) {
        if ((r = blob_field(blob, &at, &field)) != 0)
            return r;
        blob_put(&to, field);
    }
    if (!certificate && at != blob.len)
        return GDPOP_ERR_FORMAT;
    *out_len = (size_t)(to - out);
    return 0;
}

static const struct key_type *type_of(const char *word, size_t len, bool *certificate)
{
    for (size_t i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++) {
        struct bytes w = BYTES(word, len);
        *certificate = bytes_equal(w, bytes_of_text(key_types[i].certificate));
        if (*certificate || bytes_equal(w, bytes_of_text(key_types[i].name)))
            return &key_types[i];
    }
    return NULL;
}

int sshkey_plain(const char *line, struct arena *a, char **plain)
{
    bool certificate = false;
    size_t blob_len, plain_len;
    *plain = NULL;
    line += strspn(line, " \t");
    size_t type_len = strcspn(line, " \t\r\n");
    const char *digits = line + type_len + strspn(line + type_len, " \t");
    size_t digits_len = strcspn(digits, " \t\r\n");
    const struct key_type *type = type_of(line, type_len, &certificate);
    if (!type)
        return err_fail(
            GDPOP_ERR_FORMAT,
            _("not a public key that gdpop knows: expected a line such as \"ssh-ed25519 AAAA…\""));
    if (digits_len == 0 || digits_len > SSHKEY_MAX_BYTES)
        return err_fail(GDPOP_ERR_FORMAT, _("the %s key has no or too much base64 text"),
                        type->name);
    uint8_t *blob = arena_alloc(a, digits_len);
    uint8_t *out = arena_alloc(a, digits_len + 64);
    if (!blob || !out)
        return GDPOP_ERR_NOMEM;
    if (base64_decode(digits, digits_len, blob, &blob_len) != 0 ||
        blob_plain(type, certificate, BYTES(blob, blob_len), out, &plain_len) != 0)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("the %s key is damaged: its base64 text is cut off or altered"),
                        type->name);
    size_t name_len = strlen(type->name);
    char *text = arena_alloc(a, name_len + 1 + (plain_len + 2) / 3 * 4 + 1);
    if (!text)
        return GDPOP_ERR_NOMEM;
    memcpy(text, type->name, name_len);
    text[name_len] = ' ';
    base64_encode(out, plain_len, text + name_len + 1);
    *plain = text;
    return 0;
}

int sshkey_from_auth_info(const char *auth_info, struct arena *a, char **plain)
{
    static const char method[] = "publickey ";
    *plain = NULL;
    for (const char *line = auth_info; line && *line;
         line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, method, sizeof(method) - 1) == 0)
            return sshkey_plain(line + sizeof(method) - 1, a, plain);
    return GDPOP_ERR_NOT_FOUND;
}
