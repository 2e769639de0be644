/* Makes a store of N accounts straight through the store room, for the measurements.
 *
 *   load_store CONF fill N        creates the store and fills it: one organisation with a network,
 *                                 this host, and for each account a person, a pledge, a bound
 *                                 computer and a password with four earlier ones
 *   load_store CONF hash cheap    hashes are $5$ with 1000 rounds from now on: overhead shows
 *   load_store CONF hash real     hashes are the default, yescrypt
 *   load_store CONF publish       the snapshot, made anew from the store
 *
 * Prints one JSON line. Accounts with an even number have the cheap hash, the others the real one;
 * all have the same password, since a million hashes of yescrypt would take hours. */
#include "base/err.h"
#include "base/host.h"
#include "base/text.h"
#include "crypto/phash.h"
#include "model/address.h"
#include "policy/policy.h"
#include "population.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define T(literal) ((char *)(uintptr_t)(literal))

enum { BATCH = 10000, HISTORY = 5 };

struct fill {
    uint32_t from, to;
    char hash[2][PHASH_MAX_BYTES]; /* [0] cheap, [1] real */
    char salt[2][PHASH_MAX_BYTES];
    char old[2][HISTORY][PHASH_MAX_BYTES];
    char judged_by[17];
    int64_t yesterday_at;
};

static double now_sec(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int put_profile(struct txn *t, const char *name)
{
    Model__Profile record = MODEL__PROFILE__INIT;
    struct arena *a = txn_arena(t);
    struct profile *p = arena_alloc(a, sizeof(*p));
    char *text = arena_alloc(a, 65536);
    FILE *file = fopen(arena_printf(a, "%s/conf/profiles/%s.conf", SOURCE_DIR, name), "re");
    if (!file || !p || !text)
        return err_errno("cannot read the profile %s", name);
    size_t len = fread(text, 1, 65536, file);
    fclose(file);
    int r = profile_parse(BYTES(text, len), name, a, p);
    record.name = T(p->name);
    record.text.data = (uint8_t *)text;
    record.text.len = len;
    record.systems = p->systems;
    record.n_systems = p->system_count;
    return r == 0 ? store_put_profile(t, &record) : r;
}

static int put_places(struct txn *t)
{
    Model__Organisation o = MODEL__ORGANISATION__INIT;
    Model__Workplace w = MODEL__WORKPLACE__INIT;
    Model__Host h = MODEL__HOST__INIT;
    struct network n;
    char id[33], *systems[] = {T("population")};
    int r;
    host_machine_id(id);
    o.id = T("yuexiu");
    o.name = T("越秀区卫生健康局");
    o.level = T("county");
    o.division = T("440104");
    w.organisation = o.id;
    w.kind = T("lan");
    if ((r = network_parse("10.99.0.0/16", &n)) != 0)
        return r;
    w.prefix.data = n.base.byte;
    w.prefix.len = 16;
    w.prefix_length = n.length;
    h.id = id;
    h.name = T("app1");
    h.organisation = o.id;
    h.state = T("active");
    h.systems = systems;
    h.n_systems = 1;
    if ((r = store_put_organisation(t, &o)) != 0 || (r = store_put_workplace(t, &w)) != 0)
        return r;
    return store_put_host(t, &h);
}

static int put_person(struct txn *t, const struct fill *f, uint32_t i)
{
    Model__Person p = MODEL__PERSON__INIT;
    Model__Document d = MODEL__DOCUMENT__INIT;
    Model__Agreement g = MODEL__AGREEMENT__INIT;
    Model__Paper paper = MODEL__PAPER__INIT;
    struct arena *a = txn_arena(t);
    p.id = arena_printf(a, "P%07u", i);
    p.name = T("张三");
    p.document = &d;
    d.type = T("resident");
    d.number = arena_printf(a, "4401%014u", i);
    p.organisation = T("yuexiu");
    p.department = T("人口科");
    p.post = T("科员");
    p.phone = arena_printf(a, "139%08u", i);
    p.staff = T("permanent");
    p.created_at = f->yesterday_at;
    g.id = arena_printf(a, "G%07u", i);
    g.person = p.id;
    g.kind = T("A5");
    g.paper = &paper;
    paper.signed_at = f->yesterday_at;
    paper.filed_by = T("linhai");
    int r = store_put_person(t, &p);
    return r == 0 ? store_put_agreement(t, &g) : r;
}

static int put_device(struct txn *t, const struct fill *f, uint32_t i, char *account)
{
    Model__Device d = MODEL__DEVICE__INIT;
    Model__Binding b = MODEL__BINDING__INIT;
    char key[POPULATION_KEY_BYTES], *keys[] = {key};
    struct arena *a = txn_arena(t);
    population_key(i, key);
    d.id = arena_printf(a, "D%07u", i);
    d.kind = T("computer");
    d.name = T("张三的电脑");
    d.organisation = T("yuexiu");
    d.responsible = arena_printf(a, "P%07u", i);
    d.state = T("bound");
    d.keys = keys;
    d.n_keys = 1;
    b.device = d.id;
    b.account = account;
    b.from_at = f->yesterday_at;
    b.bound_by = T("linhai");
    int r = store_put_device(t, &d);
    return r == 0 ? store_put_binding(t, &b) : r;
}

static int put_credential(struct txn *t, struct fill *f, uint32_t i, const char *account)
{
    Model__Credential c = MODEL__CREDENTIAL__INIT;
    Model__OldPassword old[HISTORY], *history[HISTORY];
    for (int k = 0; k < HISTORY; k++) {
        model__old_password__init(&old[k]);
        old[k].hash = f->old[i % 2][k];
        old[k].set_at = f->yesterday_at;
        history[k] = &old[k];
    }
    c.hash = f->hash[i % 2];
    c.history_salt = f->salt[i % 2];
    c.history = history;
    c.n_history = HISTORY;
    c.set_at = f->yesterday_at;
    c.judged_by = f->judged_by;
    return store_put_credential(t, account, &c);
}

static int put_account(struct txn *t, struct fill *f, uint32_t i)
{
    Model__Account x = MODEL__ACCOUNT__INIT;
    Model__Application application = MODEL__APPLICATION__INIT, *applications[] = {&application};
    Model__Approval approval = MODEL__APPROVAL__INIT;
    char name[POPULATION_NAME_BYTES], home[POPULATION_NAME_BYTES + 8],
        *systems[] = {T("population")};
    int r;
    population_name("gd", i, name);
    snprintf(home, sizeof(home), "/home/%s", name);
    x.name = name;
    x.person = arena_printf(txn_arena(t), "P%07u", i);
    x.organisation = T("yuexiu");
    x.state = T("active");
    x.systems = systems;
    x.n_systems = 1;
    x.role = T("entry");
    x.uid = x.gid = POPULATION_FIRST_UID + i;
    x.home = home;
    x.shell = T("/bin/bash");
    x.activated_at = f->yesterday_at;
    x.applications = applications;
    x.n_applications = 1;
    application.systems = systems;
    application.n_systems = 1;
    application.applied_by = T("linhai");
    application.approval = &approval;
    approval.leader = T("P0000000");
    approval.approved_at = f->yesterday_at;
    if ((r = put_person(t, f, i)) != 0 || (r = store_put_account(t, &x)) != 0 ||
        (r = put_device(t, f, i, name)) != 0)
        return r;
    return put_credential(t, f, i, name);
}

static int put_batch(struct txn *t, void *arg)
{
    struct fill *f = arg;
    int r = 0;
    for (uint32_t i = f->from; r == 0 && i < f->to; i++)
        r = put_account(t, f, i);
    return r != 0 ? r : publish_touch(t);
}

static int put_beginning(struct txn *t, void *arg)
{
    struct fill *f = arg;
    char *systems[] = {T("population")};
    struct settings s;
    int r;
    if ((r = put_profile(t, "gd-population")) != 0 || (r = put_profile(t, "db-3")) != 0 ||
        (r = policy_compile(t)) != 0 || (r = put_places(t)) != 0 ||
        (r = policy_settings(t, systems, 1, &s)) != 0)
        return r;
    settings_password_fingerprint(&s, f->judged_by);
    return 0;
}

static int make_hashes(struct fill *f)
{
    static const struct {
        const char *prefix;
        unsigned long count;
    } kind[2] = {{"$5$", 1000}, {"$y$", 0}};
    struct secret password = {0};
    char salt[PHASH_MAX_BYTES], old[64];
    int r = 0;
    for (int k = 0; r == 0 && k < 2; k++) {
        if ((r = secret_set(&password, POPULATION_PASSWORD, strlen(POPULATION_PASSWORD))) == 0 &&
            (r = phash_salt(kind[k].prefix, kind[k].count, salt)) == 0 &&
            (r = phash_make(&password, salt, f->hash[k])) == 0 &&
            (r = phash_salt(kind[k].prefix, kind[k].count, f->salt[k])) == 0)
            r = phash_make(&password, f->salt[k], f->old[k][HISTORY - 1]);
        for (int h = 0; r == 0 && h < HISTORY - 1; h++) {
            snprintf(old, sizeof(old), "Earlier-%d#password", h);
            if ((r = secret_set(&password, old, strlen(old))) == 0)
                r = phash_make(&password, f->salt[k], f->old[k][h]);
        }
    }
    secret_wipe(&password);
    return r;
}

static int update(struct gdpop *g, int (*change)(struct txn *t, void *arg), void *arg)
{
    struct call call;
    int r = call_open(&call, g);
    if (r == 0)
        r = store_update(call.store, call.arena, change, arg);
    call_close(&call);
    return r;
}

static int fill(struct gdpop *g, uint32_t accounts)
{
    struct fill *f = calloc(1, sizeof(*f));
    struct store_stat st;
    struct call call;
    int r = f ? store_create(&g->conf) : GDPOP_ERR_NOMEM;
    if (r != 0)
        return r;
    f->yesterday_at = clock_now() - 2 * CLOCK_DAY;
    if ((r = make_hashes(f)) != 0 || (r = update(g, put_beginning, f)) != 0)
        return r;
    double start = now_sec();
    for (f->from = 0; r == 0 && f->from < accounts; f->from = f->to) {
        f->to = accounts - f->from < BATCH ? accounts : f->from + BATCH;
        if (f->from > 0 && f->from % (20 * BATCH) == 0)
            fprintf(stderr, "%u accounts in %.0f s\n", f->from, now_sec() - start);
        r = update(g, put_batch, f);
    }
    double sec = now_sec() - start;
    if (r == 0 && (r = call_open(&call, g)) == 0) {
        if ((r = store_stat(call.store, &st)) == 0)
            printf("{\"accounts\": %u, \"seconds\": %.3f, \"file_bytes\": %llu, \"used_bytes\": "
                   "%llu}\n",
                   accounts, sec, (unsigned long long)st.file_bytes,
                   (unsigned long long)st.used_bytes);
        call_close(&call);
    }
    free(f);
    return r;
}

static int set_hash(struct txn *t, void *arg)
{
    Model__Override prefix = MODEL__OVERRIDE__INIT, count = MODEL__OVERRIDE__INIT;
    bool cheap = strcmp(arg, "cheap") == 0;
    int r;
    prefix.setting = T("hash_prefix");
    prefix.value = T(cheap ? "$5$" : "$y$");
    count.setting = T("hash_count");
    count.value = T(cheap ? "1000" : "0");
    if ((r = store_put_override(t, &prefix)) != 0 || (r = store_put_override(t, &count)) != 0)
        return r;
    return policy_compile(t);
}

static int touch(struct txn *t, void *arg)
{
    (void)arg;
    return publish_touch(t);
}

static int publish(struct gdpop *g)
{
    struct rusage usage;
    struct call call;
    double start = 0;
    int r = update(g, touch, NULL);
    if (r == 0 && (r = call_open(&call, g)) == 0) {
        start = now_sec();
        r = publish_snapshot(call.store);
        call_close(&call);
    }
    getrusage(RUSAGE_SELF, &usage);
    if (r == 0)
        printf("{\"seconds\": %.4f, \"maxrss_kib\": %ld}\n", now_sec() - start, usage.ru_maxrss);
    return r;
}

int main(int argc, char **argv)
{
    struct gdpop *g = NULL;
    int r = argc < 3 ? GDPOP_ERR_ARGUMENT : gdpop_open(argv[1], &g);
    if (r == 0 && strcmp(argv[2], "fill") == 0 && argc == 4)
        r = fill(g, (uint32_t)strtoul(argv[3], NULL, 10));
    else if (r == 0 && strcmp(argv[2], "hash") == 0 && argc == 4)
        r = update(g, set_hash, argv[3]);
    else if (r == 0 && strcmp(argv[2], "publish") == 0)
        r = publish(g);
    else if (r == 0)
        r = GDPOP_ERR_ARGUMENT;
    if (r != 0)
        fprintf(stderr, "load_store: %s\n", err_sentence()[0] ? err_sentence() : gdpop_strerror(r));
    gdpop_close(g);
    return r == 0 ? 0 : 1;
}
