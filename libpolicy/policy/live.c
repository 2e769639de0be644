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

int facts_sessions(struct txn *t, const struct gdpop_evidence *ev, struct subject *s)
{
    struct facts *f = &s->facts;
    Model__Session **list;
    size_t count;
    int r = store_open_sessions(t, s->account->name, &list, &count);
    if (r != 0)
        return r;
    s->live = list;
    for (size_t i = 0; i < count; i++) {
        Model__Session *x = list[i];
        if (strcmp(x->host, s->host_id) != 0 || !facts_session_lives(x, s->boot_id))
            continue;
        f->live_sessions_here++;
        if (x->leader_pid == (int32_t)ev->leader_pid)
            continue;
        s->live[s->live_count++] = x;
        bool both_known = x->device[0] && f->device_id[0];
        bool other_device = both_known && strcmp(x->device, f->device_id) != 0;
        bool other_place = !both_known && strcmp(x->organisation, f->place_organisation) != 0;
        if ((other_device && !f->other_device) ||
            (other_place && !f->other_place && !f->other_device))
            f->other_session_text = describe(t, s, x);
        f->other_device |= other_device;
        f->other_place |= other_place;
    }
    f->other_sessions = (unsigned)s->live_count;
    f->other_will_end = strcmp(settings_text(&s->place, SETTING_sharing_action), "end_other") == 0;
    return 0;
}
