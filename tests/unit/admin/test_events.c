/* Every act leaves an event that tells before and after, and so does every refused attempt. */
#include "fixture.h"

#include "admin/change.h"
#include "audit/export.h"

static int keep(const Model__Event *e, void *arg)
{
    snprintf(arg, 4096, "%s|%s|%s|%s", e->actor, e->action, e->outcome, e->detail);
    return 0;
}

/* "actor|action|outcome|detail" of the newest event; its number. */
static uint64_t newest(struct fixture *f, char out[static 4096])
{
    struct call call;
    uint64_t first, last;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(trail_bounds(call.txn, &first, &last));
    assert_ok(trail_walk(call.txn, last, last, keep, out));
    call_close(&call);
    return last;
}

static void assert_newest(struct fixture *f, const char *words)
{
    char event[4096];
    newest(f, event);
    if (!strstr(event, words))
        fail_msg("\"%s\" does not hold \"%s\"", event, words);
}

static void an_event_tells_before_and_after(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "secadm", "account", "freeze", "user", "zhangsan", "reason", "查证"));
    assert_newest(f, "secadm|account.freeze|done|查证; changed account zhangsan (state: active -> "
                     "frozen, frozen_at: - -> 20");
    assert_newest(f, "frozen_reason: - -> 查证, frozen_by: - -> secadm");
    assert_ok(
        RUN(f, "secadm", "policy", "set", "name", "length_min", "value", "12", "reason", "x"));
    assert_newest(f, "|policy.set|done|");
    assert_newest(f, "added override length_min (setting: length_min, value: 12");
    assert_ok(
        RUN(f, "secadm", "policy", "set", "name", "length_min", "value", "14", "reason", "y"));
    assert_newest(f, "removed override length_min (setting: length_min, value: 12");
    assert_ok(RUN(f, "secadm", "policy", "reset", "name", "length_min"));
    assert_newest(f, "removed override length_min");
}

static void personal_data_stay_masked(void **state)
{
    struct fixture *f = *state;
    char event[4096];
    assert_ok(RUN(f, "sysadm", "person", "add", "name", "欧阳云", "id-number", "110101199003078515",
                  "org", "county", "post", "统计专员", "department", "信息科", "phone",
                  "13912345678"));
    newest(f, event);
    assert_null(strstr(event, "统计专员"));
    assert_null(strstr(event, "信息科"));
    if (!strstr(event, " person P"))
        fail_msg("%s", event);
    assert_non_null(strstr(event, "name: ***"));
    assert_non_null(strstr(event, "document.number: ***"));
    assert_non_null(strstr(event, "organisation: "));
    assert_null(strstr(event, "欧阳云"));
    assert_null(strstr(event, "110101199003078515"));
    assert_null(strstr(event, "13912345678"));
}

static void a_device_is_told_without_its_codes(void **state)
{
    struct fixture *f = *state;
    char event[4096];
    assert_ok(RUN(f, "sysadm", "device", "add", "kind", "computer", "name", "张三的电脑", "serial",
                  "SN-8841-2207", "responsible", "P000005"));
    newest(f, event);
    assert_non_null(strstr(event, "serial: ***"));
    assert_null(strstr(event, "SN-8841-2207"));
    assert_null(strstr(event, "张三的电脑"));
}

/* Whatever was said before it, what changed has its room; more is refused. */
static void a_long_reason_hides_no_change(void **state)
{
    struct fixture *f = *state;
    char event[4096], reason[482];
    for (size_t i = 0; i + 3 < sizeof(reason); i += 3)
        memcpy(reason + i, "理", 4);
    assert_int_equal(strlen(reason), 480);
    strcat(reason, "x");
    assert_refused(RUN(f, "secadm", "account", "freeze", "user", "zhangsan", "reason", reason),
                   GDPOP_ERR_USAGE, "480 bytes");
    reason[480] = '\0';
    assert_ok(RUN(f, "secadm", "account", "freeze", "user", "zhangsan", "reason", reason));
    newest(f, event);
    assert_non_null(strstr(event, reason));
    /* The value is cut between characters, and the list goes on behind it. */
    assert_non_null(strstr(event, "frozen_reason: - -> 理"));
    if (!strstr(event, "理…, frozen_by: - -> secadm, "))
        fail_msg("%s", event);
    assert_true(text_is_clean(event));
    assert_null(strstr(event, "\\x"));
}

enum { MANY = 60 };

static void change_many(struct gdpop_admin *a, bool at_length)
{
    char name[32], detail[3000];
    memset(detail, 'd', sizeof(detail) - 1);
    detail[at_length ? sizeof(detail) - 1 : 5] = '\0';
    assert_ok(admin_event(a, "probe.write", NULL, NULL, detail));
    for (int i = 0; i < MANY; i++) {
        Model__Override o = MODEL__OVERRIDE__INIT;
        snprintf(name, sizeof(name), "setting_%02d", i);
        o.setting = name;
        o.value = T(at_length ? "a value that is long enough to fill the list before its end"
                              : "another value, as long, that fills the list before its end");
        assert_ok(store_put_override(a->call.txn, &o));
    }
}

static void what_finds_no_room_is_counted(void **state)
{
    struct fixture *f = *state;
    const struct gdpop_operation operation = {.noun = "probe", .verb = "write", .writes = true};
    for (int at_length = 0; at_length < 2; at_length++) {
        char event[4096], *more;
        int listed = 0;
        gdpop_admin_end(f->a);
        assert_ok(gdpop_admin_begin(f->g, "sysadm", 0, &f->a));
        assert_ok(store_write(f->a->call.store, f->a->call.arena, &f->a->call.txn));
        txn_watch(f->a->call.txn, change_note, f->a);
        f->a->operation = &operation;
        change_many(f->a, at_length);
        assert_ok(change_end(f->a));
        assert_ok(gdpop_admin_commit(f->a));
        newest(f, event);
        assert_non_null(strstr(event, at_length ? "ddd…; changed override setting_00"
                                                : "|ddddd; added override setting_00"));
        for (const char *p = event; (p = strstr(p, " override setting_")); p++)
            listed++;
        assert_true(listed > 10);
        if (!(more = strstr(event, "... and ")))
            fail_msg("%s", event);
        assert_int_equal(listed + atoi(more + strlen("... and ")), MANY);
        assert_non_null(strstr(more, " records more"));
    }
}

/* A change that no admin_event was called for. */
static int change_silently(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    (void)q;
    assert_ok(store_get_account(a->call.txn, "lisi", &x));
    x->home = T("/srv/lisi");
    return store_put_account(a->call.txn, x);
}

static void no_change_is_without_an_event(void **state)
{
    struct fixture *f = *state;
    const struct gdpop_operation operation = {.noun = "probe", .verb = "write", .writes = true};
    gdpop_admin_end(f->a);
    assert_ok(gdpop_admin_begin(f->g, "sysadm", 0, &f->a));
    assert_ok(store_write(f->a->call.store, f->a->call.arena, &f->a->call.txn));
    txn_watch(f->a->call.txn, change_note, f->a);
    f->a->operation = &operation;
    assert_ok(change_silently(f->a, NULL));
    assert_ok(change_end(f->a));
    assert_ok(gdpop_admin_commit(f->a));
    assert_newest(f, "sysadm|probe.write|done|changed account lisi (home: /nonexistent -> "
                     "/srv/lisi)");
}

/* Something that fits a parameter: it is never looked at. */
static char *dummy(const struct gdpop_param *p)
{
    if (p->choices) {
        char *value = strdup(p->choices);
        value[strcspn(value, " ")] = '\0';
        return value;
    }
    return strdup(p->kind == GDPOP_PARAM_DATE     ? "2026-05-01"
                  : p->kind == GDPOP_PARAM_NUMBER ? "1"
                  : p->kind == GDPOP_PARAM_FLAG   ? "yes"
                  : p->kind == GDPOP_PARAM_STREAM ? "2"
                                                  : "x");
}

/* All that an operation requires; what is to be confirmed is. */
static size_t dummies(const struct gdpop_operation *o, struct gdpop_arg args[static 16])
{
    size_t n = 0;
    for (const struct gdpop_param *p = o->params; p->name; p++) {
        const struct gdpop_param *same = o->params;
        while (p->kind == GDPOP_PARAM_CONFIRM && strcmp(same->metavar, p->metavar) != 0)
            same++;
        if (!p->required && p->kind != GDPOP_PARAM_CONFIRM)
            continue;
        char *value = dummy(p->kind == GDPOP_PARAM_CONFIRM ? same : p);
        args[n++] = (struct gdpop_arg){p->name, value, strlen(value)};
    }
    return n;
}

static const char *without(unsigned duties)
{
    return !(duties & GDPOP_DUTY_AUDIT)      ? "audadm"
           : !(duties & GDPOP_DUTY_SYSTEM)   ? "sysadm"
           : !(duties & GDPOP_DUTY_SECURITY) ? "secadm"
           : !(duties & GDPOP_DUTY_LEADER)   ? "leader"
                                             : NULL;
}

static void every_refused_attempt_is_an_event(void **state)
{
    struct fixture *f = *state;
    const struct gdpop_operation *const *list;
    size_t count = gdpop_operations(&list), tried = 0;
    for (size_t i = 0; i < count; i++) {
        const struct gdpop_operation *o = list[i];
        const struct gdpop_result *result;
        struct gdpop_arg args[16];
        char event[4096], wanted[128];
        const char *actor = without(o->duties);
        if (!actor)
            continue;
        uint64_t before = newest(f, event);
        size_t n = dummies(o, args);
        assert_ok(gdpop_admin_begin(f->g, actor, o->writes ? 0 : GDPOP_ADMIN_READ, &f->a));
        int r = gdpop_admin_call(f->a, o->noun, o->verb, args, n, &result);
        while (n > 0)
            free((void *)(uintptr_t)args[--n].value);
        if (r != GDPOP_ERR_NOT_AUTHORISED)
            fail_msg("%s %s by %s: %d %s", o->noun, o->verb, actor, r, err_sentence());
        snprintf(wanted, sizeof(wanted), "%s|%s.%s|refused|", actor, o->noun, o->verb);
        if (newest(f, event) != before + 1 || strncmp(event, wanted, strlen(wanted)) != 0)
            fail_msg("%s %s: %s", o->noun, o->verb, event);
        tried++;
    }
    assert_true(tried > count * 3 / 4);
}

static void who_may_not_act_at_all_is_recorded_too(void **state)
{
    struct fixture *f = *state;
    gdpop_admin_end(f->a);
    assert_refused(gdpop_admin_begin(f->g, "zhangsan", 0, &f->a), GDPOP_ERR_NOT_AUTHORISED,
                   "zhangsan");
    assert_newest(f, "zhangsan|admin.begin|refused|");
    assert_refused(gdpop_admin_begin(f->g, "nobody", GDPOP_ADMIN_READ, &f->a),
                   GDPOP_ERR_NOT_AUTHORISED, "nobody");
    assert_newest(f, "nobody|admin.begin|refused|");
}

static int host_call(struct fixture *f, const char *noun, const char *verb, const char *name,
                     const char *what)
{
    const struct gdpop_arg args[] = {{"name", name, strlen(name)}, {"what", what, strlen(what)}};
    const struct gdpop_result *result;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_HOST, &f->a));
    int r = gdpop_admin_call(f->a, noun, verb, args, name[0] ? 2 : 0, &result);
    return r != 0 ? r : gdpop_admin_commit(f->a);
}

static void starts_and_stops_are_events(void **state)
{
    struct fixture *f = *state;
    char event[4096];
    assert_ok(host_call(f, "service", "note", "gdpop-forward", "start"));
    assert_newest(f, "host|service.start|done|");
    assert_ok(host_call(f, "service", "note", "gdpop-forward", "stop"));
    assert_newest(f, "host|service.stop|done|");
    uint64_t before = newest(f, event);
    assert_ok(host_call(f, "tick", "", "", ""));
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "host.start"));
    assert_int_equal(f->result->count, 1);
    assert_ok(host_call(f, "tick", "", "", ""));
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "host.start"));
    assert_int_equal(f->result->count, 1);
    assert_true(newest(f, event) > before);
}

static int begin_unnamed(struct fixture *f, unsigned flags)
{
    gdpop_admin_end(f->a);
    f->a = NULL;
    return gdpop_admin_begin(f->g, NULL, flags, &f->a);
}

static int uid_of(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "audadm", &x);
    *(uint32_t *)arg = r == 0 ? x->uid : 0;
    return r;
}

/* Where no login uid is kept, whom sudo names stands for it. */
static void who_is_logged_in_is_neither_host_nor_break_glass(void **state)
{
    struct fixture *f = *state;
    uint32_t uid;
    with_store(f, uid_of, &uid);
    gdpop_admin_caller(f->g, uid);
    assert_refused(begin_unnamed(f, GDPOP_ADMIN_HOST), GDPOP_ERR_NOT_AUTHORISED, "audadm");
    assert_newest(f, "audadm|admin.begin|refused|");
    assert_refused(begin_unnamed(f, GDPOP_ADMIN_HOST | GDPOP_ADMIN_READ), GDPOP_ERR_NOT_AUTHORISED,
                   "--as");
    assert_refused(begin_unnamed(f, GDPOP_ADMIN_RECOVER), GDPOP_ERR_NOT_AUTHORISED, "break-glass");
    assert_newest(f, "audadm|admin.begin|refused|");
    assert_ok(RUN(f, "audadm", "status", ""));
    /* A local user of no account is not break-glass either, and may let the host work. */
    gdpop_admin_caller(f->g, 65533);
    assert_refused(begin_unnamed(f, GDPOP_ADMIN_RECOVER), GDPOP_ERR_NOT_AUTHORISED, "65533");
    assert_ok(begin_unnamed(f, GDPOP_ADMIN_HOST));
    gdpop_admin_caller(f->g, 0);
    assert_ok(begin_unnamed(f, GDPOP_ADMIN_HOST));
    assert_ok(begin_unnamed(f, GDPOP_ADMIN_RECOVER));
}

/* An auditor who passes events over leaves one that is handed over itself. */
static void beginning_anew_to_forward_is_an_event(void **state)
{
    struct fixture *f = *state;
    char event[4096], from[24];
    uint64_t last = newest(f, event);
    f->g->conf.forward = 1U << CONF_FORWARD_syslog;
    snprintf(from, sizeof(from), "%llu", (unsigned long long)last + 1);
    assert_ok(RUN(f, "topaud", "audit", "forward", "from", from));
    assert_newest(f, "topaud|audit.forward|done|");
    assert_int_equal(newest(f, event), last + 1);
    snprintf(from, sizeof(from), "%llu", (unsigned long long)last + 3);
    assert_refused(RUN(f, "topaud", "audit", "forward", "from", from), GDPOP_ERR_NOT_FOUND, from);
    assert_int_equal(newest(f, event), last + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(an_event_tells_before_and_after),
        ADMIN_TEST(personal_data_stay_masked),
        ADMIN_TEST(a_device_is_told_without_its_codes),
        ADMIN_TEST(a_long_reason_hides_no_change),
        ADMIN_TEST(what_finds_no_room_is_counted),
        ADMIN_TEST(no_change_is_without_an_event),
        ADMIN_TEST(every_refused_attempt_is_an_event),
        ADMIN_TEST(who_may_not_act_at_all_is_recorded_too),
        ADMIN_TEST(starts_and_stops_are_events),
        ADMIN_TEST(who_is_logged_in_is_neither_host_nor_break_glass),
        ADMIN_TEST(beginning_anew_to_forward_is_an_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
