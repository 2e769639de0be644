/* A real trail for tests of what reads it: a store with EVENTS events over some months, and what an
 * auditor would have of it.
 *
 *   make_trail DIR EVENTS
 *
 * DIR/store, keys       the store, as root of that host has it
 * DIR/seal-key, checkpoint.pem, checkpoint, checkpoint-early
 * DIR/all.jsonl, all.csv, all.gb18030.csv, first.jsonl, second.jsonl, second.jsonl.zst */
#include "audit/export.h"
#include "audit/trail.h"
#include "base/err.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 500 };

static struct conf conf;
static struct store *store;
static struct secret key;
static char dir[128];
static int64_t now_at, step;

/* The time of this program: the wall clock and the time since boot move with the events. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME && clock != CLOCK_MONOTONIC)
        return (int)syscall(SYS_clock_gettime, clock, now);
    int64_t at = clock == CLOCK_REALTIME ? now_at : now_at - 1767196800LL * 1000000;
    now->tv_sec = at / 1000000;
    now->tv_nsec = at % 1000000 * 1000;
    return 0;
}

static void die(const char *what)
{
    fprintf(stderr, "make_trail: %s: %s\n", what, err_sentence());
    exit(1);
}

#define T(text) ((char *)(uintptr_t)(text))

/* What must never act inside a page or a spreadsheet. */
static const char *const hostile[] = {"</script><script>window.hacked=1</script>",
                                      "<img src=x onerror=window.hacked=1>",
                                      "<!-- <script>",
                                      "=HYPERLINK(\"http://example.test\",\"x\")",
                                      "]]> &lt; &amp; \" ' \\ `${1}`",
                                      "2028 \xe2\x80\xa8 202e \xe2\x80\xae fin",
                                      "+8613800138000",
                                      "@SUM(1)"};

static const char *const organisations[] = {"gzws", "thws", "yxws", "hzws", "byws"};

static void fill_setup(Model__Event *e, int i)
{
    static char person[16], account[16];
    snprintf(person, sizeof(person), "P%06d", i / 2);
    snprintf(account, sizeof(account), "user%03d", i / 2);
    e->actor = T("linhai");
    e->outcome = T("done");
    e->action = T(i % 2 ? "account.apply" : "person.add");
    e->subject = i % 2 ? account : T("");
    e->object = person;
    e->detail = T(i % 2 ? "operator-entry" : organisations[i / 2 % 5]);
}

static const struct {
    const char *action, *outcome, *rule, *tag, *code, *detail;
} kinds[] = {{"login.auth", "allowed", "", "", "", ""},
             {"login.account", "allowed", "", "", "", ""},
             {"login.session", "allowed", "", "", "", ""},
             {"login.auth", "failed", "", "DB-8.1.4.1b", "", "wrong password"},
             {"login.account", "denied", "workplace", "GD-16", "W02", "不在工作场所的网络内"},
             {"login.account", "denied", "device", "GD-17", "D01", "未绑定的设备"},
             {"login.session", "denied", "sharing", "GD-19", "S01", "同一账号在两台设备上登录"},
             {"login.session", "denied", "lending", "GD-19", "L01", "su"},
             {"login.account", "observed", "rotation", "GD-13", "R01", "91 天"},
             {"account.lockout", "done", "lockout", "DB-8.1.4.1b", "", "10.77.1.9"},
             {"account.freeze", "done", "", "", "", "查证"},
             {"policy.set", "refused", "", "", "", "one's own account"},
             {"person.show", "done", "", "", "", ""},
             {"login.session", "allowed", "workplace", "GD-16", "W04", "198.51.100.7, nobody's"},
             {"login.session", "observed", "workplace", "GD-16", "W02", "198.51.100.7, nobody's"}};
static const int mix[] = {0,  1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 3,  0,  1, 2, 0,  1,
                          2,  4, 0, 1, 2, 5, 0, 1, 2, 3, 0, 1, 2, 8,  6,  0, 1, 2,  10,
                          12, 9, 0, 1, 2, 7, 0, 1, 2, 4, 0, 1, 2, 11, 13, 1, 2, 14, 0};

static void fill(Model__Event *e, int i)
{
    static char user[16], address[24], session[24], person[16];
    int kind = mix[(i * 7 + i / 41) % (int)(sizeof(mix) / sizeof(*mix))];
    unsigned n = (unsigned)(i * 2654435761u) >> 16;
    snprintf(user, sizeof(user), "user%03d", (int)(n % 60));
    snprintf(person, sizeof(person), "P%06d", (int)(n % 60));
    snprintf(address, sizeof(address), "10.77.%d.%d", (int)(n % 4), (int)(n % 250));
    snprintf(session, sizeof(session), "S%08d", i);
    bool login = strncmp(kinds[kind].action, "login.", 6) == 0;
    e->action = T(kinds[kind].action);
    e->outcome = T(kinds[kind].outcome);
    e->rule = T(kinds[kind].rule);
    e->tag = T(kinds[kind].tag);
    e->code = T(kinds[kind].code);
    e->detail = T(i % 997 == 11 ? hostile[i / 997 % 8] : kinds[kind].detail);
    e->actor = login ? user : T(kind == 12 ? "zhouan" : "sunjie");
    e->subject = kind == 12 ? T("") : user;
    e->object = kind == 12 ? person : T(kind > 12 ? "X000001" : "");
    if (login) {
        e->service = T("sshd");
        e->address = address;
        e->tty = T("ssh");
        e->device = T("D000123");
        e->session = kind == 2 ? session : T("");
    }
}

static int add_block(struct txn *t, void *arg)
{
    const int *range = arg;
    for (int i = range[0]; i < range[1]; i++) {
        Model__Event e = MODEL__EVENT__INIT;
        now_at += step + (i % 17 == 0 ? step * 5 : 0);
        if (i < 120)
            fill_setup(&e, i);
        else
            fill(&e, i);
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

static void update(int (*change)(struct txn *t, void *arg), void *arg)
{
    struct arena *a = arena_new();
    if (store_update(store, a, change, arg) < 0)
        die("update");
    arena_free(a);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f))
        die(name);
}

static uint64_t checkpoint(const char *name)
{
    struct arena *a = arena_new();
    struct txn *t;
    char *line;
    uint64_t sequence = 0;
    if (store_read(store, a, &t) < 0 || trail_checkpoint(t, &line, &sequence) < 0)
        die("checkpoint");
    write_file(name, line);
    txn_abort(t);
    arena_free(a);
    return sequence;
}

static void export(const char *name, uint64_t first, uint64_t last, enum line_format format,
                   bool compressed, bool gb18030)
{
    const struct trail_export x = {.first = first,
                                   .last = last,
                                   .format = format,
                                   .compressed = compressed,
                                   .gb18030 = gb18030,
                                   .form = "export",
                                   .by = "zhouan",
                                   .purpose = "季度审计",
                                   .utc_offset_min = 480};
    uint8_t previous[32], digest[32];
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || trail_export(store, &x, fd, previous, digest) < 0)
        die(name);
    close(fd);
}

static void fill_store(int events)
{
    for (int range[2] = {0, 0}; range[0] < events; range[0] = range[1]) {
        range[1] = range[0] + BLOCK < events ? range[0] + BLOCK : events;
        update(add_block, range);
        if (range[0] <= events / 2 && range[1] > events / 2)
            checkpoint("checkpoint-early");
    }
}

int main(int argc, char **argv)
{
    int events = argc == 3 ? atoi(argv[2]) : 0;
    struct arena *a = arena_new();
    char *pem;
    if (events < 200)
        die("usage: make_trail DIR EVENTS");
    snprintf(dir, sizeof(dir), "%s", argv[1]);
    conf_default(&conf);
    snprintf(conf.store_dir, sizeof(conf.store_dir), "%s/store", dir);
    snprintf(conf.key_dir, sizeof(conf.key_dir), "%s/keys", dir);
    now_at = 1772323200LL * 1000000; /* 2026-03-01 08:00 in China */
    step = 80LL * 86400 * 1000000 / events;
    if (store_create(&conf) < 0 || trail_make_sign_key(&conf) < 0 || store_open(&conf, &store) < 0)
        die("create");
    update(take_key, NULL);
    write_file("seal-key", key.text);
    if (trail_public_key(&conf, a, &pem) < 0)
        die("public key");
    write_file("checkpoint.pem", pem);
    fill_store(events);
    uint64_t last = checkpoint("checkpoint"), half = last / 2;
    export("all.jsonl", 1, last, LINE_JSONL, false, false);
    export("first.jsonl", 1, half, LINE_JSONL, false, false);
    export("second.jsonl", half + 1, last, LINE_JSONL, false, false);
    export("second.jsonl.zst", half + 1, last, LINE_JSONL, true, false);
    export("all.csv", 1, last, LINE_CSV, false, false);
    export("all.gb18030.csv", 1, last, LINE_CSV, false, true);
    printf("%llu\n", (unsigned long long)last);
    store_close(store);
    arena_free(a);
    return 0;
}
