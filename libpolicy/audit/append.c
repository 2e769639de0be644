#include "audit/private.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/host.h"
#include "base/text.h"
#include "model/codec.h"

#include <stdio.h>

int trail_digest(const uint8_t previous[static DIGEST_BYTES], struct bytes event,
                 uint8_t out[static DIGEST_BYTES])
{
    const struct bytes parts[] = {BYTES(previous, DIGEST_BYTES), event};
    return digest_sm3(parts, 2, out);
}

int trail_newest(struct txn *t, Model__Event **event, Model__TrailEntry **entry)
{
    Model__TrailEntry *last;
    uint64_t sequence;
    *event = NULL;
    if (entry)
        *entry = NULL;
    int r = store_last_event(t, &sequence, &last);
    if (r == GDPOP_ERR_NOT_FOUND)
        return 0;
    if (r == 0)
        r = codec_decode(&model__event__descriptor, BYTES(last->event.data, last->event.len),
                         txn_arena(t), (void **)event);
    if (r == GDPOP_ERR_NOMEM)
        return r;
    if (r < 0 || (*event)->sequence != sequence || last->digest.len != DIGEST_BYTES) {
        *event = NULL;
        return err_fail(GDPOP_ERR_TRAIL, _("the newest event of the trail (%llu) is damaged"),
                        (unsigned long long)sequence);
    }
    if (entry)
        *entry = last;
    return 0;
}

/* What a peer sent must neither break a line of a listing nor keep the event from being read. */
static char *escaped(struct arena *a, const char *text)
{
    char *out = arena_alloc(a, 4 * strlen(text) + 1), *p = out;
    const char *end = text + strlen(text);
    while (out && text < end) {
        const char *next = text;
        long c = text_next(&next, end);
        char one[8] = "";
        size_t len = (size_t)(next - text);
        if (c >= 0 && len < sizeof(one))
            memcpy(one, text, len);
        if (one[0] != '\0' && text_is_clean(one)) {
            memcpy(p, text, len);
            p += len;
            text = next;
        } else {
            p += sprintf(p, "\\x%02x", (unsigned char)*text++);
        }
    }
    return out;
}

static int clean_texts(struct arena *a, Model__Event *e)
{
    const ProtobufCMessageDescriptor *type = e->base.descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].type != PROTOBUF_C_TYPE_STRING)
            continue;
        char **text = (char **)((char *)e + type->fields[i].offset);
        if (!*text)
            *text = (char *)(uintptr_t) "";
        if (!text_is_clean(*text) && !(*text = escaped(a, *text)))
            return GDPOP_ERR_NOMEM;
    }
    return 0;
}

/* Where and when; the texts live in the arena. */
static int stamp(struct txn *t, const Model__Event *newest, bool accept_clock, Model__Event *e)
{
    char *boot_id = arena_alloc(txn_arena(t), 40), *host = arena_alloc(txn_arena(t), 33);
    bool stepped;
    if (!boot_id || !host)
        return GDPOP_ERR_NOMEM;
    host_boot_id(boot_id);
    host_machine_id(host);
    e->sequence = newest ? newest->sequence + 1 : 1;
    e->boot_id = boot_id;
    e->host = host;
    e->uptime = host_uptime();
    e->at = accept_clock ? clock_now()
                         : trail_clock_expected(newest, e->uptime, boot_id, clock_now(), &stepped);
    return 0;
}

static int append(struct txn *t, bool accept_clock, Model__Event *e)
{
    static const uint8_t before_all[DIGEST_BYTES];
    Model__TrailEntry entry = MODEL__TRAIL_ENTRY__INIT, *previous;
    uint8_t digest[DIGEST_BYTES];
    Model__Event *newest;
    struct bytes packed;
    int r;
    if ((r = trail_newest(t, &newest, &previous)) < 0 ||
        (r = stamp(t, newest, accept_clock, e)) < 0 || (r = clean_texts(txn_arena(t), e)) < 0 ||
        (r = codec_encode(e, txn_arena(t), &packed)) < 0 ||
        (r = trail_digest(previous ? previous->digest.data : before_all, packed, digest)) < 0)
        return r;
    entry.event.data = (uint8_t *)(uintptr_t)packed.data;
    entry.event.len = packed.len;
    entry.digest.data = digest;
    entry.digest.len = sizeof(digest);
    return store_append_event(t, e->sequence, &entry);
}

int trail_append(struct txn *t, Model__Event *e)
{
    return append(t, false, e);
}

int trail_accept_clock(struct txn *t, Model__Event *e)
{
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    if (r < 0)
        return r;
    meta->clock_accepted_at = clock_now();
    if ((r = store_put_meta(t, meta)) < 0)
        return r;
    return append(t, true, e);
}
