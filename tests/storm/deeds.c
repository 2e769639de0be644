#include "deeds.h"

#include "base/err.h"
#include "client.h"

#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REAL_UID = 1985999, DEED_KEYS_MAX = 40 };

static int notes_fd;

unsigned deed_operator(unsigned slot, enum deed deed)
{
    return slot * DEED_OPERATORS + deed;
}

void deed_password(unsigned slot, uint64_t serial, char out[static HOST_PASSWORD_BYTES])
{
    /* No two are neighbours: the dictionary's library would call some passwords systematic. */
    static const char letters[] = "ACEGIKMoqsuwy2468";
    uint64_t x = (serial * 1000 + slot + 1) * 0x9e3779b97f4a7c15u;
    if (serial == 0) {
        strcpy(out, POPULATION_PASSWORD);
        return;
    }
    strcpy(out, "Wq7#");
    for (int k = 4; k < 18; k++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out[k] = letters[(x >> 11) % (sizeof(letters) - 1)];
    }
    out[18] = '\0';
}

void deed_organisation(unsigned slot, uint64_t serial, char out[static DEED_ID_BYTES])
{
    snprintf(out, DEED_ID_BYTES, "storm-%u-%u", slot, (unsigned)serial);
}

void deed_key(unsigned slot, uint64_t serial, char out[static POPULATION_KEY_BYTES])
{
    population_key((slot + 1) << 24 | (uint32_t)serial, out);
}

static void tell(enum deed deed, bool done, uint64_t serial)
{
    struct note n = {deed, done, serial};
    if (write(notes_fd, &n, sizeof(n)) != sizeof(n))
        host_die("write");
}

static void expect(int code, int wanted, const char *what)
{
    if (code != wanted)
        host_die("%s: PAM answered %d, not %d: %s", what, code, wanted, client_told());
}

static void do_change(struct worker_state *w)
{
    char old[HOST_PASSWORD_BYTES], new[HOST_PASSWORD_BYTES];
    deed_password(w->slot, w->password, old);
    deed_password(w->slot, w->password + 1, new);
    tell(CHANGE, false, w->password + 1);
    expect(client_change(deed_operator(w->slot, CHANGE), old, new, NULL, NULL), PAM_SUCCESS,
           "a change of password");
    tell(CHANGE, true, ++w->password);
}

static void do_act(struct worker_state *w)
{
    char id[DEED_ID_BYTES], key[POPULATION_KEY_BYTES];
    const char *const words[] = {"org",
                                 "add",
                                 "id",
                                 id,
                                 "name",
                                 id,
                                 "level",
                                 "town",
                                 "division",
                                 "440104",
                                 "supervised-by",
                                 "county",
                                 NULL,
                                 "device",
                                 "add",
                                 "kind",
                                 "computer",
                                 "name",
                                 id,
                                 "key",
                                 key,
                                 "responsible",
                                 "P900010",
                                 NULL,
                                 NULL};
    w->act++;
    deed_organisation(w->slot, w->act, id);
    deed_key(w->slot, w->act, key);
    tell(ADMIN, false, w->act);
    if (host_act("sysadm", words) != 0)
        host_die("an act");
    tell(ADMIN, true, w->act);
}

static void do_archive(void)
{
    static const char *const words[] = {"audit", "archive", "what", "create", NULL, NULL};
    tell(ARCHIVE, false, 0);
    int r = host_act("audadm", words);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        host_die("an archive: %d", r);
    if (r == 0)
        tell(ARCHIVE, true, 0);
}

static int touch(struct txn *t, void *generation)
{
    Model__Meta *meta;
    int r = publish_touch(t);
    if (r == 0 && (r = store_meta(t, &meta)) == 0)
        *(uint64_t *)generation = meta->generation;
    return r;
}

static void do_publish(void)
{
    struct gdpop *g;
    struct call call;
    uint64_t generation;
    int r = gdpop_open(host.conf, &g);
    if (r == 0 && (r = call_open(&call, g)) == 0) {
        tell(PUBLISH, false, 0);
        if ((r = store_update(call.store, call.arena, touch, &generation)) == 0)
            r = publish_snapshot(call.store);
        call_close(&call);
    }
    if (r != 0)
        host_die("a snapshot");
    tell(PUBLISH, true, generation);
    gdpop_close(g);
}

static void do_tick(void)
{
    static const char *const words[] = {"tick", "", NULL, NULL};
    tell(TICK, false, 0);
    if (host_act(NULL, words) != 0)
        host_die("a tick");
    tell(TICK, true, 0);
}

/* By one administrator, and undone by another: who is frozen does not get in, who is not does. */
static void do_freeze(struct worker_state *w)
{
    unsigned operator= deed_operator(w->slot, FREEZE);
    char name[POPULATION_NAME_BYTES];
    bool freeze = !w->frozen;
    const char *const words[] = {
        "account", freeze ? "freeze" : "unfreeze", "user", name, "reason", "storm", NULL, NULL};
    population_name("gd", operator, name);
    tell(FREEZE, false, freeze);
    if (host_act(freeze ? "sysadm" : "secadm", words) != 0)
        host_die("%s", words[1]);
    tell(FREEZE, true, w->frozen = freeze);
    expect(client_login(operator, POPULATION_PASSWORD, false),
           freeze ? PAM_PERM_DENIED : PAM_SUCCESS, freeze ? "a frozen account" : "let in again");
}

static void do_backup(const struct worker_state *w)
{
    char path[128], number[16];
    const char *const words[] = {"backup", "create", "out", number, NULL, NULL};
    snprintf(path, sizeof(path), "%s/backup-%u", host.dir, w->slot);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    snprintf(number, sizeof(number), "%d", fd);
    tell(BACKUP, false, 0);
    if (fd < 0 || host_act("sysadm", words) != 0)
        host_die("a backup");
    tell(BACKUP, true, 0);
    close(fd);
}

/* One worker makes keys, some in all: the ring holds so many. The others seal on. */
static void do_rotate(struct worker_state *w)
{
    bool makes = w->slot == 0 && w->keys < DEED_KEYS_MAX;
    static const char *const make[] = {"keys", "rotate", NULL, NULL};
    static const char *const resume[] = {"keys", "rotate", "resume", "yes", NULL, NULL};
    tell(ROTATE, false, makes);
    w->keys += makes;
    if (host_act("secadm", makes ? make : resume) != 0)
        host_die("a rotation");
    tell(ROTATE, true, makes);
}

static void do_login(const struct worker_state *w)
{
    tell(LOGIN, false, 0);
    expect(client_login(deed_operator(w->slot, LOGIN), POPULATION_PASSWORD, true), PAM_SUCCESS,
           "a login");
    tell(LOGIN, true, 0);
}

static void do_fail(const struct worker_state *w)
{
    tell(FAIL, false, 0);
    expect(client_login(deed_operator(w->slot, FAIL), "Not-The-Password-1", false), PAM_AUTH_ERR,
           "a wrong password");
    tell(FAIL, true, 0);
}

static void do_one(struct worker_state *w, enum deed deed)
{
    switch (deed) {
    case LOGIN:
        do_login(w);
        break;
    case FAIL:
        do_fail(w);
        break;
    case CHANGE:
        do_change(w);
        break;
    case FREEZE:
        do_freeze(w);
        break;
    case ADMIN:
        do_act(w);
        break;
    case ARCHIVE:
        do_archive();
        break;
    case PUBLISH:
        do_publish();
        break;
    case BACKUP:
        do_backup(w);
        break;
    case ROTATE:
        do_rotate(w);
        break;
    default:
        do_tick();
        break;
    }
}

void deeds_until_killed(struct worker_state state, bool as_operator, int notes, unsigned seed)
{
    static const enum deed often[] = {LOGIN,  LOGIN,   LOGIN,   FAIL,  FAIL,   CHANGE,
                                      CHANGE, ADMIN,   ADMIN,   ADMIN, FREEZE, FREEZE,
                                      FREEZE, ARCHIVE, PUBLISH, TICK,  BACKUP, ROTATE};
    enum { ALL = sizeof(often) / sizeof(often[0]), OPERATORS_OWN = 7 };
    notes_fd = notes;
    srand(seed);
    if (as_operator && setresuid(REAL_UID, 0, 0) != 0)
        host_die("setresuid");
    for (;;)
        do_one(&state, often[rand() % (as_operator ? OPERATORS_OWN : ALL)]);
}
