#include "host.h"

#include "audit/verifier.h"
#include "base/err.h"
#include "base/host.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define T(literal) ((char *)(uintptr_t)(literal))

struct host_files host;
unsigned host_wait_sec = 60;
static struct gdpop *handle;
static uint8_t first_key[DIGEST_BYTES];

void host_die(const char *what, ...)
{
    int failed_errno = errno;
    va_list list;
    va_start(list, what);
    fprintf(stderr, "storm: ");
    vfprintf(stderr, what, list);
    va_end(list);
    fprintf(stderr, " (%s; %s)\nstorm: left for inspection: %s\n", err_sentence(),
            strerror(failed_errno), host.dir);
    exit(1);
}

static void ok(int r, const char *what)
{
    if (r != 0)
        host_die("%s: %d", what, r);
}

const uint8_t *host_first_key(void)
{
    return first_key;
}

void host_change(int (*change)(struct txn *t, void *arg), void *arg)
{
    struct call call;
    ok(call_open(&call, handle), "open");
    ok(store_update(call.store, call.arena, change, arg), "change");
    call_close(&call);
}

void host_look(int (*look)(struct txn *t, void *arg), void *arg)
{
    struct call call;
    ok(call_open(&call, handle), "open");
    ok(call_read(&call), "read");
    ok(look(call.txn, arg), "look");
    call_close(&call);
}

/* "name", "value", …, NULL of one operation behind its noun and verb; how many words. */
static size_t call_words(struct gdpop_admin *a, const char *const words[], int *r)
{
    const struct gdpop_result *result;
    struct gdpop_arg args[8];
    size_t n = 0, at = 2;
    for (; words[at]; at += 2)
        args[n++] = (struct gdpop_arg){words[at], words[at + 1], strlen(words[at + 1])};
    *r = gdpop_admin_call(a, words[0], words[1], args, n, &result);
    return at + 1;
}

static int call_all(struct gdpop_admin *a, const char *const words[])
{
    int r = 0;
    for (size_t at = 0; r == 0 && words[at];)
        at += call_words(a, words + at, &r);
    return r;
}

int host_act(const char *actor, const char *const words[])
{
    struct gdpop_admin *a = NULL;
    struct gdpop *g = NULL;
    int r = gdpop_open(host.conf, &g);
    if (r == 0)
        r = gdpop_admin_begin(g, actor, actor ? 0 : GDPOP_ADMIN_HOST, &a);
    if (r == 0 && (r = call_all(a, words)) == 0)
        r = gdpop_admin_commit(a);
    gdpop_admin_end(a);
    gdpop_close(g);
    return r;
}

void host_add_backup_key(void)
{
    char pem[2048];
    FILE *made = popen("openssl genpkey -algorithm SM2 | openssl pkey -pubout", "re");
    size_t len = made ? fread(pem, 1, sizeof(pem) - 1, made) : 0;
    pem[len] = '\0';
    const char *const words[] = {"backup", "key-add", "public", pem, NULL, NULL};
    if (!made || pclose(made) != 0)
        host_die("openssl");
    ok(host_act("secadm", words), "the key of backups");
}

static void load_profile(struct gdpop_admin *a, const char *name)
{
    const struct gdpop_result *result;
    char path[256], text[16384];
    snprintf(path, sizeof(path), "%s/conf/profiles/%s.conf", SOURCE_DIR, name);
    FILE *file = fopen(path, "re");
    if (!file)
        host_die("%s", path);
    struct gdpop_arg arg = {"file", text, fread(text, 1, sizeof(text), file)};
    fclose(file);
    ok(gdpop_admin_call(a, "profile", "load", &arg, 1, &result), name);
}

static void put_setting(struct txn *t, const char *name, const char *value)
{
    Model__Override o = MODEL__OVERRIDE__INIT;
    o.setting = T(name);
    o.value = T(value);
    ok(store_put_override(t, &o), name);
}

/* Policy only tightens: what is looser needs a waiver. */
static void put_waiver(struct txn *t, const char *name, char *value)
{
    Model__Permit p = MODEL__PERMIT__INIT;
    p.id = T("X900001");
    p.kind = T("waiver");
    p.from_at = clock_now() - CLOCK_DAY;
    p.until_at = clock_now() + CLOCK_DAY;
    p.setting = T(name);
    p.value = value;
    ok(store_put_permit(t, &p), "waiver");
}

static void put_person(struct txn *t, char *person, unsigned number, int64_t yesterday_at)
{
    Model__Person p = MODEL__PERSON__INIT;
    Model__Document d = MODEL__DOCUMENT__INIT;
    Model__Agreement g = MODEL__AGREEMENT__INIT;
    Model__Paper paper = MODEL__PAPER__INIT;
    p.id = g.person = person;
    p.name = T("张三");
    p.document = &d;
    d.type = T("resident");
    d.number = arena_printf(txn_arena(t), "4401%014u", number);
    p.organisation = T("county");
    p.post = T("科员");
    p.phone = T("13800138000");
    p.language = T("en");
    g.id = arena_printf(txn_arena(t), "G%06u", number);
    g.kind = T("A5");
    g.paper = &paper;
    paper.signed_at = yesterday_at;
    ok(store_put_person(t, &p), "person");
    ok(store_put_agreement(t, &g), "pledge");
}

static void put_account(struct txn *t, const char *name, unsigned number, unsigned duties)
{
    Model__Account x = MODEL__ACCOUNT__INIT;
    Model__Application application = MODEL__APPLICATION__INIT, *applications[] = {&application};
    Model__Approval approval = MODEL__APPROVAL__INIT;
    char *systems[] = {T("population")};
    int64_t yesterday_at = clock_now() - CLOCK_DAY;
    x.name = T(name);
    x.person = arena_printf(txn_arena(t), "P9%05u", number);
    put_person(t, x.person, number, yesterday_at);
    x.organisation = T(duties ? "city" : "county");
    x.state = T("active");
    x.systems = systems;
    x.n_systems = 1;
    x.role = T("entry");
    x.duties = duties;
    x.uid = x.gid = 1986001 + number;
    x.home = T("/nonexistent");
    x.shell = T("/bin/sh");
    x.activated_at = approval.approved_at = yesterday_at;
    x.applications = applications;
    x.n_applications = 1;
    application.systems = systems;
    application.n_systems = 1;
    application.approval = &approval;
    approval.leader = T("P900001");
    ok(store_put_account(t, &x), name);
}

static void put_device(struct txn *t, char *account, unsigned operator)
{
    Model__Device d = MODEL__DEVICE__INIT;
    Model__Binding b = MODEL__BINDING__INIT;
    char key[POPULATION_KEY_BYTES], *keys[] = {key};
    population_key(operator, key);
    d.id = b.device = arena_printf(txn_arena(t), "D9%05u", operator);
    d.kind = T("computer");
    d.name = T("电脑");
    d.organisation = T("county");
    d.state = T("bound");
    d.keys = keys;
    d.n_keys = 1;
    b.account = account;
    b.from_at = clock_now() - CLOCK_DAY;
    ok(store_put_device(t, &d), "device");
    ok(store_put_binding(t, &b), "binding");
}

static void put_credential(struct txn *t, const char *account)
{
    Model__Credential c = MODEL__CREDENTIAL__INIT;
    Model__OldPassword old = MODEL__OLD_PASSWORD__INIT, *history[] = {&old};
    static char hash[PHASH_MAX_BYTES], salt[PHASH_MAX_BYTES], of_history[PHASH_MAX_BYTES];
    struct secret password = {0};
    struct settings s;
    char judged_by[17], *systems[] = {T("population")};
    if (!hash[0]) {
        ok(secret_set(&password, POPULATION_PASSWORD, strlen(POPULATION_PASSWORD)), "password");
        ok(phash_salt("$5$", 1000, salt), "salt");
        ok(phash_make(&password, salt, hash), "hash");
        ok(phash_salt("$5$", 1000, salt), "salt");
        ok(phash_make(&password, salt, of_history), "hash");
        secret_wipe(&password);
    }
    ok(policy_settings(t, systems, 1, &s), "settings");
    settings_password_fingerprint(&s, judged_by);
    c.hash = hash;
    c.history_salt = salt;
    c.history = history;
    c.n_history = 1;
    old.hash = of_history;
    c.set_at = old.set_at = clock_now() - CLOCK_DAY;
    c.judged_by = judged_by;
    ok(store_put_credential(t, account, &c), "credential");
}

static void put_host(struct gdpop_admin *a)
{
    Model__Host h = MODEL__HOST__INIT;
    char *systems[] = {T("population")};
    h.id = a->host_id;
    h.name = T("storm");
    h.organisation = T("county");
    h.state = T("active");
    h.systems = systems;
    h.n_systems = 1;
    ok(store_put_host(a->call.txn, &h), "host");
}

static void fill(struct gdpop_admin *a, unsigned operators, unsigned limit)
{
    static const char *const places[] = {
        "org",           "add",          "id",     "city",      "name",   "city",     "level",
        "city",          "division",     "440100", NULL,        "org",    "add",      "id",
        "county",        "name",         "county", "level",     "county", "division", "440104",
        "supervised-by", "city",         NULL,     "workplace", "add",    "org",      "county",
        "network",       "10.99.0.0/16", NULL,     NULL};
    char text[16];
    load_profile(a, "gd-population");
    load_profile(a, "db-3");
    struct txn *t = a->call.txn;
    put_setting(t, "hash_prefix", "$5$");
    put_setting(t, "hash_count", "1000");
    put_setting(t, "epoch_events", "25");
    snprintf(text, sizeof(text), "%u", limit);
    put_waiver(t, "lockout_limit", text);
    ok(policy_compile(t), "settings");
    ok(call_all(a, places), "organisations");
    put_host(a);
    put_account(t, "sysadm", 1, GDPOP_DUTY_SYSTEM);
    put_account(t, "secadm", 2, GDPOP_DUTY_SECURITY);
    put_account(t, "audadm", 3, GDPOP_DUTY_AUDIT);
    for (unsigned i = 0; i < operators; i++) {
        char name[POPULATION_NAME_BYTES];
        population_name("gd", i, name);
        put_account(t, name, 10 + i, 0);
        put_device(t, name, i);
        put_credential(t, name);
    }
}

static void write_files(void)
{
    static const char stack[] =
        "auth required %1$s conf=%2$s\naccount required %1$s conf=%2$s\n"
        "password required %1$s conf=%2$s\nsession required %1$s conf=%2$s\n";
    char path[128];
    strcpy(host.dir, "/tmp/gdpop-storm-XXXXXX");
    if (!mkdtemp(host.dir) || chmod(host.dir, 0755) != 0)
        host_die("mkdtemp");
    snprintf(host.conf, sizeof(host.conf), "%s/gdpop.conf", host.dir);
    snprintf(host.pam, sizeof(host.pam), "%s/pam", host.dir);
    snprintf(path, sizeof(path), "%s/sshd", host.pam);
    FILE *conf = fopen(host.conf, "we");
    FILE *pam = mkdir(host.pam, 0755) == 0 ? fopen(path, "we") : NULL;
    if (!conf || !pam)
        host_die("%s", path);
    fprintf(conf,
            "store_dir = %1$s/store\nkey_dir = %1$s/keys\nsnapshot = %1$s/nss/snapshot\n"
            "language = en\nstore_wait_sec = %2$u\nmap_size_mib = 16\n",
            host.dir, host_wait_sec);
    fprintf(pam, stack, PAM_MODULE, host.conf);
    fclose(conf);
    fclose(pam);
}

void host_make(unsigned operators, unsigned limit)
{
    struct gdpop_admin *a;
    struct secret key;
    text_language("en");
    write_files();
    ok(gdpop_open(host.conf, &handle), "gdpop.conf");
    ok(gdpop_admin_begin(handle, NULL, GDPOP_ADMIN_INIT, &a), "init");
    ok(gdpop_admin_expect(a, operators * 4), "room");
    fill(a, operators, limit);
    ok(trail_first_key(a->call.txn, &key), "first key");
    char hex[2 * DIGEST_BYTES + 1];
    snprintf(hex, sizeof(hex), "%.64s", strstr(key.text, "\nkey ") + 5);
    ok(bytes_from_hex(hex, first_key, sizeof(first_key)), "first key");
    secret_wipe(&key);
    ok(publish_touch(a->call.txn), "publish");
    ok(gdpop_admin_commit(a), "commit");
    gdpop_admin_end(a);
}

void host_remove(void)
{
    char command[96];
    gdpop_close(handle);
    snprintf(command, sizeof(command), "rm -rf '%s'", host.dir);
    if (system(command) != 0)
        host_die("%s", command);
}
