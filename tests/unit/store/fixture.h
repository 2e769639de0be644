/* A store of its own in a fresh directory, for the tests of this room and of audit. */
#ifndef GDPOP_TESTS_STORE_FIXTURE_H
#define GDPOP_TESTS_STORE_FIXTURE_H

#include "store/store.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Records have fields of type char *, which nobody writes to. */
#define T(literal) ((char *)(uintptr_t)(literal))

struct fixture {
    char dir[64]; /* holds store and keys */
    struct conf conf;
    struct arena *arena;
};

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        int r_ = (call);                                                                           \
        if (r_ < 0)                                                                                \
            fail_msg("%s: %d %s", #call, r_, err_sentence());                                      \
    } while (0)

#define assert_fails(call, code)                                                                   \
    do {                                                                                           \
        int r_ = (call);                                                                           \
        if (r_ != (code))                                                                          \
            fail_msg("%s: %d %s, expected %d", #call, r_, err_sentence(), (code));                 \
    } while (0)

static inline void fixture_names(struct fixture *f, const char *dir)
{
    memset(f, 0, sizeof(*f));
    snprintf(f->dir, sizeof(f->dir), "%.60s", dir);
    conf_default(&f->conf);
    snprintf(f->conf.store_dir, sizeof(f->conf.store_dir), "%.60s/store", dir);
    snprintf(f->conf.key_dir, sizeof(f->conf.key_dir), "%.60s/keys", dir);
    f->conf.map_size_mib = 1;
    f->conf.store_wait_sec = 5;
}

static inline int fixture_setup(void **state)
{
    char dir[] = "/tmp/gdpop-test-XXXXXX";
    struct fixture *f = malloc(sizeof(*f));
    if (!f || !mkdtemp(dir))
        return -1;
    fixture_names(f, dir);
    f->arena = arena_new();
    *state = f;
    if (store_create(&f->conf) == 0)
        return 0;
    fprintf(stderr, "store_create: %s\n", err_sentence());
    return -1;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
    arena_free(f->arena);
    int r = system(command);
    free(f);
    return r;
}

/* Path of a file of the store; static storage. */
static inline const char *fixture_file(const struct fixture *f, const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", f->conf.store_dir, name);
    return path;
}

static inline struct store *fixture_open(struct fixture *f)
{
    struct store *s;
    assert_ok(store_open(&f->conf, &s));
    return s;
}

static inline void count_problem(const char *sentence, void *arg)
{
    (void)arg;
    print_error("store_check: %s\n", sentence);
}

static inline void fixture_check_clean(struct fixture *f)
{
    struct store *s = fixture_open(f);
    struct txn *t;
    size_t problems;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_check(t, count_problem, NULL, &problems));
    assert_int_equal(problems, 0);
    txn_abort(t);
    store_close(s);
}

#endif
