/* The record behind exceptions, waivers and observe-only rules: making, ending and listing it. */
#include "admin/permit.h"

static const char *kind_of(const struct request *q)
{
    const char *noun = q->operation->noun;
    return strcmp(noun, "grant") == 0 ? "role" : noun;
}

/* A kind as people call it. */
static const char *kind_word(const char *kind)
{
    static const char *const words[] = {N_("exception"), N_("waiver"), N_("observe"), N_("role"),
                                        N_("window")};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], kind) == 0)
            return _(words[i]);
    return kind;
}

/* What all permits carry: reason, term, who made it. */
int permit_begin(struct gdpop_admin *a, const struct request *q, Model__Permit *p)
{
    int r;
    model__permit__init(p);
    p->kind = (char *)kind_of(q);
    p->reason = admin_copy(a, request_word(q, "reason"));
    p->created_by = p->approver = (char *)a->actor;
    p->created_at = a->now_at;
    if (!p->reason)
        return GDPOP_ERR_NOMEM;
    if ((r = request_instant(a, q, "from", false, &p->from_at)) != 0 ||
        (r = request_instant(a, q, "until", true, &p->until_at)) != 0)
        return r;
    if (p->from_at >= p->until_at)
        return err_fail(GDPOP_ERR_USAGE, _("--until lies before --from"));
    if (p->until_at <= a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--until has passed already"));
    return 0;
}

static int show_right(struct gdpop_admin *a, const Model__Permit *p)
{
    return strcmp(p->kind, "role") == 0 ? publish_touch(a->call.txn) : 0;
}

int permit_over(struct gdpop_admin *a, Model__Permit *p, int64_t at)
{
    int r;
    p->ended_at = at;
    if ((r = store_put_permit(a->call.txn, p)) != 0 || (r = show_right(a, p)) != 0 ||
        (r = permit_end_sessions(a, p, at)) != 0)
        return r;
    return admin_event(a, arena_printf(a->call.arena, "%s.end", p->kind), p->subject, p->id, NULL);
}

int permit_check_subject(struct gdpop_admin *a, const char *subject)
{
    Model__Organisation *o;
    Model__Account *x;
    int r = store_get_account(a->call.txn, subject, &x);
    if (r == 0)
        return admin_name_is_free(a, subject, &table_account);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    r = store_get_organisation(a->call.txn, subject, &o);
    if (r == 0)
        return admin_name_is_free(a, subject, &table_organisation);
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

int permit_finish(struct gdpop_admin *a, Model__Permit *p)
{
    char from[24], until[24];
    int r = p->subject[0] ? permit_check_subject(a, p->subject) : 0;
    if (r != 0)
        return r;
    clock_format_minute(p->from_at, a->utc_offset_min, from);
    clock_format_minute(p->until_at, a->utc_offset_min, until);
    const char *whom = p->subject[0] ? p->subject : _("all");
    const char *detail =
        arena_printf(a->call.arena, "%s%s%s%s%s – %s: %s", p->setting, p->value[0] ? " = " : "",
                     p->value, p->setting[0] ? ", " : "", from, until, p->reason);
    if (!detail)
        return GDPOP_ERR_NOMEM;
    if ((r = store_next_id(a->call.txn, 'X', &p->id)) != 0 ||
        (r = store_put_permit(a->call.txn, p)) != 0 || (r = show_right(a, p)) != 0 ||
        (r = admin_event(a, arena_printf(a->call.arena, "%s.add", p->kind), p->subject, p->id,
                         detail)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Permit"), p->id)) != 0)
        return r;
    return result_message(a, _("%s %s for %s holds from %s until %s"), kind_word(p->kind), p->id,
                          whom, from, until);
}

/* For all: only from the top, whose people supervise everybody. */
int permit_check_top(struct gdpop_admin *a)
{
    Model__Organisation *own;
    int r = a->self ? store_get_organisation(a->call.txn, a->self->organisation, &own) : 0;
    if (r == 0 && a->self && own->supervised_by[0])
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("--all belongs to the organisation at the top, and %s supervises %s"),
                        own->supervised_by, own->id);
    return r;
}

/* Whether the actor's scope holds the subject; what holds for all is seen by all. */
static int sees_subject(struct gdpop_admin *a, const Model__Permit *p, bool *sees)
{
    Model__Account *x;
    Model__Host *host;
    *sees = true;
    if (!p->subject[0])
        return 0;
    int r = store_get_host(a->call.txn, p->subject, &host);
    if (r == 0)
        return admin_sees(a, host->organisation, sees);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    r = store_get_account(a->call.txn, p->subject, &x);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    return admin_sees(a, r == 0 ? x->organisation : p->subject, sees);
}

int permit_end(struct gdpop_admin *a, const struct request *q)
{
    const char *id = request_word(q, "id"), *kind = kind_of(q);
    Model__Permit *p;
    bool sees;
    int r = store_get_permit(a->call.txn, id, &p);
    if (r == GDPOP_ERR_NOT_FOUND || (r == 0 && strcmp(p->kind, kind) != 0))
        return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no %s %s"), kind_word(kind), id);
    if (r != 0 || (r = sees_subject(a, p, &sees)) != 0)
        return r;
    if (!sees)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("%s %s concerns %s, whom your organisation does not supervise"),
                        kind_word(kind), id, p->subject);
    if (!p->subject[0] && (r = permit_check_top(a)) != 0)
        return r;
    if (p->ended_at || p->until_at <= a->now_at)
        return err_fail(GDPOP_ERR_REFUSED, _("%s %s has ended already"), kind_word(kind), id);
    if ((r = permit_over(a, p, a->now_at)) != 0)
        return r;
    admin_reaches(a, NULL, NULL);
    return result_message(a, _("%s %s for %s has ended"), kind_word(kind), p->id,
                          p->subject[0] ? p->subject : _("all"));
}

static const char *state_of(const struct gdpop_admin *a, const Model__Permit *p)
{
    if (p->ended_at)
        return "ended";
    if (a->now_at >= p->until_at)
        return "expired";
    return a->now_at < p->from_at ? "future" : "in-force";
}

static int describe(struct gdpop_admin *a, const Model__Permit *p)
{
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Permit"), p->id)) != 0 ||
        (r = result_text(a, "subject", _("Whom"), p->subject[0] ? p->subject : "*")) != 0)
        return r;
    if (strcmp(p->kind, "exception") == 0)
        r = result_text(a, "address", _("Network"), p->address);
    else if ((r = result_text(a,
                              strcmp(p->kind, "observe") == 0 ? "rule"
                              : strcmp(p->kind, "role") == 0  ? "role"
                                                              : "setting",
                              _("What"), p->setting)) == 0 &&
             strcmp(p->kind, "waiver") == 0)
        r = result_text(a, "value", _("Value"), p->value);
    if (r != 0 || (r = result_instant(a, "from", _("From"), p->from_at)) != 0 ||
        (r = result_instant(a, "until", _("Until"), p->until_at)) != 0 ||
        (r = result_word(a, "state", _("State"), state_of(a, p))) != 0 ||
        (r = result_text(a, "approver", _("Approved by"), p->approver)) != 0)
        return r;
    return result_text(a, "reason", _("Reason"), p->reason);
}

struct listing {
    struct gdpop_admin *a;
    const char *kind, *subject; /* subject NULL: any */
};

static int list_one(struct bytes key, void *message, void *arg)
{
    const struct listing *l = arg;
    const Model__Permit *p = message;
    bool sees;
    (void)key;
    if (strcmp(p->kind, l->kind) != 0 || (l->subject && strcmp(p->subject, l->subject) != 0))
        return 0;
    int r = sees_subject(l->a, p, &sees);
    return r == 0 && sees ? describe(l->a, p) : r;
}

int permit_list(struct gdpop_admin *a, const struct request *q)
{
    const char *account = request_text(q, "account");
    struct listing l = {a, kind_of(q), account ? account : request_text(q, "subject")};
    Model__Account *x;
    int r = account ? admin_account(a, account, &x) : 0;
    result_list(a);
    return r != 0 ? r : store_each(a->call.txn, &table_permit, BYTES("", 0), list_one, &l);
}
