#include "policy/policy.h"

#include "base/err.h"
#include "base/host.h"
#include "base/text.h"
#include "model/codec.h"

#include <signal.h>
#include <stdio.h>

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static enum account_state state_of(const char *text)
{
    static const char *const names[] = {[STATE_APPLIED] = "applied",
                                        [STATE_APPROVED] = "approved",
                                        [STATE_ACTIVE] = "active",
                                        [STATE_FROZEN] = "frozen",
                                        [STATE_CLOSED] = "closed"};
    for (int i = STATE_APPLIED; i <= STATE_CLOSED; i++)
        if (strcmp(names[i], text) == 0)
            return (enum account_state)i;
    return STATE_NONE;
}

static enum service_class class_of(const struct settings *s, const char *service)
{
    static const struct {
        enum setting_id list;
        enum service_class service_class;
    } classes[] = {
        {SETTING_services_console, CLASS_CONSOLE},
        {SETTING_services_elevate, CLASS_ELEVATE},
        {SETTING_services_reverify, CLASS_REVERIFY},
        {SETTING_services_batch, CLASS_BATCH},
        {SETTING_services_infrastructure, CLASS_INFRASTRUCTURE},
    };
    static const char autologin[] = "-autologin";
    size_t len = strlen(service), tail = sizeof(autologin) - 1;
    if (len > tail && strcmp(service + len - tail, autologin) == 0)
        return CLASS_AUTOLOGIN;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (settings_lists(s, classes[i].list, service))
            return classes[i].service_class;
    return CLASS_REMOTE;
}

/* A missing record is a fact; every other failure is an error. */
static int unless_missing(int r)
{
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

static int read_host(struct txn *t, const char *host_id, struct subject *s)
{
    int r;
    if (host_id)
        snprintf(s->host_id, sizeof(s->host_id), "%s", host_id);
    else
        host_machine_id(s->host_id);
    facts_boot_id(s->cache, s->boot_id);
    if ((r = unless_missing(store_get_host(t, s->host_id, &s->host))) != 0)
        return r;
    if (s->host && strcmp(s->host->state, "active") != 0)
        s->host = NULL;
    s->facts.host_registered = s->host != NULL;
    if (s->host) {
        s->facts.host_systems = s->host->systems;
        s->facts.host_system_count = s->host->n_systems;
    }
    return 0;
}

static int read_records(struct txn *t, const char *user, struct subject *s)
{
    int r;
    if ((r = store_get_account(t, user, &s->account)) != 0)
        return unless_missing(r);
    if (s->account->person[0] &&
        (r = unless_missing(store_get_person(t, s->account->person, &s->person))) != 0)
        return r;
    if ((r = unless_missing(
             store_get_organisation(t, s->account->organisation, &s->organisation))) != 0 ||
        (r = unless_missing(store_get_credential(t, user, &s->credential))) != 0)
        return r;
    return store_get_counter(t, user, &s->counter);
}

/* Whether the account's systems are all the host's, so that one set of settings serves both. */
static bool systems_are_the_hosts(const struct subject *s)
{
    for (size_t i = 0; s->account && i < s->account->n_systems; i++)
        if (!codec_has_text(s->facts.host_systems, s->facts.host_system_count,
                            s->account->systems[i]))
            return false;
    return true;
}

static int settings_of(struct txn *t, struct subject *s, char **systems, size_t count,
                       struct settings *out)
{
    int r = facts_settings(t, s->cache, systems, count, out);
    if (r != 0 || !s->account)
        return r;
    r = policy_waive(t, s->account->name, s->account->organisation, s->facts.now_at, out);
    for (int i = 0; r == 0 && i < SETTING_COUNT; i++)
        s->facts.waived |= out->value[i].floor != NULL;
    return r;
}

/* Which rules hold: the host's for place and device; for passwords those of every system that the
 * account may use, the host's included. */
static int read_settings(struct txn *t, struct subject *s)
{
    struct facts *f = &s->facts;
    size_t n = s->account ? s->account->n_systems : 0, count = 0;
    char **all = arena_alloc(txn_arena(t), (n + f->host_system_count + 1) * sizeof(*all));
    int r;
    if (!all)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        all[count++] = s->account->systems[i];
    for (size_t i = 0; i < f->host_system_count; i++)
        all[count++] = f->host_systems[i];
    if ((r = settings_of(t, s, f->host_systems, f->host_system_count, &s->place)) != 0)
        return r;
    if (systems_are_the_hosts(s))
        s->password = s->place;
    else if ((r = settings_of(t, s, all, count, &s->password)) != 0)
        return r;
    f->place_settings = &s->place;
    f->password_settings = &s->password;
    f->utc_offset_min = (int)settings_number(&s->place, SETTING_utc_offset_min);
    return 0;
}

/* Approval on record for the newest application, and the pledges dated on or after it (GD-5.4). */
static int read_approval(struct txn *t, struct subject *s)
{
    const char *lacks;
    if (s->account->n_applications == 0 || s->account->service) {
        s->facts.approved = s->account->service && s->account->custodian[0];
        return 0;
    }
    const Model__Approval *approval =
        s->account->applications[s->account->n_applications - 1]->approval;
    if (!approval)
        return 0;
    s->facts.approved = true;
    bool same = s->facts.host_system_count == 1 && systems_are_the_hosts(s);
    int r = policy_pledge(t, s->account, same ? &s->password : NULL, approval->approved_at,
                          s->facts.now_at, &lacks);
    s->facts.pledged = r == 0 && !lacks;
    s->facts.pledge_lacks = lacks;
    return r;
}

static bool person_is_complete(const Model__Person *p)
{
    return p && p->name[0] && p->document && p->document->number[0] && p->organisation[0] &&
           p->post[0] && p->phone[0];
}

static int fill_account(struct txn *t, struct subject *s)
{
    struct facts *f = &s->facts;
    const Model__Account *x = s->account;
    f->state = state_of(x->state);
    f->is_service = x->service;
    f->adopted = account_is_adopted(x);
    f->administers = x->duties != 0;
    f->person_complete = x->service || person_is_complete(s->person);
    f->organisation_suspended = !s->organisation || s->organisation->suspended;
    f->is_vendor = (s->person && strcmp(s->person->staff, "vendor") == 0) ||
                   (s->organisation && strcmp(s->organisation->kind, "vendor") == 0);
    f->frozen_reason = x->frozen_reason;
    f->frozen_tag = x->frozen_tag;
    f->suspended_until_at = x->suspended_until_at;
    f->expires_at = x->expires_at;
    f->activated_at = x->activated_at;
    f->reviewed_at = x->reviewed_at;
    f->account_systems = x->systems;
    f->account_system_count = x->n_systems;
    f->last_login_at = s->counter->last_login_at;
    f->locked_until_at = s->counter->locked_until_at;
    int64_t window = settings_number(&s->password, SETTING_lockout_window_sec) * CLOCK_SECOND;
    for (size_t i = 0; i < s->counter->n_failures; i++)
        f->failures += s->counter->failures[i] > f->now_at - window;
    if (s->credential && s->credential->hash[0]) {
        f->has_password = true;
        f->password_set_at = s->credential->set_at;
        f->password_initial = s->credential->initial;
        f->initial_until_at = s->credential->initial_until_at;
        f->password_spoken = s->credential->spoken;
        f->judged_by = s->credential->judged_by;
    }
    return read_approval(t, s);
}

/* Exceptions (off-site) and observe-only rules in force for the account, its organisation, all or
 * this host. */
static int read_permits(struct txn *t, struct subject *s)
{
    const char *subjects[] = {s->account->name, s->account->organisation, "", s->host_id};
    struct facts *f = &s->facts;
    Model__Permit **list;
    size_t count;
    int r;
    f->observed = arena_alloc(txn_arena(t), RULES_MAX * sizeof(*f->observed));
    f->observed_by = arena_alloc(txn_arena(t), RULES_MAX * sizeof(*f->observed_by));
    if (!f->observed || !f->observed_by)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < (s->host ? 4 : 3); i++) {
        if ((r = store_permits_of(t, subjects[i], NULL, &list, &count)) != 0)
            return r;
        for (size_t k = 0; k < count; k++) {
            const Model__Permit *p = list[k];
            if (!policy_permit_holds(p, s->account->name, f->now_at))
                continue;
            if (strcmp(p->kind, "observe") == 0 && f->observed_count < RULES_MAX) {
                f->observed_by[f->observed_count] = p->id;
                f->observed[f->observed_count++] = p->setting;
            }
            if (strcmp(p->kind, "window") == 0 && i == 0 && p->until_at > f->window_until_at) {
                f->window = true;
                f->window_id = p->id;
                f->window_until_at = p->until_at;
            }
            if (strcmp(p->kind, "exception") != 0 || i >= 2)
                continue;
            struct network limit;
            if (p->address[0] &&
                (f->place_by != PLACE_ADDRESS || network_parse(p->address, &limit) != 0 ||
                 !network_contains(&limit, &f->address)))
                continue;
            if (!f->exception || p->until_at > f->exception_until_at) {
                f->exception = true;
                f->exception_id = p->id;
                f->exception_from_at = p->from_at;
                f->exception_until_at = p->until_at;
            }
        }
    }
    return 0;
}

static void facts_empty(struct facts *f, const struct gdpop_evidence *ev, enum rule_phase phase)
{
    *f = (struct facts){
        .phase = phase,
        .service = or_empty(ev->service),
        .user = or_empty(ev->user),
        .frozen_reason = "",
        .frozen_tag = "",
        .judged_by = "",
        .place_organisation = "",
        .place_text = "",
        .exception_id = "",
        .window_id = "",
        .device_id = "",
        .device_name = "",
        .other_session_text = "",
        .actor_name = "",
        .password_proved = ev->password_proved,
    };
}

/* While the clock cannot be believed, the only one let in is who may mend it, judged by the instant
 * that the trail expects. */
static int check_clock(struct txn *t, const struct subject *s)
{
    int64_t now_at;
    if (s->account && (s->account->duties & GDPOP_DUTY_SECURITY))
        return 0;
    return trail_now(t, &now_at);
}

/* The reserve, and as much above it again, which belongs to logins: failures leave no events then.
 */
static int read_room(struct txn *t, struct subject *s)
{
    uint64_t reserve = (uint64_t)settings_number(&s->place, SETTING_reserve_mib) << 20, room;
    int r = store_room(t, 2 * reserve, &room);
    s->facts.room_short = room < 2 * reserve;
    s->facts.reserve_only = room < reserve;
    return r;
}

int facts_read(struct txn *t, const struct gdpop_evidence *ev, enum rule_phase phase,
               struct subject *s)
{
    return facts_read_at(t, NULL, NULL, ev, phase, s);
}

int facts_read_at(struct txn *t, const char *host_id, struct facts_cache *cache,
                  const struct gdpop_evidence *ev, enum rule_phase phase, struct subject *s)
{
    int r;
    *s = (struct subject){.cache = cache};
    facts_empty(&s->facts, ev, phase);
    if ((r = trail_time(t, &s->facts.now_at)) != 0 || (r = read_host(t, host_id, s)) != 0 ||
        (r = read_records(t, s->facts.user, s)) != 0 || (r = check_clock(t, s)) != 0 ||
        (r = read_settings(t, s)) != 0 || (r = read_room(t, s)) != 0)
        return r;
    s->facts.service_class = class_of(&s->place, s->facts.service);
    if ((r = facts_place(t, ev, s)) != 0 || (r = facts_actor(t, ev, s)) != 0 || !s->account)
        return r;
    if ((r = fill_account(t, s)) != 0 || (r = read_permits(t, s)) != 0 ||
        (r = facts_device(t, ev, s)) != 0)
        return r;
    return facts_sessions(t, ev, s);
}
