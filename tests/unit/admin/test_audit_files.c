/* The audit trail by its commands. */
#include "fixture.h"

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
    assert_refused(RUN(f, "secadm", "audit", "prune", "before", "2999-01-01", "reason", "space"),
                   GDPOP_ERR_REFUSED, "nothing younger than 6 months");
    assert_refused(RUN(f, "secadm", "audit", "prune", "before", "2020-01-01", "reason", "space"),
                   GDPOP_ERR_NOT_FOUND, "no archive");
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
    assert_refused(RUN(f, "secadm", "audit", "prune", "before", "2020-01-01", "reason", "space"),
                   GDPOP_ERR_NOT_AUTHORISED, "county");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(test_export),
        ADMIN_TEST(test_export_fails),
        ADMIN_TEST(test_checkpoint_and_keys),
        ADMIN_TEST(test_verify),
        ADMIN_TEST(test_archive),
        ADMIN_TEST(test_prune_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
