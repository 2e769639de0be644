#include "admin/act.h"

#include "admin/change.h"
#include "admin/table.h"
#include "base/log.h"

static int authorise(const struct gdpop_admin *a, const struct gdpop_operation *o)
{
    if (a->flags & GDPOP_ADMIN_RECOVER)
        log_warning("without an administrator, by break-glass: %s %s", o->noun, o->verb);
    bool restores = (a->flags & GDPOP_ADMIN_RESTORE) && o->duties == GDPOP_DUTY_NONE &&
                    strcmp(o->verb, "restore") == 0;
    if ((a->flags & GDPOP_ADMIN_RESTORE) ? restores : admin_has_duty(a, o->duties))
        return 0;
    if (o->duties == GDPOP_DUTY_NONE)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("%s may not do this: %s %s is only for who holds this host, by init or "
                          "gdpop-admin recover"),
                        a->actor, o->noun, o->verb);
    return err_fail(GDPOP_ERR_NOT_AUTHORISED, _("%s may not do this: %s %s belongs to the duty %s"),
                    a->actor, o->noun, o->verb, duty_names(o->duties));
}

/* While the clock is not to be believed, nothing is changed but by `audit accept-clock`; the
 * sentence of trail_now says so. */
static int check_clock(struct gdpop_admin *a, const struct gdpop_operation *o)
{
    bool mends = strcmp(o->verb, "accept-clock") == 0;
    return a->clock_stepped && o->writes && !mends ? trail_now(a->call.txn, &a->now_at) : 0;
}

/* The act is lost. */
static int spoil(struct gdpop_admin *a, const struct request *q, int r)
{
    const struct gdpop_operation *o = q->operation;
    const char *action = arena_printf(a->call.arena, "%s.%s", o->noun, o->verb);
    a->spoiled = true;
    /* What exists already may be another's: who tries numbers is on record. */
    if (r == GDPOP_ERR_NOT_AUTHORISED || r == GDPOP_ERR_REFUSED || r == GDPOP_ERR_EXISTS)
        act_record_refusal(a, (struct refusal){a->actor, action, gdpop_strerror(r), q}, r);
    else if (r == GDPOP_ERR_CLOCK)
        call_note_clock(&a->call, r);
    return r;
}

void admin_keep(struct gdpop_admin *a)
{
    a->marked = false;
}

/* In an act of very many calls memory goes back to where it stood once the trail had begun its work
 * in the transaction, which lasts as long as that. */
static void release(struct gdpop_admin *a)
{
    if (!a->many || !a->call.txn || !txn_note(a->call.txn) || a->after)
        return;
    if (a->marked)
        arena_release(a->call.arena, &a->mark);
    a->mark = arena_mark(a->call.arena);
    a->marked = true;
}

static int call_without(struct gdpop_admin *a, const struct operation *o, const struct request *q,
                        const struct gdpop_result **result)
{
    int r = strcmp(o->public.noun, "status") == 0 ? request_check(&o->public, q->args, q->count)
                                                  : err_fail(GDPOP_ERR_STORE, "%s", a->closed);
    if (r == 0)
        r = o->run(a, q);
    if (r == 0)
        *result = &a->result;
    return r;
}

int gdpop_admin_call(struct gdpop_admin *a, const char *noun, const char *verb,
                     const struct gdpop_arg *args, size_t count, const struct gdpop_result **result)
{
    int r;
    err_clear();
    *result = NULL;
    if (a->spoiled || a->committed)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act has ended"));
    const struct operation *o = operation_find(noun, verb);
    if (!o)
        return err_fail(GDPOP_ERR_USAGE, _("there is no command \"%s %s\"; see gdpop-admin help"),
                        noun, verb);
    struct request q = {&o->public, args, count};
    a->result = (struct gdpop_result){.ok = true, .message = ""};
    a->rows = NULL;
    a->row_room = a->field_room = 0;
    a->prepared = NULL;
    a->pending = NULL;
    a->changes = NULL;
    a->unlisted = 0;
    a->anyway = o->anyway;
    a->operation = &o->public;
    release(a);
    if (a->closed)
        return call_without(a, o, &q, result);
    if (o->public.writes && (a->flags & GDPOP_ADMIN_READ))
        return err_fail(GDPOP_ERR_ARGUMENT, _("%s %s changes the store"), noun, verb);
    if ((r = request_check(&o->public, args, count)) == 0 && (r = authorise(a, &o->public)) == 0 &&
        (!o->prepare || (r = o->prepare(a, &q)) == 0) && (r = act_need_write(a)) == 0 &&
        (r = check_clock(a, &o->public)) == 0 && (r = witness_check(a, o, &q)) == 0)
        r = o->run(a, &q);
    if (r == 0)
        r = change_end(a);
    a->witnessed = false;
    if (r != 0)
        return spoil(a, &q, r);
    *result = &a->result;
    return 0;
}

int gdpop_admin_witnesses_needed(struct gdpop_admin *a, const char *noun, const char *verb,
                                 const struct gdpop_arg *args, size_t count, unsigned *needed)
{
    int r;
    err_clear();
    *needed = 0;
    const struct operation *o = operation_find(noun, verb);
    if (!o || a->spoiled || a->committed)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act has ended"));
    struct request q = {&o->public, args, count};
    bool own = a->call.txn == NULL;
    if (own && (r = call_read(&a->call)) != 0)
        return r;
    if ((r = authorise(a, &o->public)) != 0 || (r = witness_needed(a, o, &q, needed)) != 0)
        return spoil(a, &q, r);
    if (own) {
        txn_abort(a->call.txn);
        a->call.txn = NULL;
    }
    return 0;
}

int gdpop_admin_expect(struct gdpop_admin *a, size_t calls)
{
    enum { CALL_BYTES = 8192 };
    err_clear();
    a->many = true;
    return a->call.txn ? 0 : store_make_room(a->call.store, (uint64_t)calls * CALL_BYTES);
}
