#include "audit/export.h"
#include "audit/charset.h"
#include "audit/private.h"
#include "audit/sink.h"
#include "audit/statement.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/host.h"
#include "base/progress.h"
#include "base/text.h"
#include "crypto/digester.h"
#include "model/codec.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 1000 };

static int sign_path(const struct conf *conf, char out[static PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/%s", conf->key_dir, TRAIL_SIGN_KEY) >= PATH_MAX)
        return err_fail(GDPOP_ERR_CONFIG, _("the path %s is too long"), conf->key_dir);
    return 0;
}

int trail_make_sign_key(const struct conf *conf)
{
    char path[PATH_MAX];
    int r = sign_path(conf, path);
    return r < 0 ? r : sign_key_create(path);
}

int trail_sign_key(const struct conf *conf, struct sign_key **key)
{
    char path[PATH_MAX];
    int r = sign_path(conf, path);
    *key = NULL;
    return r < 0 ? r : sign_key_read(path, key);
}

int trail_public_key(const struct conf *conf, struct arena *a, char **pem)
{
    struct sign_key *key;
    *pem = NULL;
    int r = trail_sign_key(conf, &key);
    if (r == 0)
        r = sign_public_pem(key, a, pem);
    sign_key_free(key);
    return r;
}

/* ---- Where events stand ---- */

static int keep_number(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    (void)entry;
    *(uint64_t *)arg = sequence;
    return 1;
}

int trail_bounds(struct txn *t, uint64_t *first, uint64_t *last)
{
    Model__TrailEntry *entry;
    *first = 0;
    int r = store_last_event(t, last, &entry);
    if (r == GDPOP_ERR_NOT_FOUND)
        return 0;
    if (r == 0)
        r = store_each_event(t, 1, 0, keep_number, first);
    return r < 0 ? r : 0;
}

static int keep_instant(const Model__Event *e, void *arg)
{
    *(int64_t *)arg = e->at;
    return 0;
}

int trail_find(struct txn *t, int64_t at, uint64_t *sequence)
{
    uint64_t low, high;
    int r = trail_bounds(t, &low, &high);
    for (high += low > 0; r == 0 && low < high;) { /* the answer lies in low..high */
        uint64_t middle = low + (high - low) / 2;
        int64_t then = 0;
        r = trail_walk(t, middle, middle, keep_instant, &then);
        if (then >= at)
            high = middle;
        else
            low = middle + 1;
    }
    *sequence = low ? low : 1;
    return r;
}

/* ---- Export ---- */

struct writing {
    const struct trail_export *x;
    struct sink sink;
    struct statement statement;
    struct arena *arena; /* of one page */
    uint64_t next;
    struct charset *charset; /* NULL: UTF-8 */
    struct txn *txn;         /* of one page */
    char line[LINE_MAX_BYTES + EXPORT_MORE_BYTES];
};

static int write_text(struct writing *w, char *text, size_t len)
{
    if (w->charset && charset_convert(w->charset, &text, &len) < 0)
        return err_fail(GDPOP_ERR_FORMAT, _("event %llu of the trail cannot be written in GB18030"),
                        (unsigned long long)w->next);
    return sink_write(&w->sink, text, len);
}

/* GB18030 has no byte order mark. */
static int write_head(struct writing *w)
{
    static const size_t mark = 3;
    size_t len = line_write_head(w->x->format, w->line);
    if (w->x->more)
        len = (size_t)sprintf(w->line + len - 2, "%s\r\n", w->x->more_head) + len - 2;
    return w->charset ? write_text(w, w->line + mark, len - mark) : write_text(w, w->line, len);
}

/* In front of the end of the line. */
static int write_more(struct writing *w, const struct trail_line *line, size_t *len)
{
    int r = w->x->more ? w->x->more(w->txn, line, w->line + *len - 2, w->x->more_arg) : 0;
    if (r <= 0)
        return r;
    *len += (size_t)r;
    memcpy(w->line + *len - 2, "\r\n", 2);
    return 0;
}

static int write_event(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    struct writing *w = arg;
    struct trail_line line;
    Model__Event *e;
    if (sequence != w->next || !entry || entry->digest.len != DIGEST_BYTES)
        return err_fail(GDPOP_ERR_TRAIL, _("event %llu of the trail is missing or damaged"),
                        (unsigned long long)w->next);
    int r = codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len),
                         w->arena, (void **)&e);
    if (r < 0)
        return r;
    line_from(e, entry, &line);
    size_t len = line_write(&line, w->x->format, w->x->utc_offset_min, w->line);
    if (len == 0)
        return err_fail(GDPOP_ERR_TOO_LONG, _("event %llu of the trail is too long"),
                        (unsigned long long)sequence);
    if ((r = write_more(w, &line, &len)) < 0)
        return r;
    memcpy(w->statement.digest, line.digest, DIGEST_BYTES);
    w->statement.epoch = line.epoch;
    int rc = write_text(w, w->line, len);
    w->next++;
    return rc;
}

static int keep_digest(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    (void)sequence;
    if (!entry || entry->digest.len != DIGEST_BYTES)
        return 0;
    memcpy(arg, entry->digest.data, DIGEST_BYTES);
    return 1;
}

/* What stands before the first event may be in an archive only. */
int trail_digest_before(struct txn *t, uint64_t first, uint8_t digest[static DIGEST_BYTES])
{
    Model__Archive *x;
    memset(digest, 0, DIGEST_BYTES);
    if (first <= 1)
        return 0;
    int r = store_each_event(t, first - 1, first - 1, keep_digest, digest);
    if (r != 0)
        return r < 0 ? r : 0;
    r = store_get_archive(t, first - 1, &x);
    if (r == 0 && x->digest.len == DIGEST_BYTES)
        memcpy(digest, x->digest.data, DIGEST_BYTES);
    else if (r == 0 || r == GDPOP_ERR_NOT_FOUND)
        r = err_fail(GDPOP_ERR_TRAIL, _("event %llu of the trail is missing or damaged"),
                     (unsigned long long)first - 1);
    return r;
}

/* One page in a read transaction of its own: a long one would keep freed pages from use. */
static int write_page(struct store *s, struct writing *w)
{
    struct arena *a = arena_new();
    struct txn *t = NULL;
    Model__Meta *meta;
    uint64_t to = w->next + PAGE - 1 < w->x->last ? w->next + PAGE - 1 : w->x->last;
    int r = a ? store_read(s, a, &t) : GDPOP_ERR_NOMEM;
    w->arena = a;
    w->txn = t;
    if (r == 0 && w->next == w->x->first && (r = store_meta(t, &meta)) == 0) {
        snprintf(w->statement.store, sizeof(w->statement.store), "%s", meta->store_id);
        r = trail_digest_before(t, w->x->first, w->statement.previous);
    }
    if (r == 0)
        r = store_each_event(t, w->next, to, write_event, w);
    if (r == 0 && w->next != to + 1)
        r = err_fail(GDPOP_ERR_TRAIL, _("event %llu of the trail is missing or damaged"),
                     (unsigned long long)w->next);
    txn_abort(t);
    arena_free(a);
    return r;
}

/* In CSV a row of two columns. */
static int write_manifest(struct writing *w, const struct sign_key *key)
{
    struct arena *a = arena_new();
    char *line;
    int r = a ? statement_write(&w->statement, key, a, &line) : GDPOP_ERR_NOMEM;
    if (r == 0 && w->x->format == LINE_JSONL) {
        r = sink_write(&w->sink, line, strlen(line));
    } else if (r == 0) {
        char *p = stpcpy(w->line, "manifest,\"");
        for (const char *c = line; *c && *c != '\n'; *p++ = *c++)
            if (*c == '"')
                *p++ = '"';
        p = stpcpy(p, "\"\r\n");
        r = write_text(w, w->line, (size_t)(p - w->line));
    }
    arena_free(a);
    return r;
}

static void describe(struct writing *w)
{
    struct statement *s = &w->statement;
    char host[33];
    host_machine_id(host);
    strcpy(s->kind, "manifest");
    snprintf(s->host, sizeof(s->host), "%s", host);
    snprintf(s->form, sizeof(s->form), "%s", w->x->form);
    snprintf(s->by, sizeof(s->by), "%s", w->x->by);
    snprintf(s->purpose, sizeof(s->purpose), "%s", w->x->purpose);
    s->first = w->x->first;
    s->last = w->x->last;
    s->at = clock_now();
}

int trail_export(struct store *s, const struct trail_export *x, int fd, uint8_t previous[static 32],
                 uint8_t digest[static 32])
{
    struct writing *w = calloc(1, sizeof(*w));
    struct sign_key *key = NULL;
    int r = w ? 0 : err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    if (r < 0)
        return r;
    *w = (struct writing){.x = x, .next = x->first};
    describe(w);
    if ((r = trail_sign_key(store_conf(s), &key)) == 0 &&
        (r = sink_open(&w->sink, fd, x->compressed)) == 0) {
        if (x->gb18030 && x->format == LINE_CSV)
            r = charset_open(true, &w->charset);
        if (r == 0)
            r = write_head(w);
        while (r == 0 && w->next <= x->last) {
            progress_tell(_("Writing events"), w->next - x->first, x->last - x->first + 1);
            r = write_page(s, w);
        }
        if (r == 0)
            r = write_manifest(w, key);
        r = sink_close(&w->sink, r);
    }
    if (x->made)
        *x->made = w->statement;
    memcpy(previous, w->statement.previous, DIGEST_BYTES);
    memcpy(digest, w->statement.digest, DIGEST_BYTES);
    sign_key_free(key);
    charset_close(w->charset);
    free(w);
    return r;
}

int trail_sign_copy(const struct conf *conf, const struct statement *made, const char *form, int fd,
                    int manifest_fd)
{
    struct statement s = *made;
    struct sign_key *key = NULL;
    struct digester *d = NULL;
    struct arena *a = arena_new();
    struct sink sink;
    char *line;
    int r = a ? digester_new(&d) : GDPOP_ERR_NOMEM;
    snprintf(s.form, sizeof(s.form), "%s", form);
    s.has_file = true;
    if (r == 0 && (r = digester_file(d, fd, s.file)) == 0 &&
        (r = trail_sign_key(conf, &key)) == 0 && (r = statement_write(&s, key, a, &line)) == 0 &&
        (r = sink_open(&sink, manifest_fd, false)) == 0) {
        r = sink_write(&sink, line, strlen(line));
        r = sink_close(&sink, r);
    }
    sign_key_free(key);
    digester_free(d);
    arena_free(a);
    return r;
}

int trail_checkpoint(struct txn *t, char **line, uint64_t *sequence)
{
    struct statement s = {.kind = "checkpoint"};
    const struct conf *conf = store_conf(txn_store(t));
    struct sign_key *key;
    Model__TrailEntry *entry;
    Model__Event *e;
    Model__Meta *meta;
    *line = NULL;
    *sequence = 0;
    int r = trail_newest(t, &e, &entry);
    if (r == 0 && !e)
        return err_fail(GDPOP_ERR_NOT_FOUND, _("the trail is empty"));
    if (r < 0 || (r = store_meta(t, &meta)) < 0 || (r = trail_sign_key(conf, &key)) < 0)
        return r;
    snprintf(s.store, sizeof(s.store), "%s", meta->store_id);
    snprintf(s.host, sizeof(s.host), "%s", e->host);
    s.last = *sequence = e->sequence;
    s.epoch = entry->epoch;
    s.at = clock_now();
    memcpy(s.digest, entry->digest.data, DIGEST_BYTES);
    r = statement_write(&s, key, txn_arena(t), line);
    sign_key_free(key);
    return r;
}
