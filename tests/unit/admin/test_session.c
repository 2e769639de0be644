#include "living.h"

static void live_sessions_are_listed_and_all_on_demand(void **state)
{
    struct fixture *f = *state;
    pid_t pid = start_living(5), far = start_living(7);
    add_session(f, "s1", "zhangsan", "", pid);
    add_session(f, "s2", "zhangsan", "", 0);
    add_session(f, "s3", "wangwu", "", far);
    assert_ok(RUN(f, "audadm", "session", "list"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "id"), "s1");
    assert_string_equal(field(f, 0, "live"), "true");
    assert_ok(RUN(f, "audadm", "session", "list", "all", "yes"));
    assert_int_equal(f->result->count, 2);
    assert_string_equal(field(f, find_row(f, "id", "s2"), "live"), "false");
    assert_ok(RUN(f, "audadm", "session", "list", "account", "lisi", "all", "yes"));
    assert_int_equal(f->result->count, 0);
    assert_refused(RUN(f, "audadm", "session", "list", "account", "wangwu"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_ok(RUN(f, "topaud", "session", "list"));
    assert_int_equal(f->result->count, 2);
    stop_living(pid);
    stop_living(far);
}

static void ending_takes_records_and_processes(void **state)
{
    struct fixture *f = *state;
    pid_t leader = start_living(5), background = start_living(5), other = start_living(6);
    add_session(f, "s1", "zhangsan", "", leader);
    assert_ok(RUN(f, "secadm", "session", "end", "user", "zhangsan"));
    assert_int_equal(ended_by(leader), SIGTERM);
    assert_int_equal(ended_by(background), SIGTERM);
    stop_living(other);
    assert_ok(RUN(f, "audadm", "session", "list", "account", "zhangsan", "all", "yes"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "closed_by"), "secadm");
}

static void a_dry_run_ends_nothing(void **state)
{
    struct fixture *f = *state;
    pid_t leader = start_living(5);
    add_session(f, "s1", "zhangsan", "", leader);
    assert_ok(gdpop_admin_begin(f->g, "secadm", 0, &f->a));
    assert_ok(call_op(f->a, "session", "end", "user", "zhangsan", (char *)NULL));
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(RUN(f, "audadm", "session", "list"));
    assert_int_equal(f->result->count, 1);
    stop_living(leader);
}

/* The kernel of the fixture's sessions keeps no audit session id, so one cannot be told from
 * another; a record whose processes are gone can be closed by itself. */
static void one_session_is_ended_where_it_can_be_told(void **state)
{
    struct fixture *f = *state;
    pid_t leader = start_living(5);
    add_session(f, "s1", "zhangsan", "", leader);
    add_session(f, "s2", "zhangsan", "", 0);
    assert_ok(RUN(f, "sysadm", "session", "end", "user", "zhangsan", "id", "s2"));
    assert_refused(RUN(f, "sysadm", "session", "end", "user", "zhangsan", "id", "s2"),
                   GDPOP_ERR_NOT_FOUND, "s2");
    assert_refused(RUN(f, "sysadm", "session", "end", "user", "zhangsan", "id", "s1"),
                   GDPOP_ERR_REFUSED, "s1");
    stop_living(leader);
}

static void who_may_not_end_sessions(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "audadm", "session", "end", "user", "zhangsan"), GDPOP_ERR_NOT_AUTHORISED,
                   "system or security");
    assert_refused(RUN(f, "secadm", "session", "end", "user", "wangwu"), GDPOP_ERR_NOT_AUTHORISED,
                   "elsewhere");
    assert_refused(RUN(f, "secadm", "session", "end", "user", "secadm"), GDPOP_ERR_NOT_AUTHORISED,
                   "themselves");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(live_sessions_are_listed_and_all_on_demand),
        ADMIN_TEST(ending_takes_records_and_processes),
        ADMIN_TEST(a_dry_run_ends_nothing),
        ADMIN_TEST(one_session_is_ended_where_it_can_be_told),
        ADMIN_TEST(who_may_not_end_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
