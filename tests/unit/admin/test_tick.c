/* Each part of tick stands alone: one that fails is undone, named and recorded. */
#include "living.h"
#include "workflow.h"

#include "store/private.h"

/* A permit whose bytes were damaged on the disk. */
static int damage_permit(struct txn *t, void *arg)
{
    MDB_val key = {7, T("X000001")}, value = {7, T("damaged")};
    (void)arg;
    return mdb_put(t->mdb, env_database(t->store->env, &table_permit), &key, &value, 0);
}

static int mend_permit(struct txn *t, void *arg)
{
    MDB_val key = {7, T("X000001")};
    (void)arg;
    return mdb_del(t->mdb, env_database(t->store->env, &table_permit), &key, NULL);
}

static int let_leave_today(struct txn *t, void *arg)
{
    Model__Account *x;
    (void)arg;
    assert_ok(store_get_account(t, "lisi", &x));
    x->leave->on_at = 1;
    return store_put_account(t, x);
}

static void a_damaged_record_does_not_stop_the_rest(void **state)
{
    struct fixture *f = *state;
    pid_t pid = start_living(6);
    assert_ok(RUN(f, "sysadm", "account", "leave", "user", "lisi", "on", "2099-01-01", "reason",
                  "retired"));
    with_store(f, let_leave_today, NULL);
    add_session(f, "s2", "zhangsan", "", 0);
    with_store(f, damage_permit, NULL);

    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_false(f->result->ok);
    assert_string_equal(field(f, 0, "failed"), "rights");
    assert_non_null(strstr(f->result->message, "X000001"));
    assert_string_equal(field(f, 0, "sessions_closed"), "1");
    assert_string_equal(field(f, 0, "leavers_frozen"), "1");
    assert_int_equal(ended_by(pid), SIGTERM);

    assert_ok(RUN(f, "audadm", "audit", "list", "action", "tick"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "outcome"), "failed");
    assert_string_equal(field(f, 0, "object"), "rights");

    with_store(f, mend_permit, NULL);
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_true(f->result->ok);
    assert_string_equal(field(f, 0, "failed"), "");
}

/* The epoch cannot end without its key; what ends and freezes goes on. */
static void the_rest_goes_on_without_the_seal(void **state)
{
    struct fixture *f = *state;
    char path[400];
    add_session(f, "s2", "zhangsan", "", 0);
    snprintf(path, sizeof(path), "%.300s/seal", f->g->conf.store_dir);
    assert_int_equal(unlink(path), 0);
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "failed"), "trail");
    assert_string_equal(field(f, 0, "sessions_closed"), "1");
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "session.end"));
    assert_int_equal(f->result->count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_damaged_record_does_not_stop_the_rest),
        ADMIN_TEST(the_rest_goes_on_without_the_seal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
