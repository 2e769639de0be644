/* The audit trail by its commands. */
#include "witness.h"

#include <sys/wait.h>

#include "audit/export.h"

#include <fcntl.h>

static int last_action(const Model__Event *e, void *arg)
{
    snprintf(arg, 128, "%s %s %s %s", e->actor, e->action, e->outcome, e->detail);
    return 0;
}

static void newest(struct fixture *f, char out[static 128])
{
    struct call call;
    uint64_t first, last;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(trail_bounds(call.txn, &first, &last));
    assert_ok(trail_walk(call.txn, last, last, last_action, out));
    call_close(&call);
}

static void found(const struct gdpop_audit_finding *f, void *arg)
{
    (void)arg;
    print_error("%s\n", f->sentence);
}

static int export_to(struct fixture *f, const char *actor, const char *path, const char *format)
{
    char descriptor[16];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    snprintf(descriptor, sizeof(descriptor), "%d", fd);
    int r = RUN(f, actor, "audit", "export", "format", format, "purpose", "monthly audit", "out",
                descriptor);
    close(fd);
    return r;
}

static void test_export(void **state)
{
    struct fixture *f = *state;
    const char *const formats[] = {"jsonl", "csv"};
    char path[96], event[128];
    snprintf(path, sizeof(path), "%s/export", f->dir);
    for (size_t i = 0; i < 2; i++) {
        struct gdpop_audit_report report;
        struct gdpop_audit *g;
        assert_ok(export_to(f, "audadm", path, formats[i]));
        newest(f, event);
        assert_string_equal(event, "audadm audit.export done monthly audit");
        assert_ok(gdpop_audit_open(&g));
        assert_ok(gdpop_audit_add(g, path));
        assert_ok(gdpop_audit_verify(g, found, NULL, &report));
        assert_true(report.ok);
        assert_true(report.last > 1);
        gdpop_audit_close(g);
    }
    assert_refused(export_to(f, "sysadm", path, "jsonl"), GDPOP_ERR_NOT_AUTHORISED, "duty audit");
    assert_refused(export_to(f, "audadm", path, "pdf"), GDPOP_ERR_USAGE, "pdf");
    assert_refused(
        RUN(f, "audadm", "audit", "export", "purpose", "x", "from", "2999-01-01", "out", "1"),
        GDPOP_ERR_NOT_FOUND, "no event in this time");
}

/* A full disk is an error, and the trail tells that the export failed. */
static void test_export_fails(void **state)
{
    struct fixture *f = *state;
    char event[128];
    assert_refused(export_to(f, "audadm", "/dev/full", "jsonl"), GDPOP_ERR_FULL,
                   "cannot be written");
    newest(f, event);
    assert_memory_equal(event, "audadm audit.export failed", 26);
}

static int age_epoch(struct txn *t, void *arg)
{
    const struct trail_limits now = {0, 10};
    bool *ended = arg;
    return trail_end_epoch(t, &now, ended);
}

static void test_checkpoint_and_keys(void **state)
{
    struct fixture *f = *state;
    bool ended;
    assert_ok(RUN(f, "audadm", "audit", "checkpoint"));
    assert_memory_equal(field(f, 0, "checkpoint"), "{\"checkpoint\":{\"store\":", 23);
    assert_ok(RUN(f, "audadm", "audit", "checkpoint", "to", ""));
    assert_memory_equal(field(f, 0, "secret"), "{\"checkpoint\":{", 15);
    assert_ok(RUN(f, "zhangsan", "audit", "certificate") == GDPOP_ERR_NOT_AUTHORISED ? 0 : -1);
    assert_ok(RUN(f, "secadm", "audit", "certificate"));
    assert_memory_equal(field(f, 0, "certificate"), "-----BEGIN PUBLIC KEY-----", 26);
    assert_refused(RUN(f, "audadm", "audit", "seal-key", "to", ""), GDPOP_ERR_NOT_AUTHORISED,
                   "seal-key");
    with_store(f, age_epoch, &ended);
    assert_true(ended);
}

static void test_verify(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "audadm", "audit", "checkpoint"));
    char *line = strdup(field(f, 0, "checkpoint"));
    assert_ok(RUN(f, "audadm", "audit", "verify", "anchor", line));
    assert_true(f->result->ok);
    assert_non_null(strstr(f->result->message, "the seals were not checked"));
    *strstr(line, "\"sequence\":") = '{';
    assert_refused(RUN(f, "audadm", "audit", "verify", "anchor", line), GDPOP_ERR_FORMAT,
                   "no checkpoint");
    free(line);
    assert_refused(RUN(f, "audadm", "audit", "verify", "seal-key", "hello"), GDPOP_ERR_FORMAT,
                   "no seal key");
}

static void test_archive(void **state)
{
    struct fixture *f = *state;
    bool ended;
    assert_refused(RUN(f, "audadm", "audit", "archive", "what", "create"), GDPOP_ERR_NOT_FOUND,
                   "no closed epoch");
    with_store(f, age_epoch, &ended);
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "create"));
    assert_string_equal(field(f, 0, "first"), "1");
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "list"));
    assert_int_equal(f->result->count, 1);
    assert_int_equal(access(field(f, 0, "file"), F_OK), 0);
}

/* Whoever comes second waits and finds nothing left to archive; no file is lost. */
static void test_two_archives_at_once(void **state)
{
    enum { MANY = 4 };
    struct fixture *f = *state;
    int made = 0;
    bool ended;
    with_store(f, age_epoch, &ended);
    pid_t child[MANY];
    for (int i = 0; i < MANY; i++)
        if ((child[i] = fork()) == 0) {
            int r = RUN(f, "audadm", "audit", "archive", "what", "create");
            _exit(r == 0 ? 0 : r == GDPOP_ERR_NOT_FOUND ? 1 : 2);
        }
    for (int i = 0; i < MANY; i++) {
        int status;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
        made += WEXITSTATUS(status) == 0;
    }
    assert_int_equal(made, 1);
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "list"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "present"), "true");
    assert_ok(RUN(f, "audadm", "audit", "verify"));
    assert_true(f->result->ok);
}

/* A missing archive is named, with the events it held. */
static void test_missing_archive(void **state)
{
    struct fixture *f = *state;
    bool ended;
    char path[256];
    with_store(f, age_epoch, &ended);
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "create"));
    snprintf(path, sizeof(path), "%s", field(f, 0, "file"));
    assert_int_equal(unlink(path), 0);
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "list"));
    assert_string_equal(field(f, 0, "present"), "false");
    assert_ok(RUN(f, "audadm", "audit", "verify"));
    assert_false(f->result->ok);
    assert_non_null(strstr(field(f, 0, "why"), path));
}

static int setup_witness(void **state)
{
    int r = fixture_setup(state);
    if (r != 0)
        return r;
    with_store(*state, put_cheap_hash, NULL);
    give_password(*state, "audadm", RIGHT);
    return 0;
}

static int stand(struct fixture *f)
{
    gdpop_admin_end(f->a);
    f->a = NULL;
    return STAND(f, "audadm", RIGHT);
}

#define WITNESSED(function)                                                                        \
    cmocka_unit_test_setup_teardown(function, setup_witness, fixture_teardown)
#define DECIDED "approver", "P000009", "paper", "scan", "paper-number", "2026-17"
#define PRUNE(f, day, ...)                                                                         \
    stand(f) != 0 ? -1                                                                             \
                  : RUN(f, "secadm", "audit", "prune", "before", day, "confirm", day, "reason",    \
                        "space", __VA_ARGS__)

static void test_prune(void **state)
{
    struct fixture *f = *state;
    bool ended;
    with_store(f, age_epoch, &ended);
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "create"));
    assert_refused(RUN(f, "secadm", "audit", "prune", "before", "2999-01-01", "confirm",
                       "2999-01-01", "reason", "space", DECIDED),
                   GDPOP_ERR_NOT_AUTHORISED, "further people");
    assert_refused(PRUNE(f, "2999-01-01", DECIDED), GDPOP_ERR_REFUSED,
                   "nothing younger than 6 months");
    assert_refused(PRUNE(f, "2020-01-01", DECIDED), GDPOP_ERR_NOT_FOUND, "no archive");
    /* P000005 leads nothing, P000003 is the actor, nobody decides tomorrow. */
    assert_refused(
        PRUNE(f, "2020-01-01", "approver", "P000005", "paper", "scan", "paper-number", "1"),
        GDPOP_ERR_REFUSED, "no leader in office");
    assert_refused(
        PRUNE(f, "2020-01-01", "approver", "P000003", "paper", "scan", "paper-number", "1"),
        GDPOP_ERR_REFUSED, "is you");
    assert_refused(PRUNE(f, "2020-01-01", DECIDED, "date", "2999-01-01"), GDPOP_ERR_USAGE,
                   "lies ahead");
    assert_refused(PRUNE(f, "2020-01-01", DECIDED, "date", "1999-01-01"), GDPOP_ERR_REFUSED,
                   "no leader in office");
}

/* The archive's events are told as old as they must be to leave: the store's clock stands. */
static int age_archive(struct txn *t, void *arg)
{
    Model__Archive **list;
    size_t count;
    int r = store_archives(t, &list, &count);
    if (r != 0)
        return r;
    list[0]->newest_at = *(int64_t *)arg;
    return store_put_archive(t, list[0]);
}

static void test_pruned_by_decision(void **state)
{
    struct fixture *f = *state;
    bool ended;
    int64_t old_at = clock_now() - 300 * CLOCK_DAY;
    with_store(f, age_epoch, &ended);
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "create"));
    with_store(f, age_archive, &old_at);
    char day[16];
    clock_format_date(clock_now() - 200 * CLOCK_DAY, 480, day);
    assert_ok(PRUNE(f, day, DECIDED));
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "list"));
    assert_string_equal(field(f, 0, "approver"), "P000009");
    assert_string_equal(field(f, 0, "present"), "true");
    assert_true(field(f, 0, "pruned_at")[0]);
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "audit.prune"));
    assert_int_equal(f->result->count, 1);
    char sequence[24];
    snprintf(sequence, sizeof(sequence), "%s", field(f, 0, "sequence"));
    assert_ok(RUN(f, "audadm", "audit", "show", "sequence", sequence));
    assert_non_null(strstr(field(f, 0, "detail"), "witnesses=audadm; space; P000009 "));
    assert_non_null(strstr(field(f, 0, "detail"), "2026-17"));
    assert_ok(RUN(f, "audadm", "audit", "verify"));
    assert_true(f->result->ok);
}

static void test_hold(void **state)
{
    struct fixture *f = *state;
    bool ended;
    int64_t old_at = clock_now() - 300 * CLOCK_DAY;
    char day[16], today[16], tomorrow[16];
    clock_format_date(clock_now() - 200 * CLOCK_DAY, 480, day);
    clock_format_date(clock_now(), 480, today);
    clock_format_date(clock_now() + CLOCK_DAY, 480, tomorrow);
    with_store(f, age_epoch, &ended);
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "create"));
    with_store(f, age_archive, &old_at);
    assert_refused(RUN(f, "audadm", "audit", "hold", "what", "add", "purpose", "case"),
                   GDPOP_ERR_USAGE, "--reference");
    assert_refused(RUN(f, "sysadm", "audit", "hold", "what", "add", "purpose", "case", "reference",
                       "17", "from", today),
                   GDPOP_ERR_NOT_AUTHORISED, "duty");
    assert_ok(RUN(f, "audadm", "audit", "hold", "what", "add", "purpose", "case", "reference", "17",
                  "from", "2020-01-01", "org", "county"));
    char id[16];
    snprintf(id, sizeof(id), "%s", field(f, 0, "id"));
    assert_refused(PRUNE(f, day, DECIDED), GDPOP_ERR_REFUSED, id);
    assert_ok(RUN(f, "audadm", "audit", "hold", "what", "list"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "concerns"), "county");
    assert_string_equal(field(f, 0, "reference"), "17");
    assert_refused(RUN(f, "audadm", "audit", "hold", "what", "end", "id", id, "reason", "over",
                       "reference", "18"),
                   GDPOP_ERR_NOT_AUTHORISED, "who set a hold");
    assert_ok(RUN(f, "secadm", "audit", "hold", "what", "end", "id", id, "reason", "over",
                  "reference", "18"));
    assert_refused(RUN(f, "secadm", "audit", "hold", "what", "end", "id", id, "reason", "over",
                       "reference", "18"),
                   GDPOP_ERR_REFUSED, "ended already");
    /* One that covers other days only keeps nothing here: the archive's first event is of today. */
    assert_ok(RUN(f, "audadm", "audit", "hold", "what", "add", "purpose", "case", "reference", "17",
                  "from", tomorrow));
    assert_ok(PRUNE(f, day, DECIDED));
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "audit.hold.add"));
    assert_int_equal(f->result->count, 2);
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "audit.hold.end"));
    assert_int_equal(f->result->count, 1);
}

static int move_secadm(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "secadm", &x);
    x->organisation = T(arg);
    return r != 0 ? r : store_put_account(t, x);
}

static void test_prune_scope(void **state)
{
    struct fixture *f = *state;
    with_store(f, move_secadm, T("elsewhere"));
    assert_refused(PRUNE(f, "2020-01-01", DECIDED), GDPOP_ERR_NOT_AUTHORISED, "county");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(test_export),
        ADMIN_TEST(test_export_fails),
        ADMIN_TEST(test_checkpoint_and_keys),
        ADMIN_TEST(test_verify),
        ADMIN_TEST(test_archive),
        ADMIN_TEST(test_two_archives_at_once),
        ADMIN_TEST(test_missing_archive),
        WITNESSED(test_prune),
        WITNESSED(test_pruned_by_decision),
        WITNESSED(test_hold),
        WITNESSED(test_prune_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
