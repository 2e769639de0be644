/* Taking accounts over, and beginning with rules that only observe. */
#include "workflow.h"

static int put_wang(struct txn *t, void *arg)
{
    const struct person_row row = {"P000020", "county", "permanent", "", "E12345678"};
    (void)arg;
    return put_person(t, &row);
}

#define HASH "$6$saltsalt$" /* and 86 characters */
#define CHARS_43 "0123456789012345678901234567890123456789012"

static int adopt_as(struct fixture *f, const char *user, const char *uid, const char *gid)
{
    return RUN(f, "sysadm", "account", "adopt", "user", user, "uid", uid, "gid", gid, "home",
               "/home/x", "shell", "/bin/bash", "hash", HASH CHARS_43 CHARS_43, "set",
               "2026-01-02");
}

static void what_is_refused(void **state)
{
    struct fixture *f = *state;
    char taken[16];
    snprintf(taken, sizeof(taken), "%u", FIRST_UID + 5);
    const struct {
        const char *user, *uid, *gid, *words;
        int error; /* 0: good */
    } cases[] = {
        {"laowang", "1986001", "1986001", NULL, 0},
        {"laowang2", "1986001", "1986002", "uid 1986001 is that of the account laowang",
         GDPOP_ERR_EXISTS},
        {"laowang", "1986003", "1986003", "user: the account laowang", GDPOP_ERR_EXISTS},
        {"zhangsan", "1986003", "1986003", "user: the account zhangsan", GDPOP_ERR_EXISTS},
        {"laoli", taken, "1986003", "zhangsan", GDPOP_ERR_EXISTS},
        {"Lao.Li", "1986003", "1986003", "user: ", GDPOP_ERR_FORMAT},
        {"laoli", "65535", "1986003", "uid 65535", GDPOP_ERR_REFUSED},
        {"laoli", "4294967295", "1986003", "uid 4294967295", GDPOP_ERR_REFUSED},
        {"laoli", "1986003", "0", "gid 0", GDPOP_ERR_REFUSED},
        {"laoli", "1986003", "59991", "gid 59991", GDPOP_ERR_REFUSED},
        {"laoli", "59991", "1986003", "gives rights", GDPOP_ERR_REFUSED},
        {"sudo", "1986003", "1986003", "user: sudo", GDPOP_ERR_REFUSED},
        {"gdpop-audit", "1986003", "1986003", "user: gdpop-audit", GDPOP_ERR_REFUSED},
        {"laoli", "1986003", "100", NULL, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int r = adopt_as(f, cases[i].user, cases[i].uid, cases[i].gid);
        if (cases[i].error)
            assert_refused(r, cases[i].error, cases[i].words);
        else
            assert_ok(r);
    }
    assert_refused(RUN(f, "sysadm", "account", "adopt", "user", "laosun", "uid", "1986009", "gid",
                       "1986009", "home", "home"),
                   GDPOP_ERR_REFUSED, "home \"home\"");
    assert_refused(RUN(f, "sysadm", "account", "adopt", "user", "laosun", "uid", "1986009", "gid",
                       "1986009", "home", "/x", "org", "elsewhere"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(RUN(f, "secadm", "account", "adopt", "user", "laosun", "uid", "1986009", "gid",
                       "1986009", "home", "/x"),
                   GDPOP_ERR_NOT_AUTHORISED, "system");
}

static void only_whole_hashes_of_libcrypt(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *hash;
        bool good;
    } cases[] = {
        {HASH CHARS_43 CHARS_43, true},
        {"$y$j9T$abcdefghijklmnopqrstu.$" CHARS_43, true},
        {"$1$saltsalt$0123456789012345678901", true},
        {"ab01234567890", true},
        {HASH CHARS_43, false},
        {"{SSHA}abcdef", false},
        {"plain text", false},
        {"!" HASH CHARS_43 CHARS_43, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char user[16], uid[16];
        snprintf(user, sizeof(user), "user%zu", i);
        snprintf(uid, sizeof(uid), "%zu", 1986010 + i);
        int r = RUN(f, "sysadm", "account", "adopt", "user", user, "uid", uid, "gid", uid, "home",
                    "/home/x", "hash", cases[i].hash);
        if (cases[i].good)
            assert_ok(r);
        else
            assert_refused(r, GDPOP_ERR_REFUSED, "hash: ");
    }
}

static void who_stays_local_is_told_of(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *user, *uid, *why;
    } cases[] = {
        {"root", "0", "break-glass"},          {"root", "5000", "break-glass"},
        {"daemon", "1", "system account"},     {"last", "999", "system account"},
        {"nobody", "65534", "system account"}, {"first", "1986021", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(RUN(f, "sysadm", "account", "adopt", "user", cases[i].user, "uid", cases[i].uid,
                      "gid", "1986020", "home", "/home/x"));
        assert_string_equal(field(f, 0, "skipped"), cases[i].why);
    }
}

static void it_is_completed_as_every_other(void **state)
{
    struct fixture *f = *state;
    assert_ok(adopt_as(f, "laowang", "1986030", "100"));
    assert_string_equal(field(f, 0, "lacks"),
                        "real-name data, application, approval, pledge, device");
    assert_string_equal(field(f, 0, "organisation"), "county");
    assert_ok(RUN(f, "sysadm", "account", "list", "lacking", "yes"));
    assert_true(find_row(f, "user", "laowang") >= 0);
    with_store(f, put_wang, NULL);
    assert_ok(RUN(f, "sysadm", "account", "apply", "user", "laowang", "person", "P000020", "system",
                  "population", "role", "entry"));
    assert_refused(RUN(f, "sysadm", "account", "apply", "user", "laowang", "person", "P000020",
                       "system", "population", "role", "entry"),
                   GDPOP_ERR_EXISTS, "already");
    assert_ok(RUN(f, "audadm", "account", "show", "user", "laowang"));
    assert_string_equal(field(f, 0, "state"), "applied");
    assert_string_equal(field(f, 0, "uid"), "1986030");
}

static void frozen_and_back_it_is_what_it_was(void **state)
{
    struct fixture *f = *state;
    assert_ok(adopt_as(f, "laowang", "1986031", "1986031"));
    assert_ok(RUN(f, "sysadm", "account", "freeze", "user", "laowang", "reason", "x"));
    assert_ok(RUN(f, "secadm", "account", "unfreeze", "user", "laowang", "reason", "x"));
    assert_ok(RUN(f, "audadm", "account", "show", "user", "laowang"));
    assert_string_equal(field(f, 0, "state"), "applied");
}

#define START(f, actor, ...)                                                                       \
    RUN(f, actor, "observe", "start", __VA_ARGS__, "from", "2020-01-01", "until", "2099-12-31",    \
        "paper", "x", "reason", "x")

static void a_start_has_its_leader_and_its_rules(void **state)
{
    struct fixture *f = *state;
    assert_refused(START(f, "secadm", "subject", "county", "leader", "P000005"), GDPOP_ERR_REFUSED,
                   "P000005 may not approve");
    assert_refused(
        START(f, "secadm", "subject", "county", "leader", "P000009", "date", "2019-12-31"),
        GDPOP_ERR_REFUSED, "in office on that day");
    assert_refused(
        START(f, "secadm", "subject", "county", "leader", "P000009", "date", "2199-12-31"),
        GDPOP_ERR_USAGE, "future");
    assert_refused(START(f, "secadm", "subject", "elsewhere", "leader", "P000009"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(START(f, "secadm", "subject", "nowhere", "leader", "P000009"),
                   GDPOP_ERR_NOT_FOUND, "nowhere");
    assert_refused(START(f, "secadm", "all", "yes", "leader", "P000009"), GDPOP_ERR_NOT_AUTHORISED,
                   "at the top");
    assert_refused(START(f, "sysadm", "subject", "county", "leader", "P000009"),
                   GDPOP_ERR_NOT_AUTHORISED, "security");
    static const char *const held[] = {"freeze", "lockout", "lending", "expiry", "initial"};
    for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
        assert_refused(
            START(f, "secadm", "subject", "county", "leader", "P000009", "rule", held[i]),
            GDPOP_ERR_REFUSED, "always decides");
    assert_ok(START(f, "secadm", "subject", "county", "leader", "P000009", "rule", "device"));
    assert_ok(RUN(f, "secadm", "observe", "list"));
    assert_int_equal(f->result->count, 0); /* one administrator alone changes nothing */
    assert_refused(RUN(f, "secadm", "request", "confirm", "id", "R000001"),
                   GDPOP_ERR_NOT_AUTHORISED, "another administrator");
    assert_ok(RUN(f, "sysadm", "request", "confirm", "id", "R000001"));
    assert_ok(START(f, "secadm", "subject", "host", "leader", "P000009"));
    confirm_request(f, "sysadm");
    assert_int_equal(f->result->count, 10);
    assert_ok(RUN(f, "secadm", "observe", "list"));
    assert_int_equal(f->result->count, 11);
    assert_string_equal(field(f, 1, "approver"), "P000009");
    assert_ok(RUN(f, "secadm", "observe", "end", "id", "X000002"));
}

static bool is_allowed(struct fixture *f, const char *user, const char *code)
{
    assert_ok(RUN(f, "audadm", "policy", "test", "user", user, "service", "sshd", "address",
                  "10.77.1.5", "proved", "yes"));
    if (!f->result->ok && !strstr(f->result->message, code))
        fail_msg("%s", f->result->message);
    return f->result->ok;
}

static void only_adopted_accounts_wait_for_approval(void **state)
{
    struct fixture *f = *state;
    assert_ok(adopt_as(f, "laowang", "1986032", "1986032"));
    assert_false(is_allowed(f, "laowang", " A01 "));
    assert_ok(START(f, "secadm", "subject", "host", "leader", "P000009"));
    assert_false(is_allowed(f, "laowang", " A01 "));
    assert_ok(RUN(f, "sysadm", "request", "confirm", "id", "R000001"));
    assert_true(is_allowed(f, "laowang", ""));
    assert_ok(RUN(f, "audadm", "account", "list", "would-deny", "yes"));
    int row = find_row(f, "user", "laowang");
    assert_true(row >= 0);
    assert_string_equal(field(f, (size_t)row, "code"), "A01");
    /* Who only applied, and was not taken over, waits for nothing. */
    with_store(f, put_wang, NULL);
    assert_ok(RUN(f, "sysadm", "account", "apply", "user", "xinren", "person", "P000020", "system",
                  "population", "role", "entry"));
    assert_false(is_allowed(f, "xinren", " F04 "));
    assert_ok(RUN(f, "sysadm", "account", "freeze", "user", "laowang", "reason", "x"));
    assert_false(is_allowed(f, "laowang", " F02 "));
    assert_ok(RUN(f, "secadm", "account", "unfreeze", "user", "laowang", "reason", "x"));
    assert_ok(RUN(f, "sysadm", "account", "close", "user", "laowang", "reason", "x"));
    assert_false(is_allowed(f, "laowang", " F01 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(what_is_refused),
        ADMIN_TEST(only_whole_hashes_of_libcrypt),
        ADMIN_TEST(who_stays_local_is_told_of),
        ADMIN_TEST(it_is_completed_as_every_other),
        ADMIN_TEST(frozen_and_back_it_is_what_it_was),
        ADMIN_TEST(a_start_has_its_leader_and_its_rules),
        ADMIN_TEST(only_adopted_accounts_wait_for_approval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
