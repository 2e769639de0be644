/* The end of a permit that sessions rest on: a further right, an off-site exception, a vendor's
 * window. They are told before, and end where the policy says so. */
#include "admin/permit.h"

#include "base/host.h"

enum kind { KIND_NONE, KIND_ROLE, KIND_EXCEPTION, KIND_WINDOW };

static enum kind kind_of(const Model__Permit *p)
{
    return strcmp(p->kind, "role") == 0        ? KIND_ROLE
           : strcmp(p->kind, "exception") == 0 ? KIND_EXCEPTION
           : strcmp(p->kind, "window") == 0    ? KIND_WINDOW
                                               : KIND_NONE;
}

static int read_settings(struct gdpop_admin *a, const Model__Account *x, struct settings *s)
{
    int r = policy_settings(a->call.txn, x->systems, x->n_systems, s);
    return r != 0 ? r : policy_waive(a->call.txn, x->name, x->organisation, a->now_at, s);
}

/* Whether another permit gives the same at that instant. */
static int goes_on(struct gdpop_admin *a, const Model__Permit *p, int64_t at, bool *on)
{
    Model__Permit **list;
    size_t count;
    int r = store_permits_of(a->call.txn, p->subject, p->kind, &list, &count);
    *on = false;
    for (size_t i = 0; r == 0 && i < count; i++)
        *on |= strcmp(list[i]->id, p->id) != 0 && strcmp(list[i]->setting, p->setting) == 0 &&
               !list[i]->ended_at && list[i]->from_at <= at && at < list[i]->until_at &&
               (!list[i]->address[0] || strcmp(list[i]->address, p->address) == 0);
    return r;
}

/* Every session uses a further right or a window; only one from elsewhere needs an exception. */
static bool rests_on(const Model__Permit *p, const Model__Account *x, const Model__Session *s)
{
    return kind_of(p) != KIND_EXCEPTION ||
           (s->address[0] && strcmp(s->organisation, x->organisation) != 0);
}

/* The live ones of this host. */
static int sessions_on(struct gdpop_admin *a, const Model__Permit *p, const Model__Account *x,
                       Model__Session ***list, size_t *count)
{
    Model__Session **open;
    size_t opened;
    char boot_id[40];
    int r = store_open_sessions(a->call.txn, x->name, &open, &opened);
    host_boot_id(boot_id);
    *list = NULL;
    *count = 0;
    for (size_t i = 0; r == 0 && i < opened; i++)
        if (strcmp(open[i]->host, a->host_id) == 0 && facts_session_lives(open[i], boot_id) &&
            rests_on(p, x, open[i]))
            r = codec_add_message(a->call.arena, list, count, open[i]);
    return r;
}

static bool told_apart(const Model__Session *s)
{
    return s->audit_session != 0 && s->audit_session != UINT32_MAX;
}

/* One by one where they are an exception's and the kernel tells them apart, else all. */
static int end_each(struct gdpop_admin *a, const Model__Permit *p, const Model__Account *x,
                    Model__Session **list, size_t count)
{
    bool apart = kind_of(p) == KIND_EXCEPTION;
    int r = 0;
    for (size_t i = 0; i < count; i++)
        apart &= told_apart(list[i]);
    if (count == 0)
        return 0;
    if (!apart)
        return (r = ending_record(a->call.txn, x->name, a->actor)) != 0
                   ? r
                   : admin_end_sessions_after(a, x->uid);
    for (size_t i = 0; r == 0 && i < count; i++)
        if ((r = ending_record_session(a->call.txn, list[i], a->actor)) == 0)
            r = admin_end_session_after(a, list[i]);
    return r;
}

int permit_end_sessions(struct gdpop_admin *a, const Model__Permit *p, int64_t at)
{
    Model__Session **list;
    Model__Account *x;
    struct settings s;
    size_t count;
    bool on;
    if (kind_of(p) == KIND_NONE)
        return 0;
    int r = store_get_account(a->call.txn, p->subject, &x);
    if (r != 0 || (r = read_settings(a, x, &s)) != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    int setting =
        kind_of(p) == KIND_WINDOW ? SETTING_window_end_sessions : SETTING_grant_end_sessions;
    if (!settings_number(&s, setting) || (r = goes_on(a, p, at, &on)) != 0 || on ||
        (r = sessions_on(a, p, x, &list, &count)) != 0)
        return r;
    return end_each(a, p, x, list, count);
}

/* ---- Telling before ---- */

/* In the person's language; the code before it can be read on any terminal. */
static const char *warning(struct gdpop_admin *a, const Model__Permit *p, const Model__Account *x,
                           bool ends)
{
    Model__Person *person;
    char end[24];
    const char *before = text_language(NULL);
    clock_format_minute(p->until_at, a->utc_offset_min, end);
    if (store_get_person(a->call.txn, x->person, &person) == 0 && person->language[0])
        text_language(person->language);
    const char *what = kind_of(p) == KIND_ROLE     ? _("Your further right ends at")
                       : kind_of(p) == KIND_WINDOW ? _("The window of your maintenance ends at")
                                                   : _("Your leave to work from outside ends at");
    const char *then = ends ? _("Save your work: this session ends with it.")
                            : _("It does not hold for your next login.");
    const char *text =
        arena_printf(a->call.arena, "gdpop %s %s: %s %s. %s", p->id, p->setting, what, end, then);
    text_language(before);
    return text;
}

static int warn(struct gdpop_admin *a, Model__Permit *p, struct permit_report *report)
{
    Model__Session **list;
    Model__Account *x;
    struct settings s;
    size_t count;
    bool on;
    int r;
    if ((r = store_get_account(a->call.txn, p->subject, &x)) != 0 ||
        (r = read_settings(a, x, &s)) != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    int64_t before = settings_number(&s, SETTING_permit_warn_min) * 60 * CLOCK_SECOND;
    if (p->until_at - a->now_at > before || a->telling_count == ADMIN_TELLINGS_MAX ||
        (r = goes_on(a, p, p->until_at, &on)) != 0 || on ||
        (r = sessions_on(a, p, x, &list, &count)) != 0 || count == 0)
        return r;
    bool ends = settings_number(&s, kind_of(p) == KIND_WINDOW ? SETTING_window_end_sessions
                                                              : SETTING_grant_end_sessions);
    const char *sentence = warning(a, p, x, ends);
    if (!sentence)
        return GDPOP_ERR_NOMEM;
    admin_tell_after(a, x->uid, sentence);
    report->warned++;
    p->warned_at = a->now_at;
    if ((r = store_put_permit(a->call.txn, p)) != 0)
        return r;
    return admin_event(a, arena_printf(a->call.arena, "%s.warn", p->kind), p->subject, p->id, NULL);
}

struct found {
    struct gdpop_admin *a;
    Model__Permit **over, **soon;
    size_t over_count, soon_count;
};

static int find(struct bytes key, void *message, void *arg)
{
    enum { SOON_MIN = 1440 }; /* the largest permit_warn_min */
    struct found *f = arg;
    const Model__Permit *p = message;
    (void)key;
    if (kind_of(p) == KIND_NONE || p->ended_at || f->a->now_at < p->from_at)
        return 0;
    if (f->a->now_at >= p->until_at)
        return codec_add_message(f->a->call.arena, &f->over, &f->over_count, message);
    if (p->warned_at || p->until_at - f->a->now_at > SOON_MIN * 60 * CLOCK_SECOND)
        return 0;
    return codec_add_message(f->a->call.arena, &f->soon, &f->soon_count, message);
}

/* The next tick goes on where one ends too many sessions. */
static bool has_room(const struct gdpop_admin *a)
{
    return a->ending_count < ADMIN_ENDINGS_MAX && a->ending_session_count < ADMIN_ENDINGS_MAX / 2;
}

int permit_tick(struct gdpop_admin *a, struct permit_report *report)
{
    struct found f = {.a = a};
    int r = store_each(a->call.txn, &table_permit, BYTES("", 0), find, &f);
    *report = (struct permit_report){0};
    for (size_t i = 0; r == 0 && i < f.over_count && has_room(a); i++) {
        r = permit_over(a, f.over[i], f.over[i]->until_at);
        report->rights += kind_of(f.over[i]) == KIND_ROLE;
        report->others += kind_of(f.over[i]) != KIND_ROLE;
    }
    for (size_t i = 0; r == 0 && i < f.soon_count; i++)
        r = warn(a, f.soon[i], report);
    return r;
}
