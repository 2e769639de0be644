#include "audit/sealing.h"

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* The order that lets a crash happen anywhere: the next key is on the disk before the commit that
 * ends the epoch, the old one is erased after it. In between both are there, and the epoch of the
 * newest event in the store tells which one is redundant. */

uint64_t sealing_epoch_after(const Model__Event *newest, const Model__TrailEntry *entry)
{
    if (!newest)
        return 0;
    return entry->epoch + (strcmp(newest->action, TRAIL_EPOCH_ACTION) == 0 ? 1 : 0);
}

static void ended(struct txn_note *n, bool durable)
{
    struct sealing *s = (struct sealing *)n;
    int other = 1 - s->current;
    bool redundant = durable || !s->changed;
    if (s->lacks)
        return;
    if (s->file.fd >= 0 && redundant && s->file.filled[other] &&
        seal_file_erase(&s->file, other) < 0)
        log_error("an old key of the audit trail could not be erased: %s", err_sentence());
    seal_file_close(&s->file);
}

static int new_slot(uint64_t epoch, uint64_t first, struct seal_slot *slot)
{
    *slot = (struct seal_slot){.epoch = epoch,
                               .first = first,
                               .limit_sec = SEALING_LIMIT_SEC,
                               .limit_events = SEALING_LIMIT_EVENTS};
    return digest_random(slot->key, sizeof(slot->key));
}

static int make(struct txn *t, struct seal_file *f)
{
    const char *dir = store_conf(txn_store(t))->store_dir;
    struct seal_slot slot;
    int r;
    if ((r = new_slot(0, 1, &slot)) == 0 && (r = seal_file_create(dir, &slot)) == 0)
        r = seal_file_open(dir, f);
    explicit_bzero(&slot, sizeof(slot));
    return r;
}

static int find_slot(const struct seal_file *f, uint64_t epoch, int *slot)
{
    for (*slot = 0; *slot < SEAL_SLOTS; ++*slot)
        if (f->filled[*slot] && f->slot[*slot].epoch == epoch)
            return 0;
    return GDPOP_ERR_NOT_FOUND;
}

static int refuse(const char *dir, const struct seal_file *f, uint64_t epoch)
{
    int filled = f->filled[0] ? 0 : f->filled[1] ? 1 : -1;
    if (filled < 0)
        return err_fail(GDPOP_ERR_SEAL,
                        _("the seal %s/%s is missing or damaged; a new one is made by: gdpop-admin "
                          "recover audit rekey"),
                        dir, STORE_SEAL_FILE);
    return err_fail(GDPOP_ERR_SEAL,
                    _("the seal %s/%s is of epoch %llu, the trail of epoch %llu: one of them is "
                      "not of this time; a new seal is made by: gdpop-admin recover audit rekey"),
                    dir, STORE_SEAL_FILE, (unsigned long long)f->slot[filled].epoch,
                    (unsigned long long)epoch);
}

static int attach(struct txn *t, struct seal_file *f, int current, struct sealing **sp)
{
    struct sealing *s = arena_alloc(txn_arena(t), sizeof(*s));
    if (!s)
        return GDPOP_ERR_NOMEM;
    *s = (struct sealing){.note = {ended}, .file = *f, .current = current};
    f->fd = -1;
    txn_set_note(t, &s->note);
    *sp = s;
    return 0;
}

/* What is recorded anyway goes without a mac; the sentence of the error stays for who decides that
 * it may not. */
static int attach_none(struct txn *t, int error, const char *lacks, uint64_t epoch,
                       struct sealing **sp)
{
    struct sealing *s = arena_alloc(txn_arena(t), sizeof(*s));
    if (!s)
        return GDPOP_ERR_NOMEM;
    log_error("%s: events are recorded without a seal", err_sentence());
    *s = (struct sealing){
        .note = {ended}, .file = {.fd = -1}, .error = error, .lacks = lacks, .epoch = epoch};
    snprintf(s->sentence, sizeof(s->sentence), "%s", err_sentence());
    txn_set_note(t, &s->note);
    *sp = s;
    return 0;
}

static const char *lacking(int error, const struct seal_file *f)
{
    if (error == GDPOP_ERR_SEAL && (f->filled[0] || f->filled[1]))
        return N_("the seal was of another time than the trail");
    return error == GDPOP_ERR_SEAL ? N_("the seal was missing or damaged")
                                   : N_("the seal could not be read");
}

/* What another process would find as well. A lack of descriptors or memory, which its user may have
 * chosen, must not leave events without a seal. */
static bool is_lost(int error)
{
    return error == GDPOP_ERR_SEAL || error == GDPOP_ERR_KEY || error == GDPOP_ERR_SYSTEM;
}

static int open_file(struct txn *t, const Model__Event *newest, uint64_t epoch, struct seal_file *f,
                     int *slot)
{
    const char *dir = store_conf(txn_store(t))->store_dir;
    int r = seal_file_open(dir, f);
    if (r == GDPOP_ERR_NOT_FOUND && !newest)
        r = make(t, f);
    else if (r == GDPOP_ERR_NOT_FOUND)
        r = refuse(dir, f, epoch);
    if (r == 0 && (r = find_slot(f, epoch, slot)) == GDPOP_ERR_NOT_FOUND)
        r = refuse(dir, f, epoch);
    return r;
}

int sealing_open(struct txn *t, const Model__Event *newest, const Model__TrailEntry *entry,
                 bool anyway, struct sealing **sp)
{
    uint64_t epoch = sealing_epoch_after(newest, entry);
    struct seal_file f;
    int slot = 0;
    if ((*sp = (struct sealing *)txn_note(t)))
        return (*sp)->lacks && !anyway ? err_fail((*sp)->error, "%s", (*sp)->sentence) : 0;
    int r = open_file(t, newest, epoch, &f, &slot);
    if (r == 0)
        r = attach(t, &f, slot, sp);
    else if (anyway && newest && is_lost(r))
        r = attach_none(t, r, lacking(r, &f), epoch, sp);
    seal_file_close(&f);
    return r;
}

int sealing_state(struct txn *t, const Model__Event *newest, const Model__TrailEntry *entry,
                  uint64_t *epoch, const char **sentence)
{
    const char *dir = store_conf(txn_store(t))->store_dir;
    struct seal_file f;
    int slot, r = seal_file_open(dir, &f);
    *sentence = "";
    *epoch = sealing_epoch_after(newest, entry);
    /* A writer may have gone on to the next epoch since this transaction began. */
    if (r == GDPOP_ERR_NOT_FOUND ||
        (r == 0 && find_slot(&f, *epoch, &slot) != 0 && find_slot(&f, *epoch + 1, &slot) != 0))
        r = refuse(dir, &f, *epoch);
    seal_file_close(&f);
    if (r != 0 && r != GDPOP_ERR_NOMEM) {
        *sentence = arena_strdup(txn_arena(t), err_sentence());
        r = *sentence ? 0 : GDPOP_ERR_NOMEM;
    }
    return r;
}

int sealing_mac(const struct seal_slot *slot, const uint8_t digest[static DIGEST_BYTES],
                uint8_t mac[static DIGEST_BYTES])
{
    const struct bytes part = BYTES(digest, DIGEST_BYTES);
    return digest_hmac(BYTES(slot->key, sizeof(slot->key)), &part, 1, mac);
}

int sealing_next(struct sealing *s, uint64_t first, uint32_t limit_sec, uint32_t limit_events)
{
    struct seal_slot next = *sealing_slot(s);
    next.epoch++;
    next.first = first;
    if (limit_sec)
        next.limit_sec = limit_sec;
    if (limit_events)
        next.limit_events = limit_events;
    int r = seal_next_key(next.key);
    if (r == 0)
        r = seal_file_put(&s->file, 1 - s->current, &next);
    if (r == 0) {
        s->current = 1 - s->current;
        s->changed = true;
    }
    explicit_bzero(&next, sizeof(next));
    return r;
}

/* With whatever file there is; a new one when there is none. */
static int open_for_renewal(struct txn *t, struct sealing **sp)
{
    struct seal_file f;
    if ((*sp = (struct sealing *)txn_note(t)))
        return 0;
    int r = seal_file_open(store_conf(txn_store(t))->store_dir, &f);
    if (r == GDPOP_ERR_NOT_FOUND || r == GDPOP_ERR_KEY)
        r = make(t, &f);
    if (r == 0)
        r = attach(t, &f, 0, sp);
    seal_file_close(&f);
    return r;
}

int sealing_renew(struct txn *t, uint64_t epoch, uint64_t first, struct sealing **sp)
{
    struct seal_slot slot;
    int r;
    if ((r = open_for_renewal(t, sp)) == 0 && (*sp)->changed)
        r = err_fail(GDPOP_ERR_REFUSED, _("the key of the trail has been changed in this act"));
    if (r == 0 && (r = new_slot(epoch, first, &slot)) == 0)
        r = seal_file_put(&(*sp)->file, 1 - (*sp)->current, &slot);
    if (r == 0) {
        (*sp)->current = 1 - (*sp)->current;
        (*sp)->changed = true;
    }
    explicit_bzero(&slot, sizeof(slot));
    return r;
}
