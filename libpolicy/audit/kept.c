#include "audit/kept.h"
#include "audit/statement.h"

#include "base/err.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int kept_seal_key(struct verifier *v, struct bytes text, const char *origin)
{
    char copy[512] = "", store[40], hex[65];
    uint64_t epoch;
    uint8_t key[DIGEST_BYTES];
    int end = 0, r = GDPOP_ERR_FORMAT;
    if (text.len < sizeof(copy))
        memcpy(copy, text.data, text.len);
    if (sscanf(copy, "gdpop-seal-key 1 store %39s epoch %" SCNu64 " key %64s %n", store, &epoch,
               hex, &end) == 3 &&
        copy[end] == '\0')
        r = bytes_from_hex(hex, key, sizeof(key));
    if (r < 0)
        r = err_fail(GDPOP_ERR_FORMAT,
                     _("%s is no seal key: expected \"gdpop-seal-key 1\", store, epoch and key"),
                     origin);
    else
        r = verifier_add_key(v, epoch, key);
    explicit_bzero(copy, sizeof(copy));
    explicit_bzero(hex, sizeof(hex));
    explicit_bzero(key, sizeof(key));
    return r;
}

static int add(const struct statement *s, struct trail_anchor **list, size_t *count)
{
    struct trail_anchor *more = realloc(*list, (*count + 1) * sizeof(*more));
    if (!more)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    *list = more;
    struct trail_anchor *n = &more[(*count)++];
    *n = (struct trail_anchor){.sequence = s->last, .epoch = s->epoch, .at = s->at};
    memcpy(n->store, s->store, sizeof(n->store));
    memcpy(n->host, s->host, sizeof(n->host));
    memcpy(n->digest, s->digest, DIGEST_BYTES);
    return 0;
}

static int take_line(char *line, size_t number, const char *origin,
                     const struct sign_key *certificate, struct trail_anchor **list, size_t *count)
{
    struct statement s;
    bool good;
    if (statement_read(line, certificate, &s, &good) < 0)
        return err_fail(GDPOP_ERR_FORMAT, _("%s, line %zu: this is no checkpoint"), origin, number);
    if (certificate && !good)
        return err_fail(GDPOP_ERR_SEAL,
                        _("%s, line %zu: the checkpoint was not signed by the key of this "
                          "certificate: one of the two was exchanged"),
                        origin, number);
    return add(&s, list, count);
}

int kept_anchors(struct bytes text, const char *origin, const struct sign_key *certificate,
                 struct trail_anchor **list, size_t *count)
{
    char *copy = strndup(text.data, text.len), *rest = copy, *line;
    size_t number = 0, before = *count;
    int r = copy ? 0 : err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    while (r == 0 && (line = strsep(&rest, "\n"))) {
        number++;
        if (*line)
            r = take_line(line, number, origin, certificate, list, count);
    }
    if (r == 0 && *count == before)
        r = err_fail(GDPOP_ERR_FORMAT, _("%s holds no checkpoint"), origin);
    free(copy);
    return r;
}
