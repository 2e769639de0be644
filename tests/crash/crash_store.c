/* Writers are killed at random instants, again and again. Each change puts an account (with its
 * index entries), counts and appends an event, in one transaction; a writer tells the sequence
 * number of what was committed. Every few events the trail changes its key, so that writers are
 * killed between the slots of the seal too. Afterwards: everything acknowledged is there, count and
 * trail agree, store and trail are sound, every seal fits.
 *
 *   crash_store [ROUNDS [SEED]] */
#include "audit/trail.h"
#include "audit/verifier.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 2, ACCOUNTS = 40, CHECK_EVERY = 100, EPOCH_EVENTS = 5, DELAY_MAX_US = 6000 };

struct writer {
    pid_t pid;
    int acks; /* read end */
};

struct acknowledged {
    uint64_t sequence;
    pid_t writer;
};

static struct conf conf;
static uint8_t first_key[DIGEST_BYTES];
static struct acknowledged *acked;
static size_t acked_count, acked_room;

static void die(const char *what)
{
    fprintf(stderr, "crash_store: %s: %s (%s)\n", what, err_sentence(), strerror(errno));
    fprintf(stderr, "crash_store: left for inspection: %s\n", conf.store_dir);
    exit(1);
}

static int change(struct txn *t, void *arg)
{
    uint64_t *sequence = arg;
    Model__Account x = MODEL__ACCOUNT__INIT;
    Model__Event e = MODEL__EVENT__INIT;
    Model__Counter *c;
    int n = rand() % ACCOUNTS, r;
    if ((r = store_get_counter(t, "total", &c)) < 0)
        return r;
    c->failures_since_login++;
    x.name = arena_printf(txn_arena(t), "user%d", n);
    x.person = arena_printf(txn_arena(t), "P%d-%u", n, c->failures_since_login);
    x.state = (char *)(uintptr_t)(rand() % 3 ? "active" : "closed");
    x.uid = 20000 + (uint32_t)n;
    e.actor = arena_printf(txn_arena(t), "%d", (int)getpid());
    if ((r = store_put_account(t, &x)) < 0 || (r = store_put_counter(t, "total", c)) < 0 ||
        (r = trail_append(t, &e)) < 0)
        return r;
    *sequence = e.sequence;
    return 0;
}

static void write_until_killed(int acks)
{
    for (;;) {
        struct arena *a = arena_new();
        struct store *s;
        uint64_t sequence;
        if (store_open(&conf, &s) < 0 || store_update(s, a, change, &sequence) < 0)
            die("a writer failed");
        if (write(acks, &sequence, sizeof(sequence)) != sizeof(sequence))
            _exit(1);
        store_close(s);
        arena_free(a);
    }
}

static void start(struct writer *w, unsigned seed)
{
    int acks[2];
    if (pipe2(acks, O_CLOEXEC) < 0)
        die("pipe");
    w->pid = fork();
    if (w->pid == 0) {
        close(acks[0]);
        srand(seed);
        write_until_killed(acks[1]);
    }
    if (w->pid < 0)
        die("fork");
    close(acks[1]);
    w->acks = acks[0];
}

static void note(uint64_t sequence, pid_t writer)
{
    if (acked_count == acked_room) {
        acked_room = acked_room ? acked_room * 2 : 4096;
        acked = realloc(acked, acked_room * sizeof(*acked));
        if (!acked)
            die("memory");
    }
    acked[acked_count++] = (struct acknowledged){sequence, writer};
}

static void stop(struct writer *w)
{
    uint64_t sequence;
    int status;
    kill(w->pid, SIGKILL);
    if (waitpid(w->pid, &status, 0) != w->pid || !WIFSIGNALED(status) ||
        WTERMSIG(status) != SIGKILL)
        die("a writer ended by itself");
    while (read(w->acks, &sequence, sizeof(sequence)) == sizeof(sequence))
        note(sequence, w->pid);
    close(w->acks);
}

struct trail {
    pid_t *writer; /* of each event, from 1; 0: no writer's */
    uint64_t last, others;
};

static int take_writer(const Model__Event *e, void *arg)
{
    struct trail *trail = arg;
    trail->writer[e->sequence] = atoi(e->actor);
    trail->others += trail->writer[e->sequence] == 0;
    return e->sequence > trail->last ? GDPOP_ERR_TRAIL : 0;
}

static void report(const char *sentence, void *arg)
{
    (void)arg;
    fprintf(stderr, "crash_store: %s\n", sentence);
}

static void check(void)
{
    struct arena *a = arena_new();
    struct trail_report trail_report;
    struct verifier verifier;
    struct store *s;
    struct txn *t = NULL;
    Model__Counter *c;
    size_t problems;
    if (store_open(&conf, &s) < 0 || store_read(s, a, &t) < 0)
        die("open");
    if (store_check(t, report, NULL, &problems) < 0 || problems > 0)
        die("the store is not sound");
    verifier_init(&verifier);
    if (verifier_add_key(&verifier, 0, first_key) < 0 ||
        trail_verify_with(t, &verifier, &trail_report) < 0)
        die("the trail is not sound");
    verifier_wipe(&verifier);
    struct trail trail = {calloc(trail_report.last + 1, sizeof(pid_t)), trail_report.last, 0};
    if (!trail.writer || trail_walk(t, 1, 0, take_writer, &trail) < 0)
        die("walk");
    if (store_get_counter(t, "total", &c) < 0 ||
        c->failures_since_login != trail_report.last - trail.others)
        die("count and trail do not agree");
    if (trail.others < trail_report.last / (EPOCH_EVENTS + 1))
        die("the keys did not change");
    for (size_t i = 0; i < acked_count; i++) {
        uint64_t sequence = acked[i].sequence;
        pid_t found = sequence <= trail.last ? trail.writer[sequence] : 0;
        if (found != acked[i].writer) {
            fprintf(stderr,
                    "crash_store: event %" PRIu64 " of %" PRIu64
                    ": writer %d, acknowledged to %d\n",
                    sequence, trail.last, (int)found, (int)acked[i].writer);
            die("an acknowledged change is not there");
        }
    }
    free(trail.writer);
    txn_abort(t);
    store_close(s);
    arena_free(a);
}

/* The first key is kept, and epochs made short. */
static int begin_trail(struct txn *t, void *arg)
{
    const struct trail_limits now = {0, EPOCH_EVENTS};
    Model__Event e = MODEL__EVENT__INIT;
    struct secret key;
    bool ended;
    int r;
    (void)arg;
    if ((r = trail_first_key(t, &key)) < 0 ||
        (r = bytes_from_hex(arena_printf(txn_arena(t), "%.64s", strstr(key.text, "\nkey ") + 5),
                            first_key, sizeof(first_key))) < 0 ||
        (r = trail_append(t, &e)) < 0)
        return r;
    return trail_end_epoch(t, &now, &ended);
}

static void prepare(void)
{
    struct arena *a = arena_new();
    struct store *s;
    if (store_open(&conf, &s) < 0 || store_update(s, a, begin_trail, NULL) < 0)
        die("begin");
    store_close(s);
    arena_free(a);
}

static void run(int rounds)
{
    struct writer writer[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        start(&writer[i], (unsigned)rand());
    for (int round = 1; round <= rounds; round++) {
        int victim = rand() % WRITERS;
        nanosleep(&(struct timespec){.tv_nsec = (long)(rand() % DELAY_MAX_US) * 1000}, NULL);
        stop(&writer[victim]);
        start(&writer[victim], (unsigned)rand());
        if (round % CHECK_EVERY == 0)
            check(); /* while the others go on writing */
    }
    for (int i = 0; i < WRITERS; i++)
        stop(&writer[i]);
}

int main(int argc, char **argv)
{
    char dir[] = "/tmp/gdpop-crash-XXXXXX", command[64];
    int rounds = argc > 1 ? atoi(argv[1]) : 200;
    unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)time(NULL);
    printf("%d rounds, seed %u\n", rounds, seed);
    fflush(stdout);
    srand(seed);
    if (!mkdtemp(dir))
        die("mkdtemp");
    conf_default(&conf);
    snprintf(conf.store_dir, sizeof(conf.store_dir), "%s/store", dir);
    snprintf(conf.key_dir, sizeof(conf.key_dir), "%s/keys", dir);
    conf.map_size_mib = 1; /* so that it grows now and then */
    conf.store_wait_sec = 30;
    if (store_create(&conf) < 0)
        die("create");
    prepare();
    run(rounds);
    check();
    printf("%zu acknowledged changes, all there\n", acked_count);
    if (acked_count == 0)
        die("nothing was ever acknowledged");
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
