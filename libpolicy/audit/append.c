#include "audit/private.h"
#include "audit/sealing.h"

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

/* So long that every event fits a line of an export, or one long user name would keep the trail
 * from ever being exported. The characters stay whole. */
enum { TEXT_MAX_BYTES = 448 };

static int cut(struct arena *a, char **text, size_t max)
{
    static const char mark[] = "…";
    if (strlen(*text) <= max)
        return 0;
    *text = arena_printf(a, "%.*s%s", (int)text_fit(*text, max - strlen(mark)), *text, mark);
    return *text ? 0 : GDPOP_ERR_NOMEM;
}

static int clean_texts(struct arena *a, Model__Event *e)
{
    const ProtobufCMessageDescriptor *type = e->base.descriptor;
    int r;
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].type != PROTOBUF_C_TYPE_STRING)
            continue;
        char **text = (char **)((char *)e + type->fields[i].offset);
        if (!*text)
            *text = (char *)(uintptr_t) "";
        if (!text_is_clean(*text) && !(*text = escaped(a, *text)))
            return GDPOP_ERR_NOMEM;
        if ((r = cut(a, text, text == &e->detail ? TRAIL_DETAIL_MAX_BYTES : TEXT_MAX_BYTES)) != 0)
            return r;
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

/* Where the trail ends and what seals the next event. */
struct end {
    Model__Event *newest; /* NULL: the trail is empty */
    bool unsealed;        /* newest has no seal */
    uint8_t digest[DIGEST_BYTES];
    struct sealing *sealing;
};

static int find_end(struct txn *t, bool anyway, struct end *end)
{
    Model__TrailEntry *entry;
    memset(end->digest, 0, sizeof(end->digest));
    int r = trail_newest(t, &end->newest, &entry);
    if (r == 0 && entry)
        memcpy(end->digest, entry->digest.data, DIGEST_BYTES);
    end->unsealed = r == 0 && entry && entry->mac.len == 0;
    return r == 0 ? sealing_open(t, end->newest, entry, anyway, &end->sealing) : r;
}

/* Without a key the event stands unsealed in the epoch that would have been. */
static int seal(const struct sealing *s, const uint8_t digest[static DIGEST_BYTES],
                uint8_t mac[static DIGEST_BYTES], Model__TrailEntry *entry)
{
    entry->epoch = s->lacks ? s->epoch : sealing_slot(s)->epoch;
    if (s->lacks)
        return 0;
    entry->mac.data = mac;
    entry->mac.len = DIGEST_BYTES;
    return sealing_mac(sealing_slot(s), digest, mac);
}

/* Chains, seals and writes e behind the end, which it becomes. */
static int put(struct txn *t, struct end *end, Model__Event *e)
{
    Model__TrailEntry entry = MODEL__TRAIL_ENTRY__INIT;
    uint8_t digest[DIGEST_BYTES], mac[DIGEST_BYTES];
    struct bytes packed;
    int r;
    if ((r = clean_texts(txn_arena(t), e)) < 0 ||
        (r = codec_encode(e, txn_arena(t), &packed)) < 0 ||
        (r = trail_digest(end->digest, packed, digest)) < 0 ||
        (r = seal(end->sealing, digest, mac, &entry)) < 0)
        return r;
    memcpy(end->digest, digest, sizeof(digest));
    entry.event.data = (uint8_t *)(uintptr_t)packed.data;
    entry.event.len = packed.len;
    entry.digest.data = end->digest;
    entry.digest.len = sizeof(end->digest);
    end->newest = e;
    end->unsealed = entry.mac.len == 0;
    return store_append_event(t, e->sequence, &entry);
}

/* Instant of the epoch's first event. */
static int epoch_began(struct txn *t, const struct seal_slot *slot, int64_t *at)
{
    uint8_t key[8];
    Model__TrailEntry *entry;
    Model__Event *first;
    bytes_put_be64(key, slot->first);
    int r = store_get(t, &table_event, BYTES(key, sizeof(key)), (void **)&entry);
    if (r == 0)
        r = codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len),
                         txn_arena(t), (void **)&first);
    *at = r == 0 ? first->at : 0;
    return r == GDPOP_ERR_NOMEM ? r : 0; /* one that cannot be read is as old as can be */
}

static int is_due(struct txn *t, const struct end *end, int64_t now_at, uint32_t limit_sec,
                  uint32_t limit_events, bool *due)
{
    const struct seal_slot *slot = sealing_slot(end->sealing);
    uint64_t last = end->newest ? end->newest->sequence : 0;
    int64_t began_at;
    *due = false;
    if (last < slot->first || end->sealing->changed)
        return 0;
    *due = last - slot->first + 1 >= limit_events;
    if (*due)
        return 0;
    int r = epoch_began(t, slot, &began_at);
    *due = now_at - began_at >= (int64_t)limit_sec * CLOCK_SECOND;
    return r;
}

/* An event of the trail about itself. */
static int put_own(struct txn *t, struct end *end, const char *action, const char *detail)
{
    Model__Event *e = arena_alloc(txn_arena(t), sizeof(*e));
    if (!e || !detail)
        return GDPOP_ERR_NOMEM;
    model__event__init(e);
    e->actor = (char *)(uintptr_t) "gdpop";
    e->action = (char *)(uintptr_t)action;
    e->outcome = (char *)(uintptr_t) "done";
    e->detail = (char *)(uintptr_t)detail;
    int r = stamp(t, end->newest, false, e);
    return r == 0 ? put(t, end, e) : r;
}

static int put_closing_event(struct txn *t, struct end *end)
{
    const struct seal_slot *slot = sealing_slot(end->sealing);
    return put_own(t, end, TRAIL_EPOCH_ACTION,
                   arena_printf(txn_arena(t), "epoch %llu: %llu events",
                                (unsigned long long)slot->epoch,
                                (unsigned long long)(end->newest->sequence - slot->first + 2)));
}

static int close_epoch(struct txn *t, struct end *end, const struct trail_limits *limits)
{
    int r = put_closing_event(t, end);
    if (r < 0)
        return r;
    return sealing_next(end->sealing, end->newest->sequence + 1, limits ? limits->epoch_sec : 0,
                        limits ? limits->epoch_events : 0);
}

static int append_unsealed(struct txn *t, struct end *end, Model__Event *e)
{
    int r = end->unsealed ? 0 : put_own(t, end, TRAIL_UNSEALED_ACTION, end->sealing->lacks);
    if (r < 0 || (r = stamp(t, end->newest, false, e)) < 0)
        return r;
    return put(t, end, e);
}

static int append(struct txn *t, bool accept_clock, bool anyway, Model__Event *e)
{
    struct end end;
    bool due;
    int r;
    if ((r = find_end(t, anyway, &end)) < 0)
        return r;
    if (end.sealing->lacks)
        return append_unsealed(t, &end, e);
    if ((r = stamp(t, end.newest, accept_clock, e)) < 0)
        return r;
    const struct seal_slot *slot = sealing_slot(end.sealing);
    if ((r = is_due(t, &end, e->at, slot->limit_sec, slot->limit_events, &due)) < 0)
        return r;
    if (due &&
        ((r = close_epoch(t, &end, NULL)) < 0 || (r = stamp(t, end.newest, accept_clock, e)) < 0))
        return r;
    return put(t, &end, e);
}

int trail_append(struct txn *t, Model__Event *e)
{
    return append(t, false, false, e);
}

int trail_append_anyway(struct txn *t, Model__Event *e)
{
    return append(t, false, true, e);
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
    return append(t, true, false, e);
}

int trail_end_epoch(struct txn *t, const struct trail_limits *limits, bool *ended)
{
    struct end end;
    int64_t now_at;
    int r = trail_now(t, &now_at);
    *ended = false;
    if ((r < 0 && r != GDPOP_ERR_CLOCK) || (r = find_end(t, false, &end)) < 0 ||
        (r = is_due(t, &end, now_at, limits->epoch_sec, limits->epoch_events, ended)) < 0)
        return r;
    return *ended ? close_epoch(t, &end, limits) : 0;
}

int trail_close_epoch(struct txn *t)
{
    struct end end;
    int r = find_end(t, false, &end);
    if (r < 0 || end.sealing->lacks || !end.newest ||
        end.newest->sequence < sealing_slot(end.sealing)->first)
        return r;
    return close_epoch(t, &end, NULL);
}

int trail_seal_state(struct txn *t, uint64_t *epoch, const char **sentence)
{
    Model__Event *newest;
    Model__TrailEntry *entry;
    int r = trail_newest(t, &newest, &entry);
    return r == 0 ? sealing_state(t, newest, entry, epoch, sentence) : r;
}

static int key_text(struct txn *t, const struct seal_slot *slot, struct secret *out)
{
    Model__Meta *meta;
    char hex[2 * DIGEST_BYTES + 1], text[256];
    int r = store_meta(t, &meta);
    if (r < 0)
        return r;
    bytes_to_hex(BYTES(slot->key, sizeof(slot->key)), hex);
    int len = snprintf(text, sizeof(text), "gdpop-seal-key 1\nstore %s\nepoch %llu\nkey %s\n",
                       meta->store_id, (unsigned long long)slot->epoch, hex);
    r = secret_set(out, text, (size_t)len);
    explicit_bzero(hex, sizeof(hex));
    explicit_bzero(text, sizeof(text));
    return r;
}

int trail_first_key(struct txn *t, struct secret *out)
{
    struct end end;
    int r = find_end(t, false, &end);
    if (r == 0 && (sealing_slot(end.sealing)->epoch != 0 || end.sealing->changed))
        r = err_fail(GDPOP_ERR_REFUSED, _("the first key of the trail is gone: it was given out "
                                          "when the store was made"));
    return r == 0 ? key_text(t, sealing_slot(end.sealing), out) : r;
}

int trail_rekey(struct txn *t, Model__Event *e, struct secret *out)
{
    struct end end = {.newest = NULL};
    Model__TrailEntry *entry;
    int r = find_end(t, false, &end);
    if (r == 0 && end.newest && end.newest->sequence >= sealing_slot(end.sealing)->first)
        r = put_closing_event(t, &end);
    else if (r == GDPOP_ERR_SEAL || r == GDPOP_ERR_KEY || r == GDPOP_ERR_SYSTEM)
        r = 0; /* what the lost key sealed stays without a closing event */
    if (r < 0 || (r = trail_newest(t, &end.newest, &entry)) < 0)
        return r;
    uint64_t epoch = sealing_epoch_after(end.newest, entry), first = 1;
    if (end.newest) {
        first = end.newest->sequence + 1;
        epoch = entry->epoch + 1;
        memcpy(end.digest, entry->digest.data, DIGEST_BYTES);
    }
    if ((r = sealing_renew(t, epoch, first, &end.sealing)) < 0 ||
        (r = stamp(t, end.newest, false, e)) < 0)
        return r;
    e->action = (char *)(uintptr_t)TRAIL_REKEY_ACTION;
    r = put(t, &end, e);
    return r == 0 ? key_text(t, sealing_slot(end.sealing), out) : r;
}
