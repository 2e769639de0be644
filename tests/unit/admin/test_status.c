#include "living.h"

#include "store/private.h"

static const char *column(struct fixture *f, const char *item, const char *name)
{
    return field(f, find_row(f, "item", item), name);
}

/* The working days of this year and the next are known, whenever the test runs. */
static void add_calendars(struct gdpop_admin *a)
{
    for (int next = 0; next < 2; next++) {
        char text[32];
        snprintf(text, sizeof(text), "year = %d\n", clock_civil(a->now_at, 480).year + next);
        assert_ok(call_op(a, "calendar", "load", "file", text, (char *)NULL));
    }
}

/* The only one, so many days ago; tried so many days ago. */
static void add_backup(struct gdpop_admin *a, int made_days, int drilled_days)
{
    Model__Backup b = MODEL__BACKUP__INIT;
    b.id = T("B000001");
    b.made_at = a->now_at - made_days * CLOCK_DAY;
    b.drilled_at = a->now_at - drilled_days * CLOCK_DAY;
    assert_ok(store_put_backup(a->call.txn, &b));
}

static void put_in_order(struct fixture *f, bool second_holder)
{
    gdpop_admin_end(f->a);
    assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_RECOVER, &f->a));
    assert_ok(call_op(f->a, "tick", "", (char *)NULL));
    add_calendars(f->a);
    if (second_holder)
        add_account(f->a, 20, "sysadm2", "province", GDPOP_DUTY_SYSTEM);
    add_backup(f->a, 0, 0);
    assert_ok(publish_touch(f->a->call.txn));
    assert_ok(gdpop_admin_commit(f->a));
}

static void a_sound_host_is_in_order(void **state)
{
    struct fixture *f = *state;
    put_in_order(f, true);
    assert_ok(RUN(f, "audadm", "status", "", "check", "yes"));
    for (size_t i = 0; i < f->result->count; i++)
        if (strcmp(field(f, i, "ok"), "true") != 0 || field(f, i, "remedy")[0])
            fail_msg("%s is %s: %s", field(f, i, "item"), field(f, i, "value"),
                     field(f, i, "remedy"));
    assert_true(f->result->ok);
    assert_string_equal(column(f, "host", "value"), "app1");
    assert_string_equal(column(f, "keys", "value"), "1");
    assert_string_equal(column(f, "records.account", "value"), "10");
    assert_string_equal(column(f, "duty.audit", "value"), "2");
    assert_string_equal(column(f, "problems", "value"), "0");
    char year[12];
    snprintf(year, sizeof(year), "%d", clock_civil(clock_now(), 480).year + 1);
    assert_true(strcmp(column(f, "calendar", "value"), year) >= 0);
    assert_string_equal(column(f, "trail_last", "value"), column(f, "trail_verified", "value"));
}

/* Told until everything has been read and found sound; not for one that still has it open. */
static void a_program_that_ended_within_the_store(void **state)
{
    struct fixture *f = *state;
    int status;
    put_in_order(f, true);
    pid_t pid = fork();
    if (pid == 0) {
        struct call call;
        if (call_open(&call, f->g) == 0)
            raise(SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    for (int i = 0; i < 2; i++) {
        assert_ok(RUN(f, "audadm", "status", ""));
        assert_true(f->result->ok);
        assert_string_equal(column(f, "left_open", "value"), "1");
        assert_string_equal(column(f, "left_open", "remedy"), "gdpop-admin status --check");
    }
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            assert_ok(RUN(f, "audadm", "status", "", "check", "yes"));
        else
            assert_ok(RUN(f, "audadm", "status", ""));
        assert_string_equal(column(f, "left_open", "value"), "0");
        assert_string_equal(column(f, "left_open", "remedy"), "");
    }
}

/* Holds so many reader slots until the test lets it go. */
static pid_t hold_readers(struct fixture *f, int count)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct call call = {0};
        struct txn *t;
        int r = call_open(&call, f->g);
        for (int i = 0; r == 0 && i < count; i++)
            r = store_read(call.store, call.arena, &t);
        if (r == 0 && write(ready[1], "r", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void reader_slots_run_short(void **state)
{
    struct fixture *f = *state;
    put_in_order(f, true);
    pid_t pid = hold_readers(f, STORE_READERS_MAX - 8);
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_string_equal(column(f, "readers", "ok"), "false");
    assert_string_equal(column(f, "readers", "remedy"), "gdpop-admin tick");
    stop_living(pid);
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_string_equal(column(f, "readers", "ok"), "true");
}

static int lose_persons(struct txn *t, void *arg)
{
    static const char *const ids[] = {"P000001", "P000002", "P000003"};
    (void)arg;
    for (size_t i = 0; i < 3; i++) {
        MDB_val key = {strlen(ids[i]), (void *)(uintptr_t)ids[i]};
        if (mdb_del(t->mdb, env_database(t->store->env, &table_person), &key, NULL) != 0)
            return GDPOP_ERR_STORE;
    }
    return 0;
}

/* A series that stands in the file twice would make the collector refuse all of it. */
static void prometheus_gets_each_series_once(void **state)
{
    struct fixture *f = *state;
    put_in_order(f, true);
    with_store(f, lose_persons, NULL);
    assert_ok(RUN(f, "audadm", "status", "", "check", "yes", "format", "prometheus"));
    const char *text = field(f, 0, "document");
    const char *first = strstr(text, "gdpop_status_finding{item=\"problem\",");
    assert_non_null(first);
    assert_null(strstr(strchr(first, '\n'), "item=\"problem\""));
    unsigned count = (unsigned)atoi(strstr(first, "} ") + 2);
    assert_true(count >= 3);
    assert_non_null(strstr(text, "gdpop_status_value{item=\"problems\"}"));
}

static int unload_profiles(struct txn *t, void *arg)
{
    static const char *const names[] = {"gd-population", "db-3", "gd-cme", "sz-cme", "mp-3"};
    (void)arg;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int r = store_delete(t, &table_profile, bytes_of_text(names[i]));
        if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
            return r;
    }
    return 0;
}

static void a_store_without_profiles_is_a_finding(void **state)
{
    struct fixture *f = *state;
    put_in_order(f, true);
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_string_equal(column(f, "records.profile", "ok"), "true");
    with_store(f, unload_profiles, NULL);
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_string_equal(column(f, "records.profile", "value"), "0");
    assert_non_null(strstr(column(f, "records.profile", "remedy"), "profile load"));
}

static void a_duty_with_one_holder_is_noted(void **state)
{
    struct fixture *f = *state;
    put_in_order(f, false);
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_true(f->result->ok);
    assert_string_equal(column(f, "duty.system", "value"), "1");
    assert_string_equal(column(f, "duty.system", "ok"), "true");
    assert_non_null(strstr(column(f, "duty.system", "remedy"), "account apply"));
    assert_string_equal(column(f, "duty.security", "remedy"), "");
}

static int freeze_sysadm(struct txn *t, void *arg)
{
    Model__Account *x;
    (void)arg;
    assert_ok(store_get_account(t, "sysadm", &x));
    x->state = T("frozen");
    assert_ok(store_put_account(t, x));
    return publish_touch(t);
}

static void a_duty_without_holders_is_a_finding(void **state)
{
    struct fixture *f = *state;
    put_in_order(f, false);
    with_store(f, freeze_sysadm, NULL);
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_false(f->result->ok);
    assert_string_equal(column(f, "duty.system", "value"), "0");
    assert_string_equal(column(f, "duty.system", "ok"), "false");
    assert_string_equal(column(f, "duty.security", "ok"), "true");
}

static int retire_host(struct txn *t, void *arg)
{
    Model__Host *h;
    char id[33];
    (void)arg;
    host_machine_id(id);
    assert_ok(store_get_host(t, id, &h));
    h->state = T("retired");
    assert_ok(store_put_host(t, h));
    return publish_touch(t);
}

static void what_is_wrong_names_its_remedy(void **state)
{
    struct fixture *f = *state;
    with_store(f, retire_host, NULL);
    add_session(f, "s1", "zhangsan", "", 0);
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_false(f->result->ok);
    assert_non_null(strstr(column(f, "host", "remedy"), "host register"));
    assert_string_equal(column(f, "snapshot_generation", "remedy"), "gdpop-admin tick");
    assert_string_equal(column(f, "sessions_stale", "remedy"), "gdpop-admin tick");
}

static void tick_closes_what_is_gone_and_publishes(void **state)
{
    struct fixture *f = *state;
    pid_t pid = start_living(5);
    with_store(f, retire_host, NULL);
    add_session(f, "s1", "zhangsan", "", pid);
    add_session(f, "s2", "zhangsan", "", 0);
    gdpop_admin_end(f->a);
    assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_HOST, &f->a));
    assert_ok(call_op(f->a, "tick", "", (char *)NULL));
    assert_ok(gdpop_admin_commit(f->a));
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_string_equal(column(f, "sessions", "value"), "1");
    assert_string_equal(column(f, "sessions_stale", "value"), "0");
    assert_string_equal(column(f, "snapshot_generation", "ok"), "true");
    assert_ok(RUN(f, "audadm", "audit", "list", "account", "zhangsan"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "action"), "session.end");
    assert_string_equal(field(f, 0, "actor"), "tick");
    stop_living(pid);
}

static int spoil_trail(struct txn *t, void *arg)
{
    uint8_t key[8];
    (void)arg;
    bytes_put_be64(key, 2);
    return store_delete(t, &table_event, BYTES(key, sizeof(key)));
}

static void a_damaged_trail_is_found_on_demand(void **state)
{
    struct fixture *f = *state;
    put_in_order(f, true);
    with_store(f, spoil_trail, NULL);
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_true(f->result->ok);
    assert_ok(RUN(f, "audadm", "status", "", "check", "yes"));
    assert_false(f->result->ok);
    assert_string_equal(column(f, "trail_verified", "value"), "1");
    assert_string_equal(column(f, "trail_verified", "remedy"), "gdpop-admin audit verify");
}

static void backups_and_drills_grow_old(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int made_days, drilled_days;
        const char *backup, *drill;
    } cases[] = {{6, 365, "true", "true"}, {8, 365, "false", "true"}, {6, 367, "true", "false"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        gdpop_admin_end(f->a);
        assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_RECOVER, &f->a));
        assert_ok(call_op(f->a, "tick", "", (char *)NULL));
        add_backup(f->a, cases[i].made_days, cases[i].drilled_days);
        assert_ok(gdpop_admin_commit(f->a));
        assert_ok(RUN(f, "audadm", "status", ""));
        assert_string_equal(column(f, "backup", "ok"), cases[i].backup);
        assert_string_equal(column(f, "backup_drill", "ok"), cases[i].drill);
    }
}

static void a_young_store_has_no_backup_yet(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "audadm", "status", ""));
    assert_string_equal(column(f, "backup", "severity"), "notice");
    assert_string_equal(column(f, "backup", "remedy"), "gdpop-admin backup key-add --public FILE");
    assert_string_equal(column(f, "backup_drill", "severity"), "notice");
}

static void prometheus_reads_what_people_read(void **state)
{
    struct fixture *f = *state;
    put_in_order(f, false);
    assert_ok(RUN(f, "audadm", "status", "", "format", "prometheus"));
    assert_true(f->result->ok);
    assert_int_equal(f->result->count, 1);
    const char *text = field(f, 0, "document");
    static const char *const lines[] = {
        "\n# TYPE gdpop_status_findings gauge\n",
        "\ngdpop_status_findings{severity=\"notice\"} 1\n",
        "\ngdpop_status_findings{severity=\"warning\"} 0\n",
        "\ngdpop_status_findings{severity=\"serious\"} 0\n",
        "\ngdpop_status_finding{item=\"duty.system\",severity=\"notice\"} 1\n",
        "\ngdpop_status_value{item=\"duty.system\"} 1\n",
        "\ngdpop_info{version=\"" GDPOP_VERSION "\"} 1\n",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (!strstr(text, lines[i]))
            fail_msg("%s is not in\n%s", lines[i], text);
    with_store(f, retire_host, NULL);
    assert_ok(RUN(f, "audadm", "status", "", "format", "prometheus"));
    assert_false(f->result->ok);
    assert_non_null(strstr(field(f, 0, "document"),
                           "\ngdpop_status_finding{item=\"host\",severity=\"warning\"} 1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_sound_host_is_in_order),
        ADMIN_TEST(a_program_that_ended_within_the_store),
        ADMIN_TEST(reader_slots_run_short),
        ADMIN_TEST(prometheus_gets_each_series_once),
        ADMIN_TEST(a_store_without_profiles_is_a_finding),
        ADMIN_TEST(a_duty_with_one_holder_is_noted),
        ADMIN_TEST(a_duty_without_holders_is_a_finding),
        ADMIN_TEST(what_is_wrong_names_its_remedy),
        ADMIN_TEST(tick_closes_what_is_gone_and_publishes),
        ADMIN_TEST(a_damaged_trail_is_found_on_demand),
        ADMIN_TEST(backups_and_drills_grow_old),
        ADMIN_TEST(a_young_store_has_no_backup_yet),
        ADMIN_TEST(prometheus_reads_what_people_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
