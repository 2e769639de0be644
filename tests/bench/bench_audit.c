/* What the trail costs: exporting and verifying EVENTS events (1,000,000), beside one SM3 over the
 * bytes of the export; appending one event beside a commit without any, in time and in flushes of
 * the disk.
 *
 *   bench_audit [EVENTS] */
#include "../unit/audit/flushes.h"

#include "audit/export.h"
#include "audit/trail.h"
#include "base/err.h"
#include "crypto/digest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 500, COMMITS = 300, ROUNDS = 9 };

static struct conf conf;
static struct store *store;
static char dir[] = "/tmp/gdpop-bench-XXXXXX", path[80];
static struct secret key;

static void die(const char *what)
{
    fprintf(stderr, "bench_audit: %s: %s\n", what, err_sentence());
    exit(1);
}

static double cpu_sec(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double wall_sec(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill(Model__Event *e, int i)
{
    static char actor[16], address[24];
    snprintf(actor, sizeof(actor), "user%05d", i % 20000);
    snprintf(address, sizeof(address), "10.77.%d.%d", i / 250 % 250, i % 250);
    e->actor = e->subject = actor;
    e->action = (char *)(uintptr_t) "login.account";
    e->outcome = (char *)(uintptr_t)(i % 7 ? "allowed" : "denied");
    e->rule = (char *)(uintptr_t)(i % 7 ? "" : "workplace");
    e->tag = (char *)(uintptr_t)(i % 7 ? "" : "GD-16");
    e->service = (char *)(uintptr_t) "sshd";
    e->address = address;
    e->tty = (char *)(uintptr_t) "ssh";
    e->device = (char *)(uintptr_t) "D000123";
    e->session = (char *)(uintptr_t) "S0123456789abcdef";
}

static int add_block(struct txn *t, void *arg)
{
    const int *from = arg;
    for (int i = 0; i < BLOCK; i++) {
        Model__Event e = MODEL__EVENT__INIT;
        fill(&e, *from + i);
        int r = trail_append(t, &e);
        if (r < 0)
            return r;
    }
    return 0;
}

static int take_key(struct txn *t, void *arg)
{
    (void)arg;
    return trail_first_key(t, &key);
}

static int touch(struct txn *t, void *arg)
{
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    if (r == 0)
        r = store_put_meta(t, meta);
    if (r == 0 && arg) {
        Model__Event e = MODEL__EVENT__INIT;
        fill(&e, 1);
        r = trail_append(t, &e);
    }
    return r;
}

static void update(int (*change)(struct txn *t, void *arg), void *arg)
{
    struct arena *a = arena_new();
    if (store_update(store, a, change, arg) < 0)
        die("update");
    arena_free(a);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_append(void)
{
    static double with[COMMITS], without[COMMITS];
    for (int i = 0; i < COMMITS; i++) {
        double start = wall_sec();
        update(touch, NULL);
        double middle = wall_sec();
        update(touch, &conf);
        without[i] = middle - start;
        with[i] = wall_sec() - middle;
    }
    qsort(with, COMMITS, sizeof(*with), by_value);
    qsort(without, COMMITS, sizeof(*without), by_value);
    printf("commit %.0f us, with an event %.0f us (medians of %d)\n", without[COMMITS / 2] * 1e6,
           with[COMMITS / 2] * 1e6, COMMITS);
}

static int end_epoch(struct txn *t, void *arg)
{
    const struct trail_limits now = {0, 1};
    return trail_end_epoch(t, &now, arg);
}

static void target(const char *what, double measured, double limit)
{
    printf("%-50s %6.2f, at most %4.1f: %s\n", what, measured, limit,
           measured <= limit ? "met" : "MISSED");
}

static void bench_flushes(void)
{
    unsigned bare, with;
    bool ended;
    flushes = 0;
    update(touch, NULL);
    bare = flushes;
    flushes = 0;
    update(touch, &conf);
    with = flushes;
    flushes = 0;
    update(end_epoch, &ended);
    if (!ended)
        die("no epoch ended");
    printf("flushes of a commit: %u\n", bare);
    target("flushes that an event adds", with - bare, 0);
    target("flushes that the end of an epoch adds", flushes - bare, 2);
}

static double bench_export(uint64_t last)
{
    const struct trail_export x = {1, last, LINE_JSONL, false, "export", "bench", "bench", 480};
    uint8_t previous[32], digest[32];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    double start = cpu_sec();
    if (trail_export(store, &x, fd, previous, digest) < 0)
        die("export");
    double took = cpu_sec() - start;
    printf("export of %llu events: %.2f s, %.1f MB\n", (unsigned long long)last, took,
           (double)lseek(fd, 0, SEEK_END) / 1e6);
    close(fd);
    return took;
}

/* All bytes of the file, read in blocks as a program would, in one SM3. */
static double bench_hash(void)
{
    enum { READ = 1 << 18 };
    static char block[READ];
    int fd = open(path, O_RDONLY);
    size_t len = (size_t)lseek(fd, 0, SEEK_END);
    char *bytes = malloc(len);
    uint8_t digest[32];
    if (!bytes || pread(fd, bytes, len, 0) != (ssize_t)len)
        die("read");
    double start = cpu_sec();
    for (off_t at = 0; pread(fd, block, sizeof(block), at) > 0;)
        at += (off_t)sizeof(block);
    if (digest_sm3(&BYTES(bytes, len), 1, digest) < 0)
        die("hash");
    double took = cpu_sec() - start;
    close(fd);
    free(bytes);
    return took;
}

static void found(const struct gdpop_audit_finding *f, void *arg)
{
    (void)arg;
    fprintf(stderr, "bench_audit: %s\n", f->sentence);
}

static double bench_verify(void)
{
    struct gdpop_audit_report report;
    struct gdpop_audit *a;
    double start = cpu_sec();
    if (gdpop_audit_open(&a) < 0 || gdpop_audit_seal_key(a, key.text, key.len, "key") < 0 ||
        gdpop_audit_add(a, path) < 0 || gdpop_audit_verify(a, found, NULL, &report) < 0 ||
        !report.ok || !report.seal_checked)
        die("verify");
    double took = cpu_sec() - start;
    gdpop_audit_close(a);
    return took;
}

/* Median of the rounds' ratios: what else the machine does falls on both halves of a round. */
static double bench_ratio(void)
{
    double hash[ROUNDS], verify[ROUNDS], ratio[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        hash[i] = bench_hash();
        verify[i] = bench_verify();
        ratio[i] = verify[i] / hash[i];
    }
    qsort(hash, ROUNDS, sizeof(*hash), by_value);
    qsort(verify, ROUNDS, sizeof(*verify), by_value);
    qsort(ratio, ROUNDS, sizeof(*ratio), by_value);
    printf("SM3 of the same bytes: %.2f s, verified with seals: %.2f s (medians of %d)\n",
           hash[ROUNDS / 2], verify[ROUNDS / 2], ROUNDS);
    return ratio[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    int events = argc > 1 ? atoi(argv[1]) : 1000000;
    struct trail_report report;
    char command[64];
    if (!mkdtemp(dir))
        die("mkdtemp");
    snprintf(path, sizeof(path), "%s/export.jsonl", dir);
    conf_default(&conf);
    snprintf(conf.store_dir, sizeof(conf.store_dir), "%s/store", dir);
    snprintf(conf.key_dir, sizeof(conf.key_dir), "%s/keys", dir);
    if (store_create(&conf) < 0 || trail_make_sign_key(&conf) < 0 || store_open(&conf, &store) < 0)
        die("create");
    update(take_key, NULL);
    for (int i = 0; i < events; i += BLOCK)
        update(add_block, &i);
    struct arena *a = arena_new();
    struct txn *t;
    if (store_read(store, a, &t) < 0 || trail_verify(t, &report) < 0)
        die("trail");
    txn_abort(t);
    double export_sec = bench_export(report.last), ratio = bench_ratio();
    bench_append();
    bench_flushes();
    target("verifying an export / one SM3 of the same bytes", ratio, 1.5);
    target("export of 1,000,000 events, s", export_sec / (double)report.last * 1e6, 10);
    arena_free(a);
    store_close(store);
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
