#include "host.h"

#include "audit/archive.h"
#include "audit/verifier.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "nss/snapshot.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void report(const char *sentence, void *arg)
{
    (void)arg;
    fprintf(stderr, "storm: %s\n", sentence);
}

static void say_found(const struct gdpop_audit_finding *f, void *arg)
{
    report(f->sentence, arg);
}

static int check_store(struct txn *t, void *arg)
{
    struct trail_report found;
    struct verifier v;
    size_t problems = 0;
    uint64_t archived;
    (void)arg;
    int r = store_check(t, report, NULL, &problems);
    if (r == 0 && problems > 0)
        host_die("%zu records or index entries are not sound", problems);
    verifier_init(&v);
    v.found = say_found;
    if (r == 0 && (r = verifier_add_key(&v, 0, host_first_key())) == 0 &&
        (r = trail_verify_with(t, &v, &found)) == 0 && !found.seal_checked)
        host_die("the seal was not checked");
    verifier_wipe(&v);
    return r == 0 ? trail_archives_check(t, &archived) : r;
}

static int read_generation(struct txn *t, void *arg)
{
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    if (r == 0)
        *(uint64_t *)arg = meta->generation;
    return r;
}

static void snapshot_path(char out[static 128])
{
    snprintf(out, 128, "%s/nss/snapshot", host.dir);
}

void host_generations(uint64_t *snapshot, uint64_t *store)
{
    char path[128];
    snapshot_path(path);
    host_look(read_generation, store);
    if (snapshot_generation(path, snapshot) != SNAPSHOT_OK)
        host_die("the snapshot has no generation");
}

static int digest(const void *data, size_t len, uint8_t out[static 32])
{
    struct bytes part = BYTES(data, len);
    return digest_sm3(&part, 1, out);
}

void host_check(void)
{
    struct snapshot *snap;
    uint64_t shown, stored;
    char path[128];
    host_look(check_store, NULL);
    snapshot_path(path);
    if (snapshot_open(path, 0, &snap) != SNAPSHOT_OK ||
        snapshot_verify(snap, digest) != SNAPSHOT_OK)
        host_die("the snapshot does not open or is not whole");
    snapshot_close(snap);
    host_generations(&shown, &stored);
    if (shown > stored)
        host_die("the snapshot is newer than the store");
}

struct standing {
    char name[POPULATION_NAME_BYTES];
    const char *password;
    struct host_standing *out;
};

static int look_standing(struct txn *t, void *arg)
{
    struct standing *s = arg;
    struct secret password = {0};
    Model__Credential *c;
    Model__Counter *counter;
    bool now, newest = false;
    int r;
    if ((r = secret_set(&password, s->password, strlen(s->password))) != 0 ||
        (r = store_get_credential(t, s->name, &c)) != 0 ||
        (r = store_get_counter(t, s->name, &counter)) != 0 ||
        (r = phash_verify(&password, c->hash, &now)) != 0)
        return r;
    if (c->n_history > 0)
        r = phash_verify(&password, c->history[c->n_history - 1]->hash, &newest);
    if (now != newest)
        host_die("%s: the password and the newest of its history are not the same", s->name);
    *s->out = (struct host_standing){
        .history = (unsigned)c->n_history,
        .failures_since_login = counter->failures_since_login,
        .locked = counter->locked_until_at > clock_now(),
        .matches = now,
    };
    secret_wipe(&password);
    return r;
}

struct host_standing host_standing(unsigned operator, const char * password)
{
    struct host_standing out;
    struct standing s = {.password = password, .out = &out};
    population_name("gd", operator, s.name);
    host_look(look_standing, &s);
    return out;
}

static int forget(struct txn *t, void *name)
{
    Model__Counter *c;
    int r = store_get_counter(t, name, &c);
    if (r != 0)
        return r;
    c->n_failures = 0;
    c->locked_until_at = 0;
    return store_put_counter(t, name, c);
}

void host_unlock(unsigned operator)
{
    char name[POPULATION_NAME_BYTES];
    population_name("gd", operator, name);
    host_change(forget, name);
}

struct walk {
    uint64_t from, last;
    void (*each)(const Model__Event *e, void *arg);
    void *arg;
};

static int take(const Model__Event *e, void *arg)
{
    struct walk *w = arg;
    w->last = e->sequence;
    w->each(e, w->arg);
    return 0;
}

static int walk(struct txn *t, void *arg)
{
    struct walk *w = arg;
    return trail_walk(t, w->from, 0, take, w);
}

uint64_t host_events(uint64_t from, void (*each)(const Model__Event *e, void *arg), void *arg)
{
    struct walk w = {from, from - 1, each, arg};
    host_look(walk, &w);
    return w.last;
}

/* The name goes in, the answer comes out. */
struct question {
    char name[POPULATION_NAME_BYTES];
    bool frozen;
};

static int look_frozen(struct txn *t, void *arg)
{
    struct question *q = arg;
    Model__Account *x;
    int r = store_get_account(t, q->name, &x);
    if (r == 0)
        q->frozen = strcmp(x->state, "frozen") == 0;
    return r;
}

bool host_is_frozen(unsigned operator)
{
    struct question q = {.frozen = false};
    population_name("gd", operator, q.name);
    host_look(look_frozen, &q);
    return q.frozen;
}

static int look_keys(struct txn *t, void *arg)
{
    return store_key_use(t, arg);
}

unsigned host_keys_in_use(void)
{
    struct key_use use;
    host_look(look_keys, &use);
    return (unsigned)use.count;
}

static void check_lock(const char *path)
{
    struct flock held = {.l_type = F_WRLCK};
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fcntl(fd, F_OFD_GETLK, &held) != 0)
        host_die("%s", path);
    if (held.l_type != F_UNLCK)
        host_die("%s is locked from byte %lld on", path, (long long)held.l_start);
    close(fd);
}

void host_check_locks(void)
{
    static const char *const files[] = {"store/write.lock", "store/turn.lock",
                                        "store/counters.lock", "store/open.lock",
                                        "nss/publish.lock"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", host.dir, files[i]);
        check_lock(path);
    }
}
