#include "audit/extract.h"
#include "audit/archive.h"
#include "audit/export.h"
#include "audit/reader.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/host.h"
#include "base/progress.h"
#include "base/text.h"
#include "model/codec.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 1000 };

struct extracting {
    const struct trail_extract *x;
    uint64_t first, next; /* next: number of the event that comes next, 0: none yet */
    struct arena *arena;  /* of one page */
};

static bool is_wanted(const struct trail_extract *x, const struct trail_line *line)
{
    static const int where[] = {TEXT_ACTOR, TEXT_SUBJECT, TEXT_OBJECT};
    if (line->at < x->from_at)
        return false;
    for (const char *const *name = x->names; *name; name++)
        for (size_t i = 0; i < sizeof(where) / sizeof(where[0]); i++)
            if (strcmp(line->text[where[i]], *name) == 0)
                return true;
    return false;
}

static int take(struct extracting *e, const struct trail_line *line)
{
    if (line->sequence != e->next)
        return err_fail(GDPOP_ERR_TRAIL, _("event %llu of the trail is missing or damaged"),
                        (unsigned long long)e->next);
    memcpy(e->x->made->digest, line->digest, DIGEST_BYTES);
    e->x->made->epoch = line->epoch;
    e->next++;
    return is_wanted(e->x, line) ? e->x->each(line, e->x->arg) : 0;
}

/* ---- Archives of what the store has no more ---- */

static int take_archive(struct extracting *e, const struct conf *conf, const Model__Archive *file)
{
    char *path = trail_archive_path(conf, file, e->arena);
    struct trail_line line;
    struct reader *reader;
    int r = path ? reader_open(path, &reader) : GDPOP_ERR_NOMEM, rc = 0;
    if (r < 0)
        return err_prefix(GDPOP_ERR_TRAIL, _("archive of events %llu to %llu"),
                          (unsigned long long)file->first, (unsigned long long)file->last);
    while ((r = reader_next(reader, &line)) == 1 && (rc = take(e, &line)) == 0)
        ;
    reader_close(reader);
    return r < 0 ? r : rc;
}

static int take_archives(struct extracting *e, struct store *s)
{
    Model__Archive **list;
    struct txn *t;
    size_t count = 0;
    int r = store_read(s, e->arena, &t);
    if (r < 0)
        return r;
    r = store_archives(t, &list, &count);
    txn_abort(t);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!list[i]->pruned_at || list[i]->newest_at < e->x->from_at)
            continue;
        if (e->first == 0)
            e->first = e->next = list[i]->first;
        r = take_archive(e, store_conf(s), list[i]);
    }
    return r;
}

/* ---- The store ---- */

static int take_entry(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    struct extracting *e = arg;
    struct trail_line line;
    Model__Event *event;
    (void)sequence;
    if (!entry || entry->digest.len != DIGEST_BYTES)
        return err_fail(GDPOP_ERR_TRAIL, _("event %llu of the trail is missing or damaged"),
                        (unsigned long long)e->next);
    int r = codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len),
                         e->arena, (void **)&event);
    if (r < 0)
        return r;
    line_from(event, entry, &line);
    return take(e, &line);
}

static int take_page(struct extracting *e, struct store *s)
{
    struct arena *a = e->arena = arena_new();
    struct txn *t = NULL;
    uint64_t to = e->next + PAGE - 1 < e->x->last ? e->next + PAGE - 1 : e->x->last;
    int r = a ? store_read(s, a, &t) : GDPOP_ERR_NOMEM;
    if (r == 0)
        r = store_each_event(t, e->next, to, take_entry, e);
    if (r == 0 && e->next != to + 1)
        r = err_fail(GDPOP_ERR_TRAIL, _("event %llu of the trail is missing or damaged"),
                     (unsigned long long)e->next);
    txn_abort(t);
    arena_free(a);
    return r;
}

static int begin(struct extracting *e, struct store *s)
{
    struct statement *made = e->x->made;
    uint64_t from;
    Model__Meta *meta;
    struct txn *t;
    int r = store_read(s, e->arena, &t);
    if (r < 0)
        return r;
    if ((r = store_meta(t, &meta)) == 0)
        snprintf(made->store, sizeof(made->store), "%s", meta->store_id);
    if (r == 0 && (r = trail_find(t, e->x->from_at, &from)) == 0 && e->next < from) {
        e->next = from;
        e->first = e->first ? e->first : from;
    }
    txn_abort(t);
    return r;
}

int trail_extract(struct store *s, const struct trail_extract *x)
{
    struct extracting e = {.x = x};
    char host[33];
    struct arena *a = arena_new();
    int r = a ? 0 : GDPOP_ERR_NOMEM;
    host_machine_id(host);
    *x->made = (struct statement){.kind = "manifest", .last = x->last, .at = clock_now()};
    snprintf(x->made->host, sizeof(x->made->host), "%s", host);
    e.arena = a;
    if (r == 0 && (r = take_archives(&e, s)) == 0)
        r = begin(&e, s);
    x->made->first = e.first;
    uint64_t begun = e.next;
    while (r == 0 && e.next <= x->last) {
        progress_tell(_("Reading events"), e.next - begun, x->last - begun + 1);
        r = take_page(&e, s);
    }
    arena_free(a);
    return r;
}

int trail_sign_end(const struct conf *conf, const struct statement *made, const char *form, int fd)
{
    return trail_sign_copy(conf, made, form, fd, fd);
}
