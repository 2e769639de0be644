/* After each call of PAM all that this process can write to is searched for the passwords given in
 * it: halves of them, forwards and backwards, in any case of letters, since dictionaries make such
 * copies. The call runs within this process as within any of root's. Libpam's own item with the
 * password is gone when its calls return; what the module keeps is said where it is allowed: one
 * note from the proof to the account phase or the change of an expired password, none after
 * pam_end. */
#include "living.h"

#include <ctype.h>
#include <sys/mman.h>

enum { HALF = 9, CHUNK_BYTES = 1 << 20, REGION_MAX_BYTES = 1 << 28 };

/* Read-only memory, which is not searched. */
static const char old_password[] = FIRST_PASSWORD; /* the fixture's */
static const char new_password[] = "Lychee#47-Orchard-Kx";
static const char bad_password[] = "Meadow%91-Harbour-Qd";
static const char word_password[] = "Password-2468";
static const char *const passwords[] = {old_password, new_password, bad_password, word_password};
enum { PASSWORDS = sizeof(passwords) / sizeof(passwords[0]) };

static uint8_t *chunk; /* what is read of the memory stands here, and is not searched itself */

/* Whether half of the password, from its beginning or its end, begins at `at`. */
static bool half_at(const uint8_t *at, const char *password)
{
    size_t len = strlen(password);
    bool same[4] = {true, true, true, true};
    for (size_t i = 0; i < HALF; i++) {
        int c = tolower(at[i]);
        same[0] &= c == tolower(password[i]);
        same[1] &= c == tolower(password[len - HALF + i]);
        same[2] &= c == tolower(password[len - 1 - i]);
        same[3] &= c == tolower(password[HALF - 1 - i]);
        if (!(same[0] | same[1] | same[2] | same[3]))
            return false;
    }
    return true;
}

struct search {
    unsigned found;
    char where[320]; /* of the first */
    bool wipe;
    int fd;
};

static void search_chunk(struct search *s, unsigned long from, size_t len, const char *region)
{
    static const uint8_t nothing[HALF];
    for (size_t i = 0; i + HALF <= len; i++)
        for (int p = 0; p < PASSWORDS; p++) {
            if (!half_at(chunk + i, passwords[p]))
                continue;
            if (s->found++ == 0)
                snprintf(s->where, sizeof(s->where), "password %d at %lx of %s", p, from + i,
                         region);
            if (s->wipe)
                (void)!pwrite(s->fd, nothing, HALF, (off_t)(from + i));
        }
}

static void search_region(struct search *s, unsigned long from, unsigned long to,
                          const char *region)
{
    while (from + HALF <= to) {
        size_t want = to - from < CHUNK_BYTES ? to - from : CHUNK_BYTES;
        ssize_t n = pread(s->fd, chunk, want, (off_t)from);
        if (n < HALF)
            break;
        search_chunk(s, from, (size_t)n, region);
        from += (size_t)n - HALF + 1;
    }
    explicit_bzero(chunk, CHUNK_BYTES);
}

/* How often a password, or half of it, stands in writable memory. */
static struct search search(bool wipe)
{
    struct search s = {.wipe = wipe, .fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC)};
    char line[512], access[8], name[256];
    unsigned long from, to;
    FILE *maps = fopen("/proc/self/maps", "re");
    assert_true(s.fd >= 0 && maps != NULL);
    while (fgets(line, sizeof(line), maps)) {
        name[0] = '\0';
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &from, &to, access, name) < 3 ||
            access[1] != 'w' || to - from > REGION_MAX_BYTES ||
            (from <= (uintptr_t)chunk && (uintptr_t)chunk < to))
            continue;
        search_region(&s, from, to, name);
    }
    fclose(maps);
    close(s.fd);
    return s;
}

#define assert_left(count)                                                                         \
    do {                                                                                           \
        struct search s_ = search(false);                                                          \
        if (s_.found != (count))                                                                   \
            fail_msg("line %d: %u pieces of passwords instead of %d: %s", __LINE__, s_.found,      \
                     (count), s_.where);                                                           \
    } while (0)
/* A whole password: its two halves. */
#define ONE 2

/* The person: hangs up after the last answer. */
static struct {
    const char *const *answers;
} person;

static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
                    void *arg)
{
    (void)arg;
    assert_int_equal(n, 1);
    struct pam_response *list = calloc(1, sizeof(*list));
    assert_non_null(list);
    *responses = list;
    if (messages[0]->msg_style != PAM_PROMPT_ECHO_OFF)
        return PAM_SUCCESS;
    if (!*person.answers) {
        free(list);
        *responses = NULL;
        return PAM_CONV_ERR;
    }
    list->resp = strdup(*person.answers++);
    return PAM_SUCCESS;
}

static void no_pause(int code, unsigned usec, void *arg)
{
    (void)code, (void)usec, (void)arg;
}

#define ANSWERS(...) (person.answers = (const char *const[]){__VA_ARGS__, NULL})

static pam_handle_t *begin(const struct fixture *f)
{
    static const struct pam_conv conv = {converse, NULL};
    void (*pause)(int, unsigned, void *) = no_pause;
    const void *item;
    memcpy(&item, &pause, sizeof(item));
    pam_handle_t *pamh = start(f, USER, &conv);
    pam_set_item(pamh, PAM_FAIL_DELAY, item);
    return pamh;
}

static int make_initial(struct txn *t, void *arg)
{
    Model__Credential *c;
    (void)arg;
    int r = store_get_credential(t, USER, &c);
    if (r != 0)
        return r;
    c->initial = true;
    c->initial_until_at = clock_now() + CLOCK_DAY;
    return store_put_credential(t, USER, c);
}

static int setup(void **state)
{
    chunk = mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED || fixture_setup(state) != 0)
        return -1;
    write_stacks(*state);
    search(true); /* what the fixture itself left */
    return 0;
}

static void test_the_search_finds(void **state)
{
    (void)state;
    assert_left(0);
    char *copy = strdup(new_password);
    assert_left(ONE);
    for (size_t i = 0, n = strlen(copy); i < n / 2; i++) {
        char c = copy[i];
        copy[i] = (char)toupper(copy[n - 1 - i]);
        copy[n - 1 - i] = c;
    }
    assert_left(ONE);
    explicit_bzero(copy, strlen(copy));
    copy[0] = '\0';
    free(copy);
    search(true);
    assert_left(0);
}

static void test_a_wrong_password(void **state)
{
    pam_handle_t *pamh = begin(*state);
    ANSWERS(bad_password);
    assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
    assert_left(0);
    pam_end(pamh, PAM_AUTH_ERR);
    assert_left(0);
}

static void test_a_login(void **state)
{
    pam_handle_t *pamh = begin(*state);
    ANSWERS(old_password);
    assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
    assert_left(ONE); /* the note */
    assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
    assert_left(0);
    assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
    assert_left(0);
    pam_end(pamh, PAM_SUCCESS);
    assert_left(0);
}

static void test_a_proof_alone(void **state)
{
    pam_handle_t *pamh = begin(*state);
    ANSWERS(old_password);
    assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
    pam_end(pamh, PAM_SUCCESS);
    assert_left(0);
}

static void test_a_broken_store(void **state)
{
    struct fixture *f = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s/store", f->dir);
    assert_int_equal(system(command), 0);
    pam_handle_t *pamh = begin(f);
    ANSWERS(old_password);
    assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTHINFO_UNAVAIL);
    assert_left(0);
    pam_end(pamh, PAM_AUTHINFO_UNAVAIL);
    assert_left(0);
}

static pam_handle_t *begin_change(struct fixture *f)
{
    with_store(f, make_initial, NULL);
    pam_handle_t *pamh = begin(f);
    ANSWERS(old_password);
    assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_NEW_AUTHTOK_REQD);
    assert_left(ONE);
    return pamh;
}

static void test_a_change(void **state)
{
    pam_handle_t *pamh = begin_change(*state);
    ANSWERS(word_password, word_password, new_password, bad_password, new_password, new_password);
    assert_int_equal(pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK), PAM_SUCCESS);
    assert_left(0);
    pam_end(pamh, PAM_SUCCESS);
    assert_left(0);
}

static void test_refused_changes(void **state)
{
    pam_handle_t *pamh = begin_change(*state);
    ANSWERS(word_password, word_password, old_password, old_password, word_password, word_password);
    assert_int_equal(pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK), PAM_AUTHTOK_ERR);
    assert_left(0);
    pam_end(pamh, PAM_AUTHTOK_ERR);
    assert_left(0);
}

static void test_hanging_up_in_a_change(void **state)
{
    pam_handle_t *pamh = begin_change(*state);
    ANSWERS(new_password);
    assert_int_equal(pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK), PAM_CONV_ERR);
    assert_left(0);
    pam_end(pamh, PAM_CONV_ERR);
    assert_left(0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_search_finds), TEST(test_a_wrong_password),       TEST(test_a_login),
        TEST(test_a_proof_alone),    TEST(test_a_broken_store),         TEST(test_a_change),
        TEST(test_refused_changes),  TEST(test_hanging_up_in_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
