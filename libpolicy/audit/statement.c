#include "audit/statement.h"
#include "audit/line.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_in(struct arena *a, const char *text)
{
    size_t len = strlen(text);
    char *out = arena_alloc(a, 6 * len + 3);
    if (out)
        out[line_put_text(text, len, out)] = '\0';
    return out;
}

/* The inner object, braces included. */
static char *write_inner(const struct statement *s, struct arena *a)
{
    char at[33] = "", digest[65], previous[65], file[80] = "";
    const char *by = text_in(a, s->by), *purpose = text_in(a, s->purpose);
    line_put_instant(s->at, 0, at);
    bytes_to_hex(BYTES(s->digest, DIGEST_BYTES), digest);
    bytes_to_hex(BYTES(s->previous, DIGEST_BYTES), previous);
    if (!by || !purpose)
        return NULL;
    if (s->has_file) {
        strcpy(file, ",\"file\":\"");
        bytes_to_hex(BYTES(s->file, DIGEST_BYTES), file + 9);
        strcat(file, "\"");
    }
    if (strcmp(s->kind, "checkpoint") == 0)
        return arena_printf(a,
                            "{\"store\":\"%s\",\"host\":\"%s\",\"sequence\":%llu,\"digest\":\"%s\","
                            "\"epoch\":%llu,\"at\":\"%s\"}",
                            s->store, s->host, (unsigned long long)s->last, digest,
                            (unsigned long long)s->epoch, at);
    return arena_printf(a,
                        "{\"form\":\"%s\",\"store\":\"%s\",\"host\":\"%s\",\"first\":%llu,"
                        "\"last\":%llu,\"previous\":\"%s\",\"digest\":\"%s\",\"epoch\":%llu,"
                        "\"by\":%s,\"purpose\":%s,\"at\":\"%s\"%s}",
                        s->form, s->store, s->host, (unsigned long long)s->first,
                        (unsigned long long)s->last, previous, digest, (unsigned long long)s->epoch,
                        by, purpose, at, file);
}

int statement_write(const struct statement *s, const struct sign_key *key, struct arena *a,
                    char **line)
{
    uint8_t signature[SIGN_MAX_BYTES];
    char hex[2 * SIGN_MAX_BYTES + 1];
    size_t len;
    char *inner = write_inner(s, a);
    *line = NULL;
    if (!inner)
        return GDPOP_ERR_NOMEM;
    int r = sign_make(key, bytes_of_text(inner), signature, &len);
    if (r < 0)
        return r;
    bytes_to_hex(BYTES(signature, len), hex);
    *line = arena_printf(a, "{\"%s\":%s,\"signature\":\"%s\"}\n", s->kind, inner, hex);
    return *line ? 0 : GDPOP_ERR_NOMEM;
}

static int copy(char *out, size_t room, const char *value, size_t len)
{
    if (len >= room)
        return GDPOP_ERR_FORMAT;
    memcpy(out, value, len + 1);
    return 0;
}

static int take(struct statement *s, const char *name, char *value, size_t len)
{
#define TEXT(member, field)                                                                        \
    if (strcmp(name, member) == 0)                                                                 \
    return copy(s->field, sizeof(s->field), value, len)
#define NUMBER(member, field)                                                                      \
    if (strcmp(name, member) == 0)                                                                 \
    return s->field = strtoull(value, NULL, 10), 0
#define HEX(member, field)                                                                         \
    if (strcmp(name, member) == 0)                                                                 \
    return bytes_from_hex(value, s->field, DIGEST_BYTES)
    TEXT("store", store);
    TEXT("host", host);
    TEXT("form", form);
    TEXT("by", by);
    TEXT("purpose", purpose);
    NUMBER("first", first);
    NUMBER("last", last);
    NUMBER("sequence", last);
    NUMBER("epoch", epoch);
    HEX("previous", previous);
    HEX("digest", digest);
    if (strcmp(name, "file") == 0) {
        s->has_file = len == 2 * DIGEST_BYTES;
        return s->has_file ? bytes_from_hex(value, s->file, DIGEST_BYTES) : GDPOP_ERR_FORMAT;
    }
    if (strcmp(name, "at") == 0)
        return clock_parse(value, 0, false, &s->at);
    return 0;
#undef TEXT
#undef NUMBER
#undef HEX
}

/* Parts of the line: kind, inner object, signature. */
static int split(char *text, struct statement *s, struct bytes *inner, uint8_t *signature,
                 size_t *signature_len)
{
    static const char mark[] = ",\"signature\":\"";
    size_t kind = strncmp(text, "{\"checkpoint\":{", 15) == 0 ? 10
                  : strncmp(text, "{\"manifest\":{", 13) == 0 ? 8
                                                              : 0;
    char *at = kind ? strstr(text, mark) : NULL;
    if (!at || at[-1] != '}')
        return GDPOP_ERR_FORMAT;
    memcpy(s->kind, text + 2, kind);
    s->kind[kind] = '\0';
    *inner = BYTES(text + kind + 4, (size_t)(at - (text + kind + 4)));
    char *hex = at + sizeof(mark) - 1;
    size_t digits = strspn(hex, "0123456789abcdef");
    if (strncmp(hex + digits, "\"}", 2) != 0 || digits > 2 * SIGN_MAX_BYTES || digits % 2)
        return GDPOP_ERR_FORMAT;
    hex[digits] = '\0';
    *signature_len = digits / 2;
    return bytes_from_hex(hex, signature, digits / 2);
}

int statement_read(char *text, const struct sign_key *key, struct statement *s, bool *signed_by_key)
{
    uint8_t signature[SIGN_MAX_BYTES];
    struct bytes inner;
    size_t len;
    char *name, *value;
    memset(s, 0, sizeof(*s));
    *signed_by_key = false;
    int r = split(text, s, &inner, signature, &len);
    if (r < 0)
        return GDPOP_ERR_FORMAT;
    if (key)
        *signed_by_key = sign_check(key, inner, BYTES(signature, len)) == 0;
    char *p = (char *)(uintptr_t)inner.data + 1;
    while ((r = line_member(&p, &name, &value, &len)) == 1)
        if (take(s, name, value, len) < 0)
            return GDPOP_ERR_FORMAT;
    return r < 0 || s->last == 0 ? GDPOP_ERR_FORMAT : 0;
}
