#include "trial.h"

#include "audit/verifier.h"
#include "base/err.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ACCOUNTS = 40, EPOCH_EVENTS = 5 };

struct acknowledged {
    uint64_t sequence;
    pid_t writer;
};

struct conf trial_conf;
static uint8_t first_key[DIGEST_BYTES];
static struct acknowledged *acked;
static size_t acked_count, acked_room;

void trial_die(const char *what)
{
    fprintf(stderr, "crash: %s: %s (%s)\n", what, err_sentence(), strerror(errno));
    fprintf(stderr, "crash: left for inspection: %s\n", trial_conf.store_dir);
    exit(1);
}

int trial_change(struct txn *t, void *arg)
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

void trial_note(uint64_t sequence, pid_t writer)
{
    if (acked_count == acked_room) {
        acked_room = acked_room ? acked_room * 2 : 4096;
        acked = realloc(acked, acked_room * sizeof(*acked));
        if (!acked)
            trial_die("memory");
    }
    acked[acked_count++] = (struct acknowledged){sequence, writer};
}

size_t trial_noted(void)
{
    return acked_count;
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
    fprintf(stderr, "crash: %s\n", sentence);
}

void trial_check(void)
{
    struct arena *a = arena_new();
    struct trail_report trail_report;
    struct verifier verifier;
    struct store *s;
    struct txn *t = NULL;
    Model__Counter *c;
    size_t problems;
    if (store_open(&trial_conf, &s) < 0 || store_read(s, a, &t) < 0)
        trial_die("open");
    if (store_check(t, report, NULL, &problems) < 0 || problems > 0)
        trial_die("the store is not sound");
    verifier_init(&verifier);
    if (verifier_add_key(&verifier, 0, first_key) < 0 ||
        trail_verify_with(t, &verifier, &trail_report) < 0)
        trial_die("the trail is not sound");
    verifier_wipe(&verifier);
    struct trail trail = {calloc(trail_report.last + 1, sizeof(pid_t)), trail_report.last, 0};
    if (!trail.writer || trail_walk(t, 1, 0, take_writer, &trail) < 0)
        trial_die("walk");
    if (store_get_counter(t, "total", &c) < 0 ||
        c->failures_since_login != trail_report.last - trail.others)
        trial_die("count and trail do not agree");
    if (trail.others < trail_report.last / (EPOCH_EVENTS + 1))
        trial_die("the keys did not change");
    for (size_t i = 0; i < acked_count; i++) {
        uint64_t sequence = acked[i].sequence;
        pid_t found = sequence <= trail.last ? trail.writer[sequence] : 0;
        if (found != acked[i].writer) {
            fprintf(stderr,
                    "crash: event %" PRIu64 " of %" PRIu64 ": writer %d, acknowledged to %d\n",
                    sequence, trail.last, (int)found, (int)acked[i].writer);
            trial_die("an acknowledged change is not there");
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
    if (store_open(&trial_conf, &s) < 0 || store_update(s, a, begin_trail, NULL) < 0)
        trial_die("begin");
    store_close(s);
    arena_free(a);
}

void trial_make(const char *dir)
{
    conf_default(&trial_conf);
    snprintf(trial_conf.store_dir, sizeof(trial_conf.store_dir), "%s/store", dir);
    snprintf(trial_conf.key_dir, sizeof(trial_conf.key_dir), "%s/keys", dir);
    trial_conf.map_size_mib = 1; /* so that it grows now and then */
    trial_conf.store_wait_sec = 30;
    if (store_create(&trial_conf) < 0)
        trial_die("create");
    prepare();
}
