/* Changes of password through the library's public calls, on a real store. */
#include "fixture.h"

#include <crypt.h>
#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define SECOND_PASSWORD "Winter#2026-Zhuhai"
#define THIRD_PASSWORD "Harvest#2027-Foshan"

/* Hashes computed by this process and those it forks; a hash is held up while the gate is shut. */
static struct {
    atomic_int hashes, shut, waiting;
} * shared;

/* In place of libcrypt's, and calling it. */
char *crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
    char *(*real)(const char *, const char *, void *, int);
    *(void **)&real = dlsym(RTLD_NEXT, "crypt_rn");
    atomic_fetch_add(&shared->hashes, 1);
    atomic_fetch_add(&shared->waiting, 1);
    while (atomic_load(&shared->shut))
        sched_yield();
    atomic_fetch_sub(&shared->waiting, 1);
    return real(phrase, setting, data, size);
}

static int share(void **state)
{
    (void)state;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED ? -1 : 0;
}

/* passwd, run by the account itself. */
static struct gdpop_evidence passwd_evidence(void)
{
    struct gdpop_evidence ev = evidence();
    ev.service = "passwd";
    ev.auth_info = ev.address = NULL;
    ev.caller_uid = USER_UID;
    return ev;
}

static struct gdpop_verdict change_to(struct fixture *f, const struct gdpop_evidence *ev,
                                      const char *old, const char *new)
{
    struct gdpop_verdict v;
    gdpop_password_change(f->g, ev, old, old ? strlen(old) : 0, new, strlen(new), &v);
    return v;
}

static void expect(struct gdpop_verdict v, enum gdpop_outcome outcome, const char *code)
{
    if (v.outcome != outcome || strcmp(v.code, code) != 0)
        fail_msg("outcome %d, \"%s\", error %d %s", (int)v.outcome, v.sentence, v.error,
                 err_sentence());
}

struct edit {
    void (*edit)(Model__Credential *c, void *arg);
    void *arg;
};

static int edit_credential(struct txn *t, void *arg)
{
    const struct edit *e = arg;
    Model__Credential *c;
    int r = store_get_credential(t, USER, &c);
    if (r != 0)
        return r;
    e->edit(c, e->arg);
    return store_put_credential(t, USER, c);
}

static void with_credential(struct fixture *f, void (*edit)(Model__Credential *c, void *arg),
                            void *arg)
{
    struct edit e = {edit, arg};
    with_store(f, edit_credential, &e);
}

static int set_account_state(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, USER, &x);
    x->state = arg;
    return r == 0 ? store_put_account(t, x) : r;
}

static void test_a_change(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence(), ssh = evidence();
    struct gdpop_verdict v;
    assert_ok(gdpop_password_ready(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_CHANGE_PASSWORD);
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_ALLOWED, "");
    assert_int_equal(events(f, "password.change", "done"), 1);
    assert_int_equal(try_password(f, &ssh, FIRST_PASSWORD), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(try_password(f, &ssh, SECOND_PASSWORD), GDPOP_ALLOWED);
}

/* One hash to prove the old one, one for the history, one to keep; and none more as the history
 * grows. What is refused for its form costs no hash but the proof. */
static void test_three_hashes(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    const char *old = FIRST_PASSWORD;
    char next[8][32];
    for (int i = 0; i < 8; i++) {
        snprintf(next[i], sizeof(next[i]), "Lychee#%d-Orchard-%c%c", 4711 * (i + 3), 'q' + i,
                 'k' - i);
        int before = atomic_load(&shared->hashes);
        expect(change_to(f, &ev, old, next[i]), GDPOP_ALLOWED, "");
        assert_int_equal(atomic_load(&shared->hashes) - before, 3);
        old = next[i];
    }
    int before = atomic_load(&shared->hashes);
    expect(change_to(f, &ev, old, "a1#"), GDPOP_DENIED, "P01");
    assert_int_equal(atomic_load(&shared->hashes) - before, 1);
    before = atomic_load(&shared->hashes);
    expect(change_to(f, &ev, old, next[6]), GDPOP_DENIED, "P41");
    assert_int_equal(atomic_load(&shared->hashes) - before, 2);
}

static void test_refused_passwords(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    static const struct {
        const char *new, *code;
    } cases[] = {
        {"", "P01"},
        {"Kapok#1", "P01"},          /* seven characters */
        {"花城#a1木棉", "P01"},      /* seven characters of more bytes */
        {"Kapok-Garden", "P10"},     /* no digit */
        {"Gdpop-Zhangsan#1", "P20"}, /* the account's name */
        {FIRST_PASSWORD, "P32"},     /* the current one is like the old one */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gdpop_verdict v = change_to(f, &ev, FIRST_PASSWORD, cases[i].new);
        if (v.outcome != GDPOP_DENIED || strcmp(v.code, cases[i].code) != 0)
            fail_msg("case %zu: outcome %d, \"%s\"", i, (int)v.outcome, v.sentence);
        assert_string_equal(v.language, "en");
    }
    assert_int_equal(events(f, "password.change", "denied"), sizeof(cases) / sizeof(cases[0]));
    assert_int_equal(events(f, "password.change", "done"), 0);
    expect(change_to(f, &ev, FIRST_PASSWORD, "vK7#mQ%2"), GDPOP_ALLOWED, "");
}

static void test_too_long(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    char new[GDPOP_PASSWORD_MAX_BYTES + 2];
    struct gdpop_verdict v;
    for (size_t i = 0; i < sizeof(new); i++)
        new[i] = "Kapok#17-Orchid%29"[i * 7 % 18];
    gdpop_password_change(f->g, &ev, FIRST_PASSWORD, strlen(FIRST_PASSWORD), new, 513, &v);
    expect(v, GDPOP_DENIED, "P05");
    gdpop_password_change(f->g, &ev, new, 513, SECOND_PASSWORD, strlen(SECOND_PASSWORD), &v);
    assert_int_equal(v.outcome, GDPOP_DENIED_CREDENTIAL);
    gdpop_password_change(f->g, &ev, FIRST_PASSWORD, strlen(FIRST_PASSWORD), new, 512, &v);
    expect(v, GDPOP_ALLOWED, "");
}

static int use_bcrypt(struct txn *t, void *arg)
{
    Model__Override prefix = MODEL__OVERRIDE__INIT, count = MODEL__OVERRIDE__INIT;
    (void)arg;
    prefix.setting = T("hash_prefix");
    prefix.value = T("$2b$");
    count.setting = T("hash_count");
    count.value = T("4");
    int r = store_put_override(t, &prefix);
    r = r == 0 ? store_put_override(t, &count) : r;
    return r == 0 ? policy_compile(t) : r;
}

/* A method that reads 72 bytes: more are refused in words, never cut and never left undecided. */
static void test_too_long_for_the_method(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    struct gdpop_verdict v;
    char new[74];
    for (size_t i = 0; i < sizeof(new); i++)
        new[i] = "Kapok#17-Orchid%29"[i * 7 % 18];
    with_store(f, use_bcrypt, NULL);
    assert_ok(
        gdpop_password_change(f->g, &ev, FIRST_PASSWORD, strlen(FIRST_PASSWORD), new, 73, &v));
    expect(v, GDPOP_DENIED, "P06");
    assert_int_equal(events(f, "password.change", "denied"), 1);
    assert_ok(
        gdpop_password_change(f->g, &ev, FIRST_PASSWORD, strlen(FIRST_PASSWORD), new, 72, &v));
    expect(v, GDPOP_ALLOWED, "");
}

/* A wrong old password is a guess like any other. */
static void test_a_wrong_old_password_counts(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    for (int i = 0; i < 5; i++)
        expect(change_to(f, &ev, i % 2 ? "wrong" : NULL, SECOND_PASSWORD), GDPOP_DENIED_CREDENTIAL,
               "");
    assert_int_equal(events(f, "account.lockout", "done"), 1);
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_DENIED_CREDENTIAL, "");
    assert_int_equal(events(f, "password.change", "done"), 0);
}

/* ---- Who may, and when ---- */

static void test_root_is_no_proof(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    struct gdpop_verdict v;
    ev.caller_uid = 0;
    assert_ok(gdpop_password_ready(f->g, &ev, &v));
    expect(v, GDPOP_DENIED, "I03");
    expect(change_to(f, &ev, NULL, SECOND_PASSWORD), GDPOP_DENIED_CREDENTIAL, "");
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_DENIED, "I03");
    ev.password_proved = true; /* without the proof itself */
    expect(change_to(f, &ev, NULL, SECOND_PASSWORD), GDPOP_DENIED, "I05");
    ev.proof = "";
    expect(change_to(f, &ev, NULL, SECOND_PASSWORD), GDPOP_DENIED, "I05");
    ev.proof = "0123456789abcdef0123456789abcdef";
    expect(change_to(f, &ev, NULL, SECOND_PASSWORD), GDPOP_DENIED, "I05");
    assert_int_equal(events(f, "password.change", "done"), 0);
}

static void prove(struct fixture *f, struct gdpop_evidence *ev, const char *password,
                  struct gdpop_verdict *v)
{
    assert_ok(gdpop_authenticate(f->g, ev, password, strlen(password), v));
    assert_int_equal(v->outcome, GDPOP_ALLOWED);
    assert_string_not_equal(v->proof, "");
    ev->password_proved = true;
    ev->proof = v->proof;
}

/* sshd after a login: the password is not asked again, and two hashes more are enough. */
static void test_a_proof_of_the_login(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict proof, v;
    prove(f, &ev, FIRST_PASSWORD, &proof);
    assert_ok(gdpop_password_ready(f->g, &ev, &v));
    expect(v, GDPOP_CHANGE_PASSWORD, "");
    int before = atomic_load(&shared->hashes);
    expect(change_to(f, &ev, NULL, SECOND_PASSWORD), GDPOP_ALLOWED, "");
    assert_int_equal(atomic_load(&shared->hashes) - before, 2);
}

/* Somebody who knows the old password waits at the prompt for a new one; the owner, warned, changes
 * it meanwhile. The proof is one of a password that is no more. */
static void test_a_proof_ends_with_the_password(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence thief = evidence(), owner = passwd_evidence();
    struct gdpop_verdict proof, v;
    prove(f, &thief, FIRST_PASSWORD, &proof);
    expect(change_to(f, &owner, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_ALLOWED, "");
    expect(change_to(f, &thief, NULL, THIRD_PASSWORD), GDPOP_DENIED, "I05");
    expect(change_to(f, &thief, FIRST_PASSWORD, THIRD_PASSWORD), GDPOP_DENIED, "I05");
    assert_ok(gdpop_password_ready(f->g, &thief, &v));
    expect(v, GDPOP_DENIED, "I05");
    struct gdpop_evidence ev = evidence();
    assert_int_equal(try_password(f, &ev, SECOND_PASSWORD), GDPOP_ALLOWED);
}

/* The proof of a login that made the hash anew (its method was an older one) holds. */
static void test_a_proof_with_a_new_hash(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict proof;
    with_store(f, use_bcrypt, NULL);
    prove(f, &ev, FIRST_PASSWORD, &proof);
    expect(change_to(f, &ev, NULL, SECOND_PASSWORD), GDPOP_ALLOWED, "");
}

static void test_states_that_cannot_change(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    struct gdpop_verdict v;
    static const struct {
        const char *state, *code;
    } cases[] = {{"frozen", "F07"}, {"closed", "F01"}, {"applied", "F04"}, {"approved", "A04"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        with_store(f, set_account_state, T(cases[i].state));
        assert_ok(gdpop_password_ready(f->g, &ev, &v));
        expect(v, GDPOP_DENIED, cases[i].code);
        expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_DENIED, cases[i].code);
    }
    with_store(f, set_account_state, T("active"));
    ev.user = "nobody-knows";
    assert_ok(gdpop_password_ready(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_DENIED_CREDENTIAL, "");
    assert_int_equal(events(f, "password.change", "done"), 0);
}

static void take_hash_away(Model__Credential *c, void *arg)
{
    (void)arg;
    c->hash = T("");
}

static void test_without_a_password(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    struct gdpop_verdict v;
    with_credential(f, take_hash_away, NULL);
    assert_ok(gdpop_password_ready(f->g, &ev, &v));
    expect(v, GDPOP_DENIED, "I04");
    expect(change_to(f, &ev, "", SECOND_PASSWORD), GDPOP_DENIED_CREDENTIAL, "");
}

/* ---- Two at once ---- */

static pid_t start_change(struct fixture *f, const char *new)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct gdpop_evidence ev = passwd_evidence();
        _exit((int)change_to(f, &ev, FIRST_PASSWORD, new).outcome);
    }
    assert_true(pid > 0);
    return pid;
}

static int wait_outcome(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Two changes with the same old password: one becomes the password, the other is told no. */
static void test_two_changes_at_once(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 10; round++) {
        struct fixture *own;
        struct gdpop_evidence ev = evidence();
        (void)f;
        assert_int_equal(fixture_setup((void **)&own), 0);
        pid_t a = start_change(own, SECOND_PASSWORD), b = start_change(own, THIRD_PASSWORD);
        bool first = wait_outcome(a) == GDPOP_ALLOWED, second = wait_outcome(b) == GDPOP_ALLOWED;
        assert_true(first != second);
        assert_int_equal(try_password(own, &ev, first ? SECOND_PASSWORD : THIRD_PASSWORD),
                         GDPOP_ALLOWED);
        assert_int_equal(events(own, "password.change", "done"), 1);
        assert_int_equal(fixture_teardown((void **)&own), 0);
    }
}

static int lock_account(struct txn *t, void *arg)
{
    Model__Counter *counter;
    int r = store_get_counter(t, USER, &counter);
    (void)arg;
    counter->locked_until_at = clock_now() + CLOCK_DAY;
    return r == 0 ? store_put_counter(t, USER, counter) : r;
}

static int freeze_meanwhile(struct txn *t, void *arg)
{
    (void)arg;
    return set_account_state(t, T("frozen"));
}

/* A freeze or a lockout that comes while the new password is hashed wins, and is what is told. */
static void test_what_comes_while_hashing(void **state)
{
    int (*const changes[])(struct txn *, void *) = {freeze_meanwhile, lock_account};
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct fixture *f;
        struct gdpop_evidence ev = evidence();
        struct gdpop_verdict proof;
        assert_int_equal(fixture_setup((void **)&f), 0);
        prove(f, &ev, FIRST_PASSWORD, &proof);
        atomic_store(&shared->shut, 1);
        pid_t pid = fork();
        if (pid == 0)
            _exit((int)change_to(f, &ev, NULL, SECOND_PASSWORD).outcome);
        while (atomic_load(&shared->waiting) == 0)
            sched_yield();
        with_store(f, changes[i], NULL);
        atomic_store(&shared->shut, 0);
        assert_int_equal(wait_outcome(pid), GDPOP_DENIED);
        assert_int_equal(events(f, "password.change", "done"), 0);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

/* ---- History ---- */

static void change_back(struct fixture *f, int between, const char *code)
{
    struct gdpop_evidence ev = passwd_evidence();
    char last[2][32] = {FIRST_PASSWORD, ""};
    for (int i = 0; i < between; i++) {
        char *new = last[(i + 1) % 2];
        snprintf(new, sizeof(last[0]), "Lychee#%d-Orchard-%c%c", 4711 * (i + 3), 'q' + i, 'k' - i);
        expect(change_to(f, &ev, last[i % 2], new), GDPOP_ALLOWED, "");
    }
    expect(change_to(f, &ev, last[between % 2], FIRST_PASSWORD),
           code[0] ? GDPOP_DENIED : GDPOP_ALLOWED, code);
}

/* reuse_depth is 5: the current one and the four before. */
static void test_the_fifth_last_is_refused(void **state)
{
    change_back(*state, 4, "P41");
}

static void test_the_sixth_last_may_come_back(void **state)
{
    change_back(*state, 5, "");
}

static void forget_history(Model__Credential *c, void *arg)
{
    (void)arg;
    c->history_salt = T("");
    c->n_history = 0;
}

static int waive_dictionary(struct txn *t, void *arg)
{
    Model__Permit p = MODEL__PERMIT__INIT;
    (void)arg;
    p.id = T("X000001");
    p.kind = T("waiver");
    p.until_at = clock_now() + CLOCK_DAY;
    p.setting = T("dictionary_check");
    p.value = T("no");
    return store_put_permit(t, &p);
}

/* A password brought in with its hash alone has no history, and is still none to choose again. */
static void test_an_adopted_password_is_not_new(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence asked = passwd_evidence(), proved = evidence();
    struct gdpop_verdict proof;
    with_credential(f, forget_history, NULL);
    with_store(f, waive_dictionary, NULL);
    expect(change_to(f, &asked, FIRST_PASSWORD, FIRST_PASSWORD), GDPOP_DENIED, "P41");
    prove(f, &proved, FIRST_PASSWORD, &proof);
    expect(change_to(f, &proved, NULL, FIRST_PASSWORD), GDPOP_DENIED, "P41");
    expect(change_to(f, &proved, NULL, SECOND_PASSWORD), GDPOP_ALLOWED, "");
}

static void grow_history(Model__Credential *c, void *arg)
{
    static Model__OldPassword entry[40], *list[41];
    size_t n = *(size_t *)arg;
    for (size_t i = 0; i < n; i++) {
        model__old_password__init(&entry[i]);
        entry[i].hash = T("$5$rounds=1000$elsewhere$x");
        list[i] = &entry[i];
    }
    list[n] = c->history[0];
    c->history = list;
    c->n_history = n + 1;
}

static void count_history(Model__Credential *c, void *arg)
{
    *(size_t *)arg = c->n_history;
}

static void test_the_history_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    size_t n = 40;
    with_credential(f, grow_history, &n);
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_ALLOWED, "");
    with_credential(f, count_history, &n);
    assert_int_equal(n, 24);
    expect(change_to(f, &ev, SECOND_PASSWORD, FIRST_PASSWORD), GDPOP_DENIED, "P41");
}

/* ---- Changes that are asked for ---- */

static void make_initial(Model__Credential *c, void *arg)
{
    (void)arg;
    c->initial = true;
    c->initial_until_at = clock_now() + CLOCK_DAY;
    c->judged_by = T("");
}

static void make_old(Model__Credential *c, void *arg)
{
    (void)arg;
    c->set_at = c->history[0]->set_at = clock_now() - 400 * CLOCK_DAY;
}

static void make_weakly_judged(Model__Credential *c, void *arg)
{
    (void)arg;
    c->judged_by = T("0001000400000000");
}

/* The account phase asks for a change, the change is made, the account phase is content; the new
 * password is judged by today's rules. */
static void test_a_change_clears_what_asked_for_it(void **state)
{
    static const struct {
        void (*edit)(Model__Credential *c, void *arg);
        const char *code;
    } cases[] = {{make_initial, "I01"}, {make_old, "R01"}, {make_weakly_judged, "T01"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f;
        struct gdpop_evidence ev = evidence();
        struct gdpop_verdict proof, v;
        assert_int_equal(fixture_setup((void **)&f), 0);
        with_credential(f, cases[i].edit, NULL);
        prove(f, &ev, FIRST_PASSWORD, &proof);
        assert_ok(gdpop_account(f->g, &ev, &v));
        expect(v, GDPOP_CHANGE_PASSWORD, cases[i].code);
        expect(change_to(f, &ev, NULL, FIRST_PASSWORD), GDPOP_DENIED, i == 0 ? "P43" : "P41");
        expect(change_to(f, &ev, NULL, SECOND_PASSWORD), GDPOP_ALLOWED, "");
        assert_ok(gdpop_account(f->g, &ev, &v));
        expect(v, GDPOP_ALLOWED, "");
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

static void read_judged_by(Model__Credential *c, void *arg)
{
    snprintf(arg, 17, "%s", c->judged_by);
    assert_false(c->initial);
    assert_int_equal(c->initial_until_at, 0);
    assert_int_equal(c->history[c->n_history - 1]->set_at, c->set_at);
}

static int read_fingerprint(struct txn *t, void *arg)
{
    char *systems[] = {T("population")};
    struct settings s;
    int r = policy_settings(t, systems, 1, &s);
    settings_password_fingerprint(&s, arg);
    return r;
}

static void test_judged_by(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    char judged[17], now[17];
    with_credential(f, make_weakly_judged, NULL);
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_ALLOWED, "");
    with_credential(f, read_judged_by, judged);
    with_store(f, read_fingerprint, now);
    assert_string_equal(judged, now);
}

static void end_initial(Model__Credential *c, void *arg)
{
    make_initial(c, arg);
    c->initial_until_at = clock_now() - 1;
}

static void test_an_initial_password_that_is_over(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict proof;
    with_credential(f, end_initial, NULL);
    prove(f, &ev, FIRST_PASSWORD, &proof);
    expect(change_to(f, &ev, NULL, SECOND_PASSWORD), GDPOP_DENIED, "I02");
}

static int ask_min_age(struct txn *t, void *arg)
{
    Model__Override age = MODEL__OVERRIDE__INIT;
    (void)arg;
    age.setting = T("min_age_days");
    age.value = T("3");
    int r = store_put_override(t, &age);
    return r == 0 ? policy_compile(t) : r;
}

static int observe_stricter(struct txn *t, void *arg)
{
    Model__Permit p = MODEL__PERMIT__INIT;
    (void)arg;
    p.id = T("X000001");
    p.kind = T("observe");
    p.until_at = clock_now() + CLOCK_DAY;
    p.setting = T("stricter");
    return store_put_permit(t, &p);
}

/* min_age holds for what one chooses, not for what the system asks; a rule that only observes asks
 * for nothing. */
static void test_min_age(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = passwd_evidence();
    with_store(f, ask_min_age, NULL);
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_DENIED, "P42");
    with_credential(f, make_weakly_judged, NULL);
    with_store(f, observe_stricter, NULL);
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_DENIED, "P42");
    with_credential(f, make_initial, NULL);
    expect(change_to(f, &ev, FIRST_PASSWORD, SECOND_PASSWORD), GDPOP_ALLOWED, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_change),
        TEST(test_three_hashes),
        TEST(test_refused_passwords),
        TEST(test_too_long),
        TEST(test_too_long_for_the_method),
        TEST(test_a_wrong_old_password_counts),
        TEST(test_root_is_no_proof),
        TEST(test_a_proof_of_the_login),
        TEST(test_a_proof_ends_with_the_password),
        TEST(test_a_proof_with_a_new_hash),
        TEST(test_states_that_cannot_change),
        TEST(test_without_a_password),
        TEST(test_two_changes_at_once),
        cmocka_unit_test(test_what_comes_while_hashing),
        TEST(test_the_fifth_last_is_refused),
        TEST(test_the_sixth_last_may_come_back),
        TEST(test_an_adopted_password_is_not_new),
        TEST(test_the_history_is_bounded),
        cmocka_unit_test(test_a_change_clears_what_asked_for_it),
        TEST(test_judged_by),
        TEST(test_an_initial_password_that_is_over),
        TEST(test_min_age),
    };
    return cmocka_run_group_tests(tests, share, NULL);
}
