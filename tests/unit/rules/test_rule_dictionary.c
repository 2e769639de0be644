/* Words, patterns and the old password; threads, forks, and a host without dictionary. */
#define RULE "dictionary"
#include "password_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_bool stop;

static bool judges_right(void)
{
    struct password_fixture x;
    password_fixture_init(&x);
    struct finding good, bad;
    find_password_rule(RULE)->judge(&x.facts, &good);
    set_bytes(&x.candidate, "password", 8);
    find_password_rule(RULE)->judge(&x.facts, &bad);
    return good.level == FINDING_PASS && bad.level == FINDING_DENY && strcmp(bad.code, "P30") == 0;
}

static void *judge_for_ever(void *unused)
{
    (void)unused;
    static char right;
    while (!atomic_load(&stop))
        if (!judges_right())
            return NULL;
    return &right;
}

#ifndef __SANITIZE_ADDRESS__
/* Looks for the end of a password, which the allocator's own pointers do not overwrite, in lower
 * case or as it is, byte by byte in the kernel's view of this process. */
static bool stays(const char *area, const struct secret *password)
{
    static char page[1 << 16]; /* neither heap nor stack */
    char line[256];
    unsigned long from = 0, to = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps) && !strstr(line, area))
        ;
    fclose(maps);
    if (sscanf(line, "%lx-%lx", &from, &to) != 2 || !strstr(line, area))
        return false;
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    assert_true(memory >= 0);
    enum { TAIL = 7 };
    const char *tail = password->text + password->len - TAIL;
    bool found = false;
    for (unsigned long at = from; at < to && !found; at += sizeof(page) - TAIL) {
        size_t want = to - at < sizeof(page) ? to - at : sizeof(page);
        ssize_t got = pread(memory, page, want, (off_t)at);
        for (ssize_t i = 0; i + TAIL <= got && !found; i++)
            found = strncasecmp(page + i, tail, TAIL) == 0;
    }
    close(memory);
    return found;
}
#endif

static void words(void **state)
{
    (void)state;
    PASSES("good", );
    DENIES("word", "P30", "DB-8.1.4.1a", "common word", NEW("password"));
    DENIES("word with decoration", "P30", NULL, NULL, NEW("Password1"));
    DENIES("leet", "P30", NULL, NULL, NEW("p4$$w0rd"));
    DENIES("backwards", "P30", NULL, NULL, NEW("drowssap"));
    DENIES("sequence", "P30", NULL, NULL, NEW("12345678"));
    DENIES("few characters", "P30", NULL, NULL, NEW("aaaa1111"));
    DENIES("spaces", "P30", NULL, NULL, NEW("        "));
    DENIES("palindrome", "P30", NULL, NULL, NEW("k7#wQqw#7k"));
    DENIES("shorter than any word list asks", "P30", NULL, NULL, NEW("k7#w"));
    DENIES("word between signs and digits", "P30", NULL, NULL, NEW("#Password-123"));
    DENIES("leet word before digits", "P30", NULL, NULL, NEW("P@ssw0rd-1"));
    DENIES("leet word alone", "P30", NULL, NULL, NEW("P@ssw0rd"));
    DENIES("short word before digits", "P30", NULL, NULL, NEW("Admin@123"));
    DENIES("keys side by side", "P30", NULL, NULL, NEW("1qaz@WSX"));
    DENIES("full-width word", "P30", NULL, NULL, NEW("Ｈｕａｗｅｉ@2026"));
    PASSES("two words", NEW("Huawei-Kelp@2026"));
    PASSES("no word within", NEW("9#Kx!72$Qv"));
    PASSES("word and Chinese", NEW("长城长城-Great-1!"));
    PASSES("no letter", NEW("83#0!72$961"));
    DENIES("nothing", "P30", NULL, NULL, NEW(""));
    PASSES("Chinese sentence", NEW("今天去茶楼喝早茶吃虾饺#7"));
    PASSES("emoji", NEW("😀kelp🐟9#Wm"));
    SKIPS("not asked", set_number(s, SETTING_dictionary_check, 0, ""), NEW("password"));
}

static void likeness(void **state)
{
    (void)state;
    PASSES("different", OLD("Zq8!frost-mill"));
    DENIES("the same", "P32", "DB-8.1.4.1a", "at least 4 characters", OLD(GOOD_PASSWORD));
    DENIES("other case", "P32", NULL, NULL, OLD("Tr4#KELP-9wm"));
    DENIES("last digit counted up", "P32", NULL, NULL, OLD("tR4#kelp-9Wm1"), NEW("tR4#kelp-9Wm2"));
    DENIES("rotated", "P32", NULL, NULL, OLD("kelp-9WmtR4#"));
    DENIES("three changes", "P32", NULL, NULL, OLD("tR4#kelp-9XYZ"), NEW("tR4#kelp-9Wm!"));
    PASSES("four changes", OLD("tR4#kelpVXYZ"));
    PASSES("the old one is not known", f->old = NULL);
    PASSES("an empty old one is none", OLD(""));
}

static void longest(void **state)
{
    (void)state;
    static char most[GDPOP_PASSWORD_MAX_BYTES], other[GDPOP_PASSWORD_MAX_BYTES];
    for (size_t i = 0; i < sizeof(most); i++) {
        most[i] = "k7#wQmZ2!pLx9%rT"[(i * 7 + i / 16) % 16];
        other[i] = "HdV4&uYc8*sNb3=g"[(i * 5 + i / 16) % 16];
    }
    PASSES("512 bytes against 512", set_bytes(&x.candidate, most, sizeof(most)),
           set_bytes(&x.old, other, sizeof(other)), f->old = &x.old);
    DENIES("a zero byte cannot be judged", "", NULL, NULL, NEW("tR4#kelp\0-9Wm"));
}

static void missing_dictionary(void **state)
{
    (void)state;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct password_fixture own;
    password_fixture_init(&own);
    struct finding found = {.code = ""};
    find_password_rule(RULE)->judge(&own.facts, &found);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(found.level, FINDING_DENY);
    assert_string_equal(found.code, "P33");
    PASSES("and it works again", );
}

static void threads_and_forks(void **state)
{
    (void)state;
    enum { THREADS = 4, FORKS = 20 };
    pthread_t thread[THREADS];
    atomic_store(&stop, false);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, judge_for_ever, NULL), 0);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(60); /* a child that waits for a lock of its parent's thread dies of it */
            _exit(judges_right() ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < THREADS; i++) {
        void *right;
        assert_int_equal(pthread_join(thread[i], &right), 0);
        assert_non_null(right);
    }
}

static void nothing_stays_in_freed_memory(void **state)
{
    (void)state;
#ifndef __SANITIZE_ADDRESS__ /* which keeps freed pieces away from their next owner */
    static const char alphabet[] = "kR7#wQmZ2!pLx9%rTHdV4&uYc8*sNb3=g";
    static struct password_fixture own;
    for (size_t len = 8; len <= GDPOP_PASSWORD_MAX_BYTES; len += len / 2) {
        password_fixture_init(&own);
        own.candidate.len = own.old.len = len;
        for (size_t i = 0; i < len; i++) {
            own.candidate.text[i] = alphabet[(i * i + 3 * i + len) % (sizeof(alphabet) - 1)];
            own.old.text[i] = alphabet[(i * i + 5 * i + len / 2) % (sizeof(alphabet) - 1)];
        }
        own.facts.old = &own.old;
        struct finding found;
        find_password_rule(RULE)->judge(&own.facts, &found);
        assert_false(stays("[heap]", &own.candidate));
        assert_false(stays("[heap]", &own.old));
        assert_false(stays("[stack]", &own.candidate));
        assert_false(stays("[stack]", &own.old));
    }
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words),
                                       cmocka_unit_test(likeness),
                                       cmocka_unit_test(longest),
                                       cmocka_unit_test(missing_dictionary),
                                       cmocka_unit_test(threads_and_forks),
                                       cmocka_unit_test(nothing_stays_in_freed_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
