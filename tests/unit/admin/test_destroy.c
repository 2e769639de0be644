/* The end of a store: archived, verified, kept; the rest wiped. */
#include "living.h"
#include "witness.h"

#include "audit/export.h"

static int close_operators(struct txn *t, void *arg)
{
    static const char *const all[] = {"zhangsan", "lisi", "wangwu", "leader"};
    (void)arg;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        Model__Account *x;
        assert_ok(store_get_account(t, all[i], &x));
        x->state = T("closed");
        assert_ok(store_put_account(t, x));
    }
    return 0;
}

static int setup(void **state)
{
    int r = fixture_setup(state);
    struct fixture *f = *state;
    if (r != 0)
        return r;
    with_store(f, put_cheap_hash, NULL);
    give_password(f, "audadm", RIGHT);
    return 0;
}

#define DESTROY(f, host, ...)                                                                      \
    RUN(f, "secadm", "store", "destroy", "host", host, "confirm", host, "reason", "off",           \
        "filing-number", "3", "approver", "P000009", "paper", "scan", "paper-number", "18",        \
        ##__VA_ARGS__)

static bool has(const struct fixture *f, const char *dir, const char *name)
{
    char path[600];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    (void)f;
    return access(path, F_OK) == 0;
}

static void what_stands_in_the_way(void **state)
{
    struct fixture *f = *state;
    assert_refused(DESTROY(f, "app1"), GDPOP_ERR_NOT_AUTHORISED, "further people");
    assert_ok(STAND(f, "audadm", RIGHT));
    assert_refused(DESTROY(f, "app2"), GDPOP_ERR_REFUSED, "registered as app1");
    assert_ok(STAND(f, "audadm", RIGHT));
    assert_refused(DESTROY(f, "app1"), GDPOP_ERR_REFUSED, "--with-active");
    assert_ok(RUN(f, "audadm", "audit", "hold", "what", "add", "purpose", "case", "reference", "17",
                  "from", "2020-01-01"));
    assert_ok(STAND(f, "audadm", RIGHT));
    assert_refused(DESTROY(f, "app1", "with-active", "yes"), GDPOP_ERR_REFUSED, "legal hold");
    assert_ok(RUN(f, "audadm", "status", ""));
}

static void assert_destroyed(struct fixture *f, const char *kept, const char *archive,
                             uint64_t events)
{
    struct gdpop_audit_report report = {false};
    struct gdpop_audit *g;
    char path[600];
    const char *dir = f->g->conf.store_dir;
    assert_false(has(f, dir, "data.mdb") || has(f, dir, "seal") || has(f, dir, "archive"));
    assert_false(has(f, f->g->conf.key_dir, "1.key") || has(f, f->g->conf.key_dir, "sign.pem"));
    assert_true(has(f, kept, "checkpoint") && has(f, kept, "checkpoint.pem"));
    snprintf(path, sizeof(path), "%s/%s", kept, archive);
    assert_ok(gdpop_audit_open(&g));
    assert_ok(gdpop_audit_add(g, path));
    assert_ok(gdpop_audit_verify(g, NULL, NULL, &report));
    assert_true(report.ok);
    assert_int_equal(report.last, events);
    gdpop_audit_close(g);
    struct gdpop_admin *a;
    assert_true(gdpop_admin_begin(f->g, "secadm", 0, &a) < 0);
}

static void all_but_the_archives_is_wiped(void **state)
{
    struct fixture *f = *state;
    char kept[300], archive[64], last[24];
    pid_t pid = start_living(5);
    add_session(f, "s1", "zhangsan", "", pid);
    assert_ok(RUN(f, "audadm", "status", ""));
    snprintf(last, sizeof(last), "%s",
             field(f, (size_t)find_row(f, "item", "trail_last"), "value"));
    with_store(f, close_operators, NULL);
    assert_ok(STAND(f, "audadm", RIGHT));
    assert_ok(DESTROY(f, "app1"));
    assert_int_equal(ended_by(pid), SIGTERM);
    snprintf(kept, sizeof(kept), "%s", field(f, 0, "kept"));
    /* Behind the last event: the witness's proof, the end of the session, store.destroy, and the
     * end of the epoch. */
    uint64_t events = strtoull(last, NULL, 10) + 5;
    snprintf(archive, sizeof(archive), "trail-%012d-%012llu.jsonl.zst", 1,
             (unsigned long long)events);
    assert_destroyed(f, kept, archive, events);
}

/* An archive that lacks keeps everything as it is. */
static void nothing_is_wiped_without_the_archives(void **state)
{
    struct fixture *f = *state;
    assert_ok(STAND(f, "audadm", RIGHT));
    char path[400];
    snprintf(path, sizeof(path), "%.300s/archive", f->g->conf.store_dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%.300s/sign.pem", f->g->conf.key_dir);
    char away[420];
    snprintf(away, sizeof(away), "%.400s.away", path);
    assert_int_equal(rename(path, away), 0);
    int r = DESTROY(f, "app1", "with-active", "yes");
    assert_true(r < 0);
    assert_non_null(strstr(err_sentence(), "nothing was destroyed"));
    assert_int_equal(rename(away, path), 0);
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "store.destroy"));
    assert_int_equal(f->result->count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_stands_in_the_way),
        TEST(all_but_the_archives_is_wiped),
        TEST(nothing_is_wiped_without_the_archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
