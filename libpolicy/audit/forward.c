#include "audit/forward.h"

#include "audit/export.h"
#include "audit/line.h"
#include "audit/private.h"
#include "audit/sealing.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "model/codec.h"

#include <stdio.h>
#include <stdlib.h>

struct shipping {
    enum conf_forward to;
    struct forward_cursor cursor;
    struct forward_sink sink;
    int utc_offset_min;
    bool epoch_ended;
    char line[LINE_MAX_BYTES];
    char buffer[FORWARD_MAX_BYTES];
};

int forward_check(struct txn *t, enum conf_forward to, const struct forward_cursor *c)
{
    uint8_t digest[DIGEST_BYTES];
    uint64_t first, last;
    int r = trail_bounds(t, &first, &last);
    if (r < 0 || c->sequence == 0 || (first > 0 && c->sequence + 1 < first))
        return r;
    if (c->sequence <= last && (r = trail_digest_before(t, c->sequence + 1, digest)) < 0)
        return r;
    if (c->sequence <= last && memcmp(digest, c->digest, DIGEST_BYTES) == 0)
        return 0;
    return err_fail(GDPOP_ERR_TRAIL,
                    _("event %llu was forwarded (%s) and does not stand so in the trail: the store "
                      "was put back or the trail altered. When that is explained: gdpop-admin "
                      "audit forward --from SEQ"),
                    (unsigned long long)c->sequence, conf_forward_names[to]);
}

/* One event; 1 ends the walk because the destination takes no more now. */
static int ship(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    struct shipping *s = arg;
    struct trail_line line;
    Model__Event *e;
    if (!entry || entry->digest.len != DIGEST_BYTES)
        return err_fail(GDPOP_ERR_TRAIL, _("event %llu of the trail is missing or damaged"),
                        (unsigned long long)sequence);
    struct arena *a = arena_new();
    int r = a ? codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len),
                             a, (void **)&e)
              : GDPOP_ERR_NOMEM;
    if (r == 0) {
        line_from(e, entry, &line);
        size_t len = line_write(&line, LINE_JSONL, s->utc_offset_min, s->line);
        const struct forward_item item = {e, entry, s->line, len - 1, e->at, s->utc_offset_min};
        r = len ? forward_send(&s->sink, s->to, &item, s->buffer)
                : err_fail(GDPOP_ERR_TOO_LONG, _("event %llu of the trail is too long"),
                           (unsigned long long)sequence);
    }
    if (r == 1) {
        s->epoch_ended |= strcmp(e->action, TRAIL_EPOCH_ACTION) == 0;
        s->cursor.sequence = sequence;
        memcpy(s->cursor.digest, entry->digest.data, DIGEST_BYTES);
    }
    arena_free(a);
    return r < 0 ? r : r == 0;
}

/* Where an epoch has ended, an anchor goes along, of the newest event. */
static void ship_checkpoint(struct txn *t, struct shipping *s)
{
    struct forward_item item = {.at = clock_now(), .utc_offset_min = s->utc_offset_min};
    uint64_t sequence;
    char *line;
    if (trail_checkpoint(t, &line, &sequence) < 0) {
        log_error("no checkpoint of the audit trail is forwarded: %s", err_sentence());
        return;
    }
    item.line = line;
    item.len = strcspn(line, "\n");
    (void)forward_send(&s->sink, s->to, &item, s->buffer);
}

static int ship_to(struct txn *t, struct shipping *s, uint64_t last, struct forward_report *report)
{
    uint64_t from = s->cursor.sequence + 1, to = from + FORWARD_BATCH - 1;
    if (from > last)
        return 0;
    if (!forward_open(&s->sink, s->to, store_conf(txn_store(t)))) {
        snprintf(report->why, sizeof(report->why), "%s", err_sentence());
        return 0;
    }
    int r = store_each_event(t, from, to < last ? to : last, ship, s);
    if (r != 0)
        snprintf(report->why, sizeof(report->why), "%s", err_sentence());
    report->sent += s->cursor.sequence + 1 - from;
    report->left |= r == 0 && s->cursor.sequence < last;
    if (r == 0 && s->cursor.sequence == last && s->epoch_ended)
        ship_checkpoint(t, s);
    forward_close(&s->sink);
    return r < 0 ? r : 0;
}

static int check_all(struct txn *t, const struct forward_state *state)
{
    int r = 0;
    for (int i = 0; r == 0 && i < CONF_FORWARD_COUNT; i++)
        if (store_conf(txn_store(t))->forward & 1U << i)
            r = forward_check(t, (enum conf_forward)i, &state->to[i]);
    return r;
}

int forward_some(struct txn *t, int utc_offset_min, struct forward_report *report)
{
    const struct conf *conf = store_conf(txn_store(t));
    struct forward_state state;
    uint64_t first, last;
    *report = (struct forward_report){.sent = 0};
    struct shipping *s = malloc(sizeof(*s));
    int r = s ? forward_state_read(conf->store_dir, &state) : GDPOP_ERR_NOMEM;
    if (r < 0 || (r = check_all(t, &state)) < 0 || (r = trail_bounds(t, &first, &last)) < 0)
        goto out;
    for (int i = 0; r == 0 && i < CONF_FORWARD_COUNT; i++) {
        if (!(conf->forward & 1U << i))
            continue;
        *s = (struct shipping){.to = (enum conf_forward)i,
                               .cursor = state.to[i],
                               .sink.fd = -1,
                               .utc_offset_min = utc_offset_min};
        if (first > 0 && s->cursor.sequence + 1 < first)
            s->cursor.sequence = first - 1;
        r = ship_to(t, s, last, report);
        state.to[i] = s->cursor;
    }
    /* What went out is written down whatever came after it. */
    if (report->sent > 0) {
        int written = forward_state_write(conf->store_dir, &state);
        r = r < 0 ? r : written;
    }
out:
    free(s);
    return r;
}

int forward_restart(struct txn *t, uint64_t first)
{
    const struct conf *conf = store_conf(txn_store(t));
    struct forward_state state;
    struct forward_cursor cursor = {first > 0 ? first - 1 : 0, {0}};
    uint64_t begin, last;
    int r = trail_bounds(t, &begin, &last);
    if (r == 0 && (first == 0 || first > last + 1))
        r = err_fail(GDPOP_ERR_NOT_FOUND, _("there is no event %llu"), (unsigned long long)first);
    if (r < 0 || (r = trail_digest_before(t, first, cursor.digest)) < 0)
        return r;
    if (forward_state_read(conf->store_dir, &state) < 0)
        state = (struct forward_state){.to[0].sequence = 0};
    for (int i = 0; i < CONF_FORWARD_COUNT; i++)
        if (conf->forward & 1U << i)
            state.to[i] = cursor;
    return forward_state_write(conf->store_dir, &state);
}
