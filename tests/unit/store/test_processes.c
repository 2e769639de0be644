#include "fixture.h"

#include "store/private.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

static void assert_exits(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* A child that runs run(f, arg) and exits with what it returns; its failed assertions would unwind
 * into the parent's copy of the test, so it reports by its exit status only. */
static pid_t in_child(struct fixture *f, int (*run)(struct fixture *f, int arg), int arg)
{
    pid_t pid = fork();
    if (pid == 0) {
        int r = run(f, arg);
        if (r != 0)
            fprintf(stderr, "child: %d %s\n", r, err_sentence());
        _exit(r == 0 ? 0 : 1);
    }
    assert_true(pid > 0);
    return pid;
}

struct large {
    int first, count, runs;
};

/* Organisations of 2 KiB. */
static int put_large(struct txn *t, void *arg)
{
    struct large *l = arg;
    int r = 0;
    l->runs++;
    for (int i = 0; r == 0 && i < l->count; i++) {
        Model__Organisation o = MODEL__ORGANISATION__INIT;
        o.id = arena_printf(txn_arena(t), "org-%06d", l->first + i);
        o.name = arena_printf(txn_arena(t), "%02000d", i);
        r = store_put_organisation(t, &o);
    }
    return r;
}

static int count_organisations(struct fixture *f)
{
    struct store *s = fixture_open(f);
    struct txn *t;
    uint64_t count;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_records(t, &table_organisation, &count));
    txn_abort(t);
    store_close(s);
    return (int)count;
}

/* One by one, with the store open all the time: the other process moves the map under it. */
static int write_many(struct fixture *f, int first)
{
    struct store *s;
    struct txn *t;
    Model__Organisation *o;
    int r = store_open(&f->conf, &s);
    for (int i = 0; r == 0 && i < 600; i++) {
        struct large one = {first + i, 1, 0};
        struct arena *a = arena_new();
        if ((r = store_update(s, a, put_large, &one)) == 0 && (r = store_read(s, a, &t)) == 0) {
            r = store_get_organisation(t, arena_printf(a, "org-%06d", first), &o);
            txn_abort(t);
        }
        arena_free(a);
    }
    store_close(s);
    return r;
}

static void test_growth_by_two_processes(void **state)
{
    struct fixture *f = *state;
    struct store *reader = fixture_open(f); /* its map stays small while the others' grow */
    Model__Organisation *o;
    struct txn *t;
    pid_t one = in_child(f, write_many, 0), two = in_child(f, write_many, 100000);
    assert_exits(one);
    assert_exits(two);
    assert_ok(store_read(reader, f->arena, &t));
    assert_ok(store_get_organisation(t, "org-100599", &o));
    txn_abort(t);
    store_close(reader);
    assert_int_equal(count_organisations(f), 1200);
    fixture_check_clean(f);
}

static void test_full_map_is_replayed(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct large all = {0, 2000, 0};
    struct store_stat st;
    assert_ok(store_update(s, f->arena, put_large, &all));
    assert_true(all.runs > 1);
    assert_ok(store_stat(s, &st));
    assert_true(st.map_bytes >= 2000 * 2000);
    store_close(s);
    assert_int_equal(count_organisations(f), 2000);
    fixture_check_clean(f);
}

/* A transaction that cannot be replayed: the next one finds a larger map. */
static void test_full_map_grows_for_the_next(void **state)
{
    struct fixture *f = *state;
    struct large all = {0, 1000, 0};
    int full = 0, r;
    do {
        struct store *s = fixture_open(f);
        struct txn *t;
        assert_ok(store_write(s, f->arena, &t));
        r = put_large(t, &all);
        if (r < 0) {
            assert_int_equal(r, GDPOP_ERR_FULL);
            full++;
            txn_abort(t);
        } else {
            r = txn_commit(t);
        }
        store_close(s);
    } while (r < 0 && full < 8);
    assert_int_equal(r, 0);
    assert_in_range(full, 1, 7);
    assert_int_equal(count_organisations(f), 1000);
}

static int touch(struct txn *t, void *arg)
{
    Model__Counter *c;
    int r = store_get_counter(t, arg, &c);
    if (r < 0)
        return r;
    c->failures_since_login++;
    return store_put_counter(t, arg, c);
}

/* Every reader slot is taken: the next one is told so, and gets in when the holder is gone. */
static void test_no_reader_slot_left(void **state)
{
    struct fixture *f = *state;
    struct store *s;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct txn *t;
        int r = store_open(&f->conf, &s);
        for (int i = 0; r == 0 && i < STORE_READERS_MAX; i++)
            r = store_read(s, f->arena, &t);
        if (r == 0 && write(ready[1], "r", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_fails(store_open(&f->conf, &s), GDPOP_ERR_BUSY);
    assert_non_null(strstr(err_sentence(), "has no reader slot left (1024)"));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    s = fixture_open(f);
    assert_ok(store_update(s, f->arena, touch, T("zhang")));
    store_close(s);
    fixture_check_clean(f);
    close(ready[0]);
    close(ready[1]);
}

static void test_killed_reader(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f); /* else the next open would clear the reader table */
    struct store_stat before, after;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *own;
        struct txn *t;
        if (store_open(&f->conf, &own) == 0 && store_read(own, f->arena, &t) == 0 &&
            write(ready[1], "r", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    for (int i = 0; i < 10; i++)
        assert_ok(store_update(s, f->arena, touch, T("zhang")));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_ok(store_stat(s, &before));
    for (int i = 0; i < 300; i++)
        assert_ok(store_update(s, f->arena, touch, T("zhang")));
    assert_ok(store_stat(s, &after));
    assert_true(after.file_bytes <= before.file_bytes + 64 * 1024);
    close(ready[0]);
    close(ready[1]);
    store_close(s);
}

static void *thread_main(void *arg)
{
    struct fixture *f = arg;
    int r = 0;
    for (int i = 0; r == 0 && i < 40; i++) {
        struct arena *a = arena_new();
        struct store *s = NULL;
        struct txn *t;
        Model__Counter *c;
        if ((r = store_open(&f->conf, &s)) == 0 &&
            (r = store_update(s, a, touch, T("shared"))) == 0 && (r = store_read(s, a, &t)) == 0) {
            r = store_get_counter(t, "shared", &c);
            txn_abort(t);
        }
        store_close(s);
        arena_free(a);
    }
    return r == 0 ? NULL : strdup(err_sentence());
}

static void *thread_large(void *arg)
{
    struct fixture *f = arg;
    static int next;
    int first = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) * 1000;
    return write_many(f, first) == 0 ? NULL : strdup(err_sentence());
}

static void run_threads(struct fixture *f, void *(*main)(void *))
{
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, main, f), 0);
    for (int i = 0; i < 4; i++) {
        void *sentence;
        pthread_join(thread[i], &sentence);
        if (sentence)
            fail_msg("%s", (char *)sentence);
    }
}

static void test_threads(void **state)
{
    struct fixture *f = *state;
    Model__Counter *c;
    struct txn *t;
    run_threads(f, thread_main);
    struct store *s = fixture_open(f);
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_get_counter(t, "shared", &c));
    assert_int_equal(c->failures_since_login, 160);
    txn_abort(t);
    store_close(s);
}

static void test_threads_grow(void **state)
{
    struct fixture *f = *state;
    f->conf.store_wait_sec = 60; /* four writers on a slow disk */
    run_threads(f, thread_large);
    assert_int_equal(count_organisations(f), 2400);
    fixture_check_clean(f);
}

struct inherited {
    struct store *s;
    struct txn *reader, *writer;
};

static int use_inherited(struct fixture *f, struct inherited *i)
{
    struct txn *t;
    struct store *own;
    Model__Counter *c;
    int r;
    if (store_read(i->s, f->arena, &t) != GDPOP_ERR_ARGUMENT || t != NULL)
        return 1;
    if (store_write(i->s, f->arena, &t) != GDPOP_ERR_ARGUMENT || t != NULL)
        return 2;
    txn_abort(i->reader);
    txn_abort(i->writer);
    store_close(i->s);
    if ((r = store_open(&f->conf, &own)) < 0 || (r = store_read(own, f->arena, &t)) < 0)
        return r;
    r = store_get_counter(t, "zhang", &c);
    txn_abort(t);
    if (r == 0 && c->failures_since_login != 1) /* what the parent writes is not there yet */
        r = 3;
    store_close(own);
    return r;
}

static void test_fork(void **state)
{
    struct fixture *f = *state;
    struct inherited i;
    Model__Counter *c;
    i.s = fixture_open(f);
    assert_ok(store_update(i.s, f->arena, touch, T("zhang")));
    assert_ok(store_read(i.s, f->arena, &i.reader));
    assert_ok(store_write(i.s, f->arena, &i.writer));
    assert_ok(touch(i.writer, T("zhang")));
    pid_t pid = fork();
    if (pid == 0)
        _exit(use_inherited(f, &i) == 0 ? 0 : 1);
    assert_exits(pid);
    struct lock l;
    assert_fails(lock_file(fixture_file(f, STORE_WRITE_LOCK), 0, &l), GDPOP_ERR_BUSY);
    assert_ok(store_get_counter(i.reader, "zhang", &c)); /* its slot is still its own */
    assert_int_equal(c->failures_since_login, 1);
    assert_ok(txn_commit(i.writer));
    assert_ok(store_get_counter(i.reader, "zhang", &c));
    assert_int_equal(c->failures_since_login, 1);
    txn_abort(i.reader);
    assert_ok(store_read(i.s, f->arena, &i.reader));
    assert_ok(store_get_counter(i.reader, "zhang", &c));
    assert_int_equal(c->failures_since_login, 2);
    txn_abort(i.reader);
    store_close(i.s);
}

/* A writer that has forked is killed; its child lives on and must not hold the lock. */
static void test_child_of_a_killed_writer(void **state)
{
    struct fixture *f = *state;
    int ready[2];
    pid_t grandchild = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s;
        struct txn *t;
        if (store_open(&f->conf, &s) < 0 || store_write(s, f->arena, &t) < 0)
            _exit(1);
        pid_t child = fork();
        if (child == 0) {
            pid_t self = getpid();
            if (write(ready[1], &self, sizeof(self)) == sizeof(self))
                pause();
            _exit(1);
        }
        pause();
    }
    assert_int_equal(read(ready[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    f->conf.store_wait_sec = 0;
    struct store *s = fixture_open(f);
    assert_ok(store_update(s, f->arena, touch, T("zhang")));
    store_close(s);
    kill(grandchild, SIGKILL);
    close(ready[0]);
    close(ready[1]);
}

static int hold_and_stop(struct fixture *f, int stop)
{
    struct store *s;
    struct txn *t;
    int r;
    if ((r = store_open(&f->conf, &s)) < 0 || (r = store_write(s, f->arena, &t)) < 0 ||
        (r = touch(t, T("zhang"))) < 0)
        return r;
    raise(stop);
    r = txn_commit(t);
    store_close(s);
    return r;
}

static void test_stopped_writer(void **state)
{
    struct fixture *f = *state;
    int status;
    pid_t pid = in_child(f, hold_and_stop, SIGSTOP);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    f->conf.store_wait_sec = 1;
    struct store *s = fixture_open(f);
    Model__Counter *c;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t)); /* one second, then the stopped one is gone */
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_ok(store_get_counter(t, "zhang", &c));
    assert_int_equal(c->failures_since_login, 0); /* it had not committed */
    assert_ok(touch(t, T("zhang")));
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

static int stop_in_turn(struct fixture *f, int stop)
{
    struct lock l;
    int r = lock_file(fixture_file(f, STORE_TURN_LOCK), 0, &l);
    return r < 0 ? r : raise(stop);
}

/* Who stops while it is the next one is ended by who waits behind it. */
static void test_stopped_in_turn(void **state)
{
    struct fixture *f = *state;
    int status;
    pid_t pid = in_child(f, stop_in_turn, SIGSTOP);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    f->conf.store_wait_sec = 1;
    struct store *s = fixture_open(f);
    assert_ok(store_update(s, f->arena, touch, T("zhang")));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    store_close(s);
}

/* In memory that both share. */
struct race {
    atomic_uint changes;
    atomic_bool over;
};

static struct race *race;

static int change_again_and_again(struct fixture *f, int unused)
{
    struct store *s;
    int r = store_open(&f->conf, &s);
    (void)unused;
    while (r == 0 && !atomic_load(&race->over)) {
        r = store_update(s, f->arena, touch, T("busy"));
        atomic_fetch_add(&race->changes, 1);
    }
    store_close(s);
    return r;
}

/* Work in many transactions lets others go first: else they would meet the lock free by chance. */
static void test_writers_take_turns(void **state)
{
    enum { CHANGES = 30 };
    struct fixture *f = *state;
    unsigned meanwhile = 0;
    race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(race != MAP_FAILED);
    pid_t pid = in_child(f, change_again_and_again, 0);
    while (atomic_load(&race->changes) == 0)
        sched_yield();
    for (int i = 0; i < CHANGES; i++) {
        struct store *s = fixture_open(f);
        unsigned before = atomic_load(&race->changes);
        assert_ok(store_update(s, f->arena, touch, T("zhang")));
        meanwhile += atomic_load(&race->changes) - before;
        store_close(s);
    }
    atomic_store(&race->over, true);
    assert_exits(pid);
    munmap(race, sizeof(*race));
    if (meanwhile > 4 * CHANGES) /* the one under way, and seldom another */
        fail_msg("%u changes of another process during %d", meanwhile, CHANGES);
}

static int stop_while_opening(struct fixture *f, int stop)
{
    struct lock l;
    int r = lock_file(fixture_file(f, STORE_OPEN_LOCK), 0, &l);
    return r < 0 ? r : raise(stop);
}

static void test_stopped_opener(void **state)
{
    struct fixture *f = *state;
    int status;
    pid_t pid = in_child(f, stop_while_opening, SIGSTOP);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    f->conf.store_wait_sec = 1;
    struct store *s = fixture_open(f);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    store_close(s);
}

/* What an opener leaves that was killed half-way: LMDB's own count of transactions is 0. */
static int forget_count(struct fixture *f, int at)
{
    static const uint64_t zero;
    int fd = open(fixture_file(f, STORE_LOCK_FILE), O_WRONLY | O_CLOEXEC);
    return pwrite(fd, &zero, sizeof(zero), at) == sizeof(zero) ? 0 : -1;
}

static void test_lock_file_set_up_by_halves(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    Model__Counter *c;
    for (int i = 0; i < 5; i++)
        assert_ok(store_update(s, f->arena, touch, T("zhang")));
    assert_exits(in_child(f, forget_count, 48)); /* behind magic, format and a mutex */
    assert_fails(store_write(s, f->arena, &t), GDPOP_ERR_STORE);
    assert_non_null(strstr(err_sentence(), "lock file"));
    assert_null(t);
    assert_fails(store_read(s, f->arena, &t), GDPOP_ERR_STORE);
    assert_null(t);
    store_close(s);
    s = fixture_open(f); /* the first one in makes it new */
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_get_counter(t, "zhang", &c));
    assert_int_equal(c->failures_since_login, 5);
    txn_abort(t);
    store_close(s);
}

/* A holder that runs is not killed: who waits is told its number. */
static void test_busy_writer(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t, *other;
    char number[16];
    assert_ok(store_write(s, f->arena, &t));
    struct conf impatient = f->conf;
    impatient.store_wait_sec = 0;
    struct store *same;
    assert_ok(store_open(&impatient, &same));
    assert_fails(store_write(same, f->arena, &other), GDPOP_ERR_BUSY);
    assert_null(other);
    snprintf(number, sizeof(number), "%d", (int)getpid());
    assert_non_null(strstr(err_sentence(), number));
    txn_abort(t);
    assert_ok(store_write(same, f->arena, &other));
    txn_abort(other);
    store_close(same);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_growth_by_two_processes),
        TEST(test_full_map_is_replayed),
        TEST(test_full_map_grows_for_the_next),
        TEST(test_no_reader_slot_left),
        TEST(test_killed_reader),
        TEST(test_threads),
        TEST(test_threads_grow),
        TEST(test_fork),
        TEST(test_child_of_a_killed_writer),
        TEST(test_stopped_writer),
        TEST(test_stopped_opener),
        TEST(test_stopped_in_turn),
        TEST(test_writers_take_turns),
        TEST(test_lock_file_set_up_by_halves),
        TEST(test_busy_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
