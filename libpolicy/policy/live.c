#include "policy/policy.h"

#include "base/text.h"

bool facts_session_lives(const Model__Session *x, const char *boot_id)
{
    return x->closed_at == 0 && strcmp(x->boot_id, boot_id) == 0 && x->leader_start != 0 &&
           lock_process_start((pid_t)x->leader_pid) == x->leader_start;
}

static const char *describe(struct txn *t, const struct subject *s, const Model__Session *x)
{
    char since[24];
    clock_format_minute(x->opened_at, s->facts.utc_offset_min, since);
    const char *text = arena_printf(txn_arena(t), _("%s %s from %s since %s"), x->service,
                                    x->device[0] ? x->device : _("without a device"),
                                    x->address[0] ? x->address : x->tty, since);
    return text ? text : "";
}

/* The record of this very login, opened before: the same process, device and address. One process
 * may well serve several people of one account, so that the process alone tells nothing. */
static bool is_this_login(const Model__Session *x, const struct gdpop_evidence *ev,
                          const struct facts *f)
{
    return x->leader_pid == (int32_t)ev->leader_pid && strcmp(x->device, f->device_id) == 0 &&
           strcmp(x->address, ev->address ? ev->address : "") == 0;
}

static void compare(struct txn *t, struct subject *s, Model__Session *x)
{
    struct facts *f = &s->facts;
    bool both_known = x->device[0] && f->device_id[0];
    bool other_device = both_known && strcmp(x->device, f->device_id) != 0;
    bool other_place = !both_known && strcmp(x->organisation, f->place_organisation) != 0;
    if (!other_device && !other_place)
        return;
    if (s->conflicting_count == 0 || (other_device && !f->other_device))
        f->other_session_text = describe(t, s, x);
    f->other_device |= other_device;
    f->other_place |= other_place;
    s->conflicting[s->conflicting_count++] = x;
    /* A session that the kernel does not tell from others cannot be ended by itself. */
    f->other_will_end &= x->audit_session != 0 && x->audit_session != UINT32_MAX;
}

int facts_sessions(struct txn *t, const struct gdpop_evidence *ev, struct subject *s)
{
    struct facts *f = &s->facts;
    Model__Session **list;
    size_t count;
    int r = store_open_sessions(t, s->account->name, &list, &count);
    if (r != 0)
        return r;
    s->conflicting = list;
    f->other_will_end = strcmp(settings_text(&s->place, SETTING_sharing_action), "end_other") == 0;
    for (size_t i = 0; i < count; i++) {
        Model__Session *x = list[i];
        if (strcmp(x->host, s->host_id) != 0 || !facts_session_lives(x, s->boot_id))
            continue;
        f->live_sessions_here++;
        if (is_this_login(x, ev, f))
            continue;
        f->other_sessions++;
        compare(t, s, x);
    }
    return 0;
}
