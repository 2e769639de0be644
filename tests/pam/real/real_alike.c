/* Whoever guesses learns nothing of an account: with a wrong password the words, codes, pauses,
 * hashes and flushes are the same for every account, and so is the time of the processor.
 *
 * The time is compared by rank (Mann and Whitney), each kind with the known account. What is told
 * apart is a shift of more than MARGIN of the time of one hash, in either direction; per comparison
 * an alarm needs ALARM_SIGMA standard deviations, which equal times reach once in 25 million
 * (normal tail 4e-8; the exact one is smaller, since ranks are bounded). With 7 kinds in two
 * directions this test raises a false alarm less than once in 1,700,000 runs. A hash that is
 * missing or done twice separates the samples wholly, 9.4 deviations: that this is seen is tested
 * too. Time of the processor, not of the clock, and kinds in turn: load weighs on all alike. */
#include "living.h"

#include <crypt.h>
#include <dlfcn.h>
#include <math.h>
#include <time.h>

enum { SAMPLES = 60, EACH = 3, ACCOUNTS = SAMPLES / EACH }; /* EACH is below the lockout limit */
#define MARGIN 0.25
#define ALARM_SIGMA 5.4
#define WRONG "Wrong-Guess#1"
#define HASH_PREFIX "$y$"
#define HASH_COUNT 3

enum kind { KNOWN, UNKNOWN, LOCKED, FROZEN, CLOSED, APPLIED, NO_PASSWORD, SUSPENDED, KINDS };

static const struct {
    const char *name, *state;
    bool has_password, locked;
} kinds[KINDS] = {
    [KNOWN] = {"known", "active", true, false},
    [UNKNOWN] = {"unknown", NULL, false, false},
    [LOCKED] = {"locked", "active", true, true},
    [FROZEN] = {"frozen", "frozen", true, false},
    [CLOSED] = {"closed", "closed", true, false},
    [APPLIED] = {"applied", "applied", false, false},
    [NO_PASSWORD] = {"new", "active", false, false},
    [SUSPENDED] = {"approved", "approved", true, false},
};

/* What one attempt shows to who makes it, and costs the host. */
struct attempt {
    char words[256];
    int code;
    unsigned delay_usec, hashes, flushes;
    double cpu_usec;
};

static struct attempt now;

/* Before those of the C library and libcrypt. */
#define SHOWN __attribute__((visibility("default")))
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

SHOWN char *crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
    now.hashes++;
    return NEXT(crypt_rn)(phrase, setting, data, size);
}

SHOWN int fdatasync(int fd)
{
    (void)fd;
    now.flushes++;
    return 0;
}

static double cpu_usec(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
                    void *arg)
{
    struct pam_response *list = calloc((size_t)n, sizeof(*list));
    (void)arg;
    assert_non_null(list);
    for (int i = 0; i < n; i++) {
        size_t used = strlen(now.words);
        snprintf(now.words + used, sizeof(now.words) - used, "%d:%s|", messages[i]->msg_style,
                 messages[i]->msg);
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
            list[i].resp = strdup(WRONG);
    }
    *responses = list;
    return PAM_SUCCESS;
}

static void pause_asked(int code, unsigned usec, void *arg)
{
    (void)code, (void)arg;
    now.delay_usec = usec;
}

static void name_of(enum kind kind, unsigned i, char out[static 32])
{
    snprintf(out, 32, "%s-%02u", kinds[kind].name, i);
}

static void try(const struct fixture *f, enum kind kind, unsigned i)
{
    static const struct pam_conv conv = {converse, NULL};
    void (*pause)(int, unsigned, void *) = pause_asked;
    char name[32];
    const void *item;
    memcpy(&item, &pause, sizeof(item));
    name_of(kind, i, name);
    pam_handle_t *pamh = start(f, name, &conv);
    pam_set_item(pamh, PAM_FAIL_DELAY, item);
    now = (struct attempt){.cpu_usec = -cpu_usec()};
    now.code = pam_authenticate(pamh, 0);
    now.cpu_usec += cpu_usec();
    pam_end(pamh, now.code);
    /* libpam draws the pause anew around what was asked. */
    now.delay_usec = now.delay_usec >= 500000 && now.delay_usec <= 1500000;
}

static int set_hash_cost(struct txn *t, void *arg)
{
    Model__Override prefix = MODEL__OVERRIDE__INIT, count = MODEL__OVERRIDE__INIT;
    char text[16];
    (void)arg;
    snprintf(text, sizeof(text), "%d", HASH_COUNT);
    prefix.setting = T("hash_prefix");
    prefix.value = T(HASH_PREFIX);
    count.setting = T("hash_count");
    count.value = text;
    int r = store_put_override(t, &prefix);
    r = r == 0 ? store_put_override(t, &count) : r;
    return r == 0 ? policy_compile(t) : r;
}

static int setup(void **state)
{
    char salt[PHASH_MAX_BYTES], hash[PHASH_MAX_BYTES], name[32];
    struct secret password = {0};
    if (fixture_setup(state) != 0)
        return -1;
    struct fixture *f = *state;
    write_stacks(f);
    with_store(f, set_hash_cost, NULL);
    assert_ok(secret_set(&password, FIRST_PASSWORD, strlen(FIRST_PASSWORD)));
    assert_ok(phash_salt(HASH_PREFIX, HASH_COUNT, salt));
    assert_ok(phash_make(&password, salt, hash));
    for (unsigned i = 0; i < ACCOUNTS * KINDS; i++) {
        enum kind kind = i % KINDS;
        if (kind == UNKNOWN)
            continue;
        name_of(kind, i / KINDS, name);
        struct living l = {name, kinds[kind].state, kinds[kind].has_password ? hash : "", i,
                           kinds[kind].locked ? clock_now() + CLOCK_DAY : 0};
        with_store(f, put_living, &l);
    }
    return 0;
}

/* Standard deviations by which the samples of a, each plus shift, rank above those of b. */
static double rank_above(const double a[static SAMPLES], double shift,
                         const double b[static SAMPLES])
{
    double above = 0, n = SAMPLES;
    for (int i = 0; i < SAMPLES; i++)
        for (int k = 0; k < SAMPLES; k++)
            above += a[i] + shift > b[k] ? 1 : a[i] + shift < b[k] ? 0 : 0.5;
    return (above - n * n / 2) / sqrt(n * n * (2 * n + 1) / 12);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_hash_usec(void)
{
    char salt[PHASH_MAX_BYTES];
    double usec[15];
    struct secret password = {0};
    assert_ok(secret_set(&password, WRONG, strlen(WRONG)));
    for (int i = 0; i < 15; i++) {
        usec[i] = -cpu_usec();
        phash_dummy(&password, HASH_PREFIX, HASH_COUNT);
        usec[i] += cpu_usec();
    }
    qsort(usec, 15, sizeof(usec[0]), compare);
    assert_ok(phash_salt(HASH_PREFIX, HASH_COUNT, salt));
    return usec[7];
}

static bool told_apart(const double a[static SAMPLES], const double b[static SAMPLES], double hash)
{
    return rank_above(a, -MARGIN * hash, b) > ALARM_SIGMA ||
           rank_above(b, -MARGIN * hash, a) > ALARM_SIGMA;
}

static void assert_alike(enum kind kind, const struct attempt *wanted)
{
    if (strcmp(now.words, wanted->words) != 0 || now.code != wanted->code ||
        now.delay_usec != wanted->delay_usec || now.hashes != wanted->hashes ||
        now.flushes != wanted->flushes)
        fail_msg("%s: \"%s\" %d, pause %u, %u hashes, %u flushes; known: \"%s\" %d, pause %u, %u "
                 "hashes, %u flushes",
                 kinds[kind].name, now.words, now.code, now.delay_usec, now.hashes, now.flushes,
                 wanted->words, wanted->code, wanted->delay_usec, wanted->hashes, wanted->flushes);
}

static void test_a_wrong_password_tells_nothing(void **state)
{
    static double usec[KINDS][SAMPLES];
    struct attempt wanted;
    double hash = median_hash_usec();
    try(*state, UNKNOWN, 0); /* the first event begins an epoch of the trail */
    for (unsigned i = 0; i < SAMPLES; i++) {
        for (unsigned k = 0; k < KINDS; k++) {
            enum kind kind = (k + i) % KINDS; /* none is always the first */
            try(*state, kind, i / EACH);
            if (i == 0 && k == 0)
                wanted = now;
            assert_alike(kind, &wanted);
            usec[kind][i] = now.cpu_usec;
        }
    }
    assert_int_equal(wanted.code, PAM_AUTH_ERR);
    assert_string_equal(wanted.words, "1:Password: |");
    assert_int_equal(wanted.hashes, 1);
    assert_int_equal(wanted.flushes, 1);
    for (enum kind kind = KNOWN + 1; kind < KINDS; kind++)
        if (told_apart(usec[kind], usec[KNOWN], hash))
            fail_msg("%s is told from known by its time", kinds[kind].name);
}

/* The comparison would see it. */
static void test_a_missing_hash_is_seen(void **state)
{
    static double with[SAMPLES], without[SAMPLES];
    double hash = median_hash_usec();
    for (unsigned i = 0; i < SAMPLES; i++) {
        try(*state, UNKNOWN, i / EACH);
        with[i] = now.cpu_usec;
        try(*state, UNKNOWN, i / EACH);
        without[i] = now.cpu_usec - hash;
    }
    assert_true(told_apart(without, with, hash));
    assert_true(told_apart(with, without, hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_wrong_password_tells_nothing, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_missing_hash_is_seen, setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
