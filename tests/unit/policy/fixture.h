/* A host with a store of its own: one organisation with a network, this machine registered for the
 * system population, a person with an active account and a bound device. Written through the store,
 * without the admin room. */
#ifndef GDPOP_TESTS_POLICY_FIXTURE_H
#define GDPOP_TESTS_POLICY_FIXTURE_H

#include "base/err.h"
#include "base/host.h"
#include "base/text.h"
#include "crypto/phash.h"
#include "model/address.h"
#include "model/codec.h"
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define T(literal) ((char *)(uintptr_t)(literal))
#define USER "gdpop-zhangsan"
#define FIRST_PASSWORD "Spring#2026-Guangzhou"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
#define WORKPLACE "10.77.1.2"
#define OUTSIDE "198.51.100.7"
enum { USER_UID = 60001 };
#ifndef FIXTURE_DIR
#define FIXTURE_DIR "/tmp"
#endif

struct fixture {
    char dir[64];
    char conf_path[96];
    struct gdpop *g;
};

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        int r_ = (call);                                                                           \
        if (r_ != 0)                                                                               \
            fail_msg("%s: %d %s", #call, r_, err_sentence());                                      \
    } while (0)

/* Runs change in a write transaction of the fixture's store. */
static inline void with_store(struct fixture *f, int (*change)(struct txn *t, void *arg), void *arg)
{
    struct call call;
    assert_ok(call_open(&call, f->g));
    assert_ok(store_update(call.store, call.arena, change, arg));
    call_close(&call);
}

static inline struct bytes read_file(struct arena *a, const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = arena_alloc(a, 65536);
    if (!file || !text)
        fail_msg("cannot read %s", path);
    size_t n = fread(text, 1, 65536, file);
    fclose(file);
    return BYTES(text, n);
}

static inline int put_profile(struct txn *t, const char *name)
{
    Model__Profile record = MODEL__PROFILE__INIT;
    struct profile *p = arena_alloc(txn_arena(t), sizeof(*p));
    struct bytes text = read_file(
        txn_arena(t), arena_printf(txn_arena(t), "%s/conf/profiles/%s.conf", SOURCE_DIR, name));
    int r = profile_parse(text, name, txn_arena(t), p);
    record.name = T(p->name);
    record.text.data = (uint8_t *)(uintptr_t)text.data;
    record.text.len = text.len;
    record.systems = p->systems;
    record.n_systems = p->system_count;
    return r == 0 ? store_put_profile(t, &record) : r;
}

static inline int put_places(struct txn *t)
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
    assert_ok(network_parse("10.77.1.0/24", &n));
    w.prefix.data = n.base.byte;
    w.prefix.len = 16;
    w.prefix_length = n.length;
    h.id = id;
    h.name = T("app1");
    h.organisation = o.id;
    h.state = T("active");
    h.systems = systems;
    h.n_systems = 1;
    r = store_put_organisation(t, &o);
    r = r == 0 ? store_put_workplace(t, &w) : r;
    return r == 0 ? store_put_host(t, &h) : r;
}

static inline int put_person(struct txn *t)
{
    Model__Person p = MODEL__PERSON__INIT;
    Model__Document d = MODEL__DOCUMENT__INIT;
    Model__Agreement g = MODEL__AGREEMENT__INIT;
    Model__Paper paper = MODEL__PAPER__INIT;
    int r;
    p.id = T("P000001");
    p.name = T("张三");
    p.document = &d;
    d.type = T("resident");
    d.number = T("440106199001011234");
    p.organisation = T("yuexiu");
    p.post = T("科员");
    p.phone = T("13800138000");
    p.language = T("en");
    g.id = T("G000001");
    g.person = p.id;
    g.kind = T("A5");
    g.paper = &paper;
    paper.signed_at = clock_now() - CLOCK_DAY;
    r = store_put_person(t, &p);
    return r == 0 ? store_put_agreement(t, &g) : r;
}

static inline int put_account(struct txn *t)
{
    Model__Account x = MODEL__ACCOUNT__INIT;
    Model__Application application = MODEL__APPLICATION__INIT, *applications[] = {&application};
    Model__Approval approval = MODEL__APPROVAL__INIT;
    char *systems[] = {T("population")};
    x.name = T(USER);
    x.person = T("P000001");
    x.organisation = T("yuexiu");
    x.state = T("active");
    x.systems = systems;
    x.n_systems = 1;
    x.uid = x.gid = USER_UID;
    x.home = T("/home/" USER);
    x.shell = T("/bin/bash");
    x.activated_at = clock_now() - CLOCK_DAY;
    x.applications = applications;
    x.n_applications = 1;
    application.approval = &approval;
    approval.leader = T("P000009");
    approval.approved_at = clock_now() - 2 * CLOCK_DAY;
    return store_put_account(t, &x);
}

static inline int put_device(struct txn *t)
{
    Model__Device d = MODEL__DEVICE__INIT;
    Model__Binding b = MODEL__BINDING__INIT;
    char *keys[] = {T(KEY)};
    d.id = T("D000001");
    d.kind = T("computer");
    d.name = T("desk-1");
    d.organisation = T("yuexiu");
    d.state = T("bound");
    d.keys = keys;
    d.n_keys = 1;
    b.device = d.id;
    b.account = T(USER);
    b.from_at = clock_now() - CLOCK_DAY;
    int r = store_put_device(t, &d);
    return r == 0 ? store_put_binding(t, &b) : r;
}

/* A password that has been changed from its initial one, by today's rules. */
static inline int put_credential(struct txn *t)
{
    Model__Credential c = MODEL__CREDENTIAL__INIT;
    Model__OldPassword old = MODEL__OLD_PASSWORD__INIT, *history[] = {&old};
    char salt[PHASH_MAX_BYTES], hash[PHASH_MAX_BYTES], history_salt[PHASH_MAX_BYTES],
        history_hash[PHASH_MAX_BYTES];
    char judged_by[17], *systems[] = {T("population")};
    struct secret password = {0};
    struct settings s;
    assert_ok(secret_set(&password, FIRST_PASSWORD, strlen(FIRST_PASSWORD)));
    assert_ok(policy_settings(t, systems, 1, &s));
    assert_ok(phash_salt("$5$", 1000, salt));
    assert_ok(phash_make(&password, salt, hash));
    assert_ok(phash_salt("$5$", 1000, history_salt));
    assert_ok(phash_make(&password, history_salt, history_hash));
    settings_password_fingerprint(&s, judged_by);
    old.hash = history_hash;
    c.hash = hash;
    c.history_salt = history_salt;
    c.history = history;
    c.n_history = 1;
    c.set_at = old.set_at = clock_now() - CLOCK_DAY;
    c.judged_by = judged_by;
    return store_put_credential(t, USER, &c);
}

/* Cheap hashes, so that the tests wait for logic only. */
static inline int put_cheap_hash(struct txn *t)
{
    Model__Override prefix = MODEL__OVERRIDE__INIT, count = MODEL__OVERRIDE__INIT;
    prefix.setting = T("hash_prefix");
    prefix.value = T("$5$");
    count.setting = T("hash_count");
    count.value = T("1000");
    int r = store_put_override(t, &prefix);
    return r == 0 ? store_put_override(t, &count) : r;
}

static inline int fill_store(struct txn *t, void *arg)
{
    int r;
    (void)arg;
    if ((r = put_profile(t, "gd-population")) != 0 || (r = put_profile(t, "db-3")) != 0 ||
        (r = put_cheap_hash(t)) != 0 || (r = policy_compile(t)) != 0 || (r = put_places(t)) != 0 ||
        (r = put_person(t)) != 0 || (r = put_account(t)) != 0 || (r = put_device(t)) != 0 ||
        (r = put_credential(t)) != 0)
        return r;
    return publish_touch(t);
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    strcpy(f->dir, FIXTURE_DIR "/gdpop-policy-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    snprintf(f->conf_path, sizeof(f->conf_path), "%s/gdpop.conf", f->dir);
    FILE *conf = fopen(f->conf_path, "w");
    fprintf(conf,
            "store_dir = %s/store\nkey_dir = %s/keys\nsnapshot = %s/nss/snapshot\nlanguage = "
            "en\nstore_wait_sec = 3\n",
            f->dir, f->dir, f->dir);
    fclose(conf);
    text_language("en");
    assert_ok(gdpop_open(f->conf_path, &f->g));
    assert_ok(store_create(&f->g->conf));
    with_store(f, fill_store, NULL);
    struct call call;
    assert_ok(call_open(&call, f->g));
    assert_ok(publish_snapshot(call.store));
    call_close(&call);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
    gdpop_close(f->g);
    int r = system(command);
    free(f);
    return r;
}

/* A login through sshd with the bound device from the workplace; tests change what they are about.
 */
static inline struct gdpop_evidence evidence(void)
{
    return (struct gdpop_evidence){
        .service = "sshd",
        .user = USER,
        .address = WORKPLACE,
        .tty = "ssh",
        .auth_info = "publickey " KEY "\n",
        .login_uid = UINT32_MAX,
        .audit_session = UINT32_MAX,
        .leader_pid = getpid(),
    };
}

static inline enum gdpop_outcome try_password(struct fixture *f, const struct gdpop_evidence *ev,
                                              const char *password)
{
    struct gdpop_verdict v;
    gdpop_authenticate(f->g, ev, password, strlen(password), &v);
    return v.outcome;
}

static inline int run_as_init(int (*run)(void))
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("proc", "/proc", "proc", 0, NULL) != 0)
        return 1;
    int failed = run();
    fflush(NULL);
    return failed != 0;
}

/* The exit status of a child that runs this. */
static inline int in_child(int (*part)(int (*run)(void)), int (*run)(void))
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(part(run));
    return pid < 0 || waitpid(pid, &status, 0) != pid || status != 0;
}

static inline int run_in_namespace(int (*run)(void))
{
    return unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 || in_child(run_as_init, run);
}

/* Runs tests with processes of their own, since what freezes an account ends every process of its
 * uid: those of other tests are not to be seen. */
static inline int run_among_themselves(int (*run)(void))
{
    return in_child(run_in_namespace, run);
}

struct count_events {
    const char *action, *outcome;
    unsigned n;
};

static inline int count_event(const Model__Event *e, void *arg)
{
    struct count_events *c = arg;
    c->n += strcmp(e->action, c->action) == 0 && strcmp(e->outcome, c->outcome) == 0;
    return 0;
}

static inline unsigned events(struct fixture *f, const char *action, const char *outcome)
{
    struct count_events c = {action, outcome, 0};
    struct trail_report report;
    struct call call;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(trail_walk(call.txn, 1, 0, count_event, &c));
    assert_ok(trail_verify(call.txn, &report));
    call_close(&call);
    return c.n;
}

#endif
