#include "ledger.h"

#include "base/err.h"
#include "client.h"

#include <inttypes.h>
#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = LEDGER_WORKERS };

struct worker ledger_workers[LEDGER_WORKERS];
static const char *const deed_name[DEEDS] = {"logins",  "failures", "changes",   "freezes",
                                             "acts",    "archives", "snapshots", "ticks",
                                             "backups", "rotations"};
static uint64_t all_begun[DEEDS], all_done[DEEDS], generation, checked_to;

static void ignore_event(const Model__Event *e, void *arg)
{
    (void)e, (void)arg;
}

void ledger_begin(void)
{
    for (unsigned i = 0; i < WORKERS; i++)
        ledger_workers[i].state.slot = i;
    checked_to = host_events(1, ignore_event, NULL);
}

void ledger_take(struct worker *w, const struct note *n)
{
    (n->done ? w->done : w->begun)[n->deed]++;
    if (n->deed == ADMIN) {
        size_t i = n->serial - w->act_checked - 1;
        if (i >= sizeof(w->act_doubtful) / sizeof(w->act_doubtful[0]))
            host_die("too many acts between two checks");
        w->act_doubtful[i] = !n->done;
        w->state.act = n->serial;
    }
    if (n->deed == CHANGE && n->done)
        w->state.password = n->serial;
    if (n->deed == FREEZE && n->done)
        w->state.frozen = n->serial;
    if (n->deed == ROTATE && n->serial && !n->done)
        w->state.keys++;
    if (n->deed == PUBLISH && n->serial > generation)
        generation = n->serial;
}

/* The password that was being changed to is the account's, or the one before: never another. */
static void settle_password(struct worker *w)
{
    char old[HOST_PASSWORD_BYTES], new[HOST_PASSWORD_BYTES];
    unsigned operator= deed_operator(w->state.slot, CHANGE);
    deed_password(w->state.slot, w->state.password, old);
    deed_password(w->state.slot, w->state.password + 1, new);
    if (host_standing(operator, new).matches)
        w->state.password++;
    else if (!host_standing(operator, old).matches)
        host_die("operator %u has neither the password acknowledged nor the next one", operator);
}

/* Frozen or not, as the store says: an act that was cut off has happened or has not. */
static void settle_frozen(struct worker *w)
{
    w->state.frozen = host_is_frozen(deed_operator(w->state.slot, FREEZE));
}

void ledger_settle(struct worker *w, const struct note *n)
{
    if (n->deed == CHANGE)
        settle_password(w);
    if (n->deed == FREEZE)
        settle_frozen(w);
}

/* ---- what the trail tells of the time since the last check ---- */

static struct {
    unsigned logins, sessions, failures, compared, changes, freezes;
} told[WORKERS * DEED_OPERATORS];
static unsigned told_acts, told_devices, told_archives, told_backups, told_made, told_rotations,
    told_resealed;

static void count_event(const Model__Event *e, void *arg)
{
    unsigned operator;
    (void)arg;
    told_acts += strcmp(e->action, "org.add") == 0;
    told_devices += strcmp(e->action, "device.add") == 0;
    told_archives += strcmp(e->action, "audit.archive") == 0;
    told_backups += strcmp(e->action, "backup.create") == 0;
    told_made += strcmp(e->action, "backup.made") == 0 && strcmp(e->outcome, "done") == 0;
    told_rotations += strcmp(e->action, "keys.rotate") == 0;
    told_resealed += strcmp(e->action, "keys.resealed") == 0 && strcmp(e->outcome, "done") == 0;
    if (strncmp(e->subject, "gd", 2) != 0 ||
        (operator=(unsigned) atoi(e->subject + 2)) >= WORKERS * DEED_OPERATORS)
        return;
    bool auth = strcmp(e->action, "login.auth") == 0, failed = strcmp(e->outcome, "failed") == 0;
    told[operator].logins += auth && !failed;
    told[operator].failures += auth && failed;
    told[operator].compared += auth && failed && strncmp(e->detail, "wrong password", 14) == 0;
    told[operator].sessions +=
        strcmp(e->action, "login.session") == 0 && strcmp(e->outcome, "allowed") == 0;
    told[operator].changes +=
        strcmp(e->action, "password.change") == 0 && strcmp(e->outcome, "done") == 0;
    told[operator].freezes +=
        strcmp(e->action, "account.freeze") == 0 || strcmp(e->action, "account.unfreeze") == 0;
}

/* Every one that was acknowledged, and none that was not begun. */
static void between(const char *what, unsigned slot, unsigned least, unsigned found, unsigned most)
{
    if (found < least || found > most)
        host_die("worker %u: %u %s in the trail, %u acknowledged, %u begun", slot, found, what,
                 least, most);
}

static void check_trail(void)
{
    unsigned begun[DEEDS] = {0}, done[DEEDS] = {0};
    memset(told, 0, sizeof(told));
    told_acts = told_devices = told_archives = told_backups = told_made = 0;
    told_rotations = told_resealed = 0;
    checked_to = host_events(checked_to + 1, count_event, NULL);
    for (unsigned i = 0; i < WORKERS; i++) {
        const struct worker *w = &ledger_workers[i];
        unsigned login = deed_operator(i, LOGIN), fail = deed_operator(i, FAIL),
                 change = deed_operator(i, CHANGE);
        between("logins", i, w->done[LOGIN], told[login].logins, w->begun[LOGIN]);
        between("sessions", i, w->done[LOGIN], told[login].sessions, w->begun[LOGIN]);
        between("failures", i, w->done[FAIL], told[fail].failures, w->begun[FAIL]);
        between("changes", i, w->done[CHANGE], told[change].changes, w->begun[CHANGE]);
        between("freezes", i, w->done[FREEZE], told[deed_operator(i, FREEZE)].freezes,
                w->begun[FREEZE]);
        if (told[fail].compared > DEED_LIMIT)
            host_die("worker %u: %u wrong passwords were compared", i, told[fail].compared);
        for (int k = 0; k < DEEDS; k++) {
            begun[k] += w->begun[k];
            done[k] += w->done[k];
        }
    }
    between("acts", WORKERS, done[ADMIN], told_acts, begun[ADMIN]);
    between("archives", WORKERS, done[ARCHIVE], told_archives, begun[ARCHIVE]);
    between("backups", WORKERS, done[BACKUP], told_backups, begun[BACKUP]);
    between("backups made", WORKERS, done[BACKUP], told_made, begun[BACKUP]);
    between("rotations", WORKERS, done[ROTATE], told_rotations, begun[ROTATE]);
    between("rotations that ended", WORKERS, done[ROTATE], told_resealed, begun[ROTATE]);
    if (told_acts != told_devices)
        host_die("%u organisations and %u devices were recorded", told_acts, told_devices);
}

/* ---- what the store holds ---- */

/* Both halves of an act, or none; acknowledged: both. */
static int look_acts(struct txn *t, void *arg)
{
    unsigned *found = arg;
    for (unsigned i = 0; i < WORKERS; i++) {
        const struct worker *w = &ledger_workers[i];
        for (uint64_t serial = w->act_checked + 1; serial <= w->state.act; serial++) {
            Model__Organisation *o;
            char id[DEED_ID_BYTES], key[POPULATION_KEY_BYTES], *device;
            deed_organisation(i, serial, id);
            deed_key(i, serial, key);
            int r = store_get_organisation(t, id, &o),
                by_key = store_device_by_key(t, key, &device);
            bool there = r == 0;
            if ((r != 0 && r != GDPOP_ERR_NOT_FOUND) ||
                (by_key != 0 && by_key != GDPOP_ERR_NOT_FOUND))
                return r != 0 ? r : by_key;
            if (r != by_key || (!there && !w->act_doubtful[serial - w->act_checked - 1]))
                host_die("%s: organisation %d, device %d", id, r, by_key);
            *found += there;
        }
    }
    return 0;
}

/* The next call finds no lock, and shows what a killed publisher still owed. */
static void next_login(void)
{
    uint64_t shown, stored;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        int code = client_login(deed_operator(0, LOGIN), POPULATION_PASSWORD, true);
        if (code != PAM_SUCCESS)
            host_die("the next login: PAM answered %d: %s", code, client_told());
        _exit(0);
    }
    ledger_workers[0].begun[LOGIN]++;
    ledger_workers[0].done[LOGIN]++;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        host_die("the next login");
    host_generations(&shown, &stored);
    if (shown != stored || shown < generation)
        host_die("generation %" PRIu64 " is shown, the store has %" PRIu64 ", %" PRIu64
                 " was acknowledged",
                 shown, stored, generation);
}

/* What was cut off is gone on with, and then one key seals everything. */
static void check_keys(void)
{
    static const char *const words[] = {"keys", "rotate", "resume", "yes", NULL, NULL};
    if (host_act("secadm", words) != 0)
        host_die("a rotation cannot be gone on with");
    if (host_keys_in_use() != 1)
        host_die("%u keys seal the store behind a rotation", host_keys_in_use());
}

void ledger_check(void)
{
    unsigned found = 0;
    host_check_locks();
    next_login();
    host_check();
    check_trail();
    host_look(look_acts, &found);
    if (found != told_acts)
        host_die("%u organisations are there, %u were recorded", found, told_acts);
    for (unsigned i = 0; i < WORKERS; i++) {
        struct worker *w = &ledger_workers[i];
        for (int k = 0; k < DEEDS; k++) {
            all_begun[k] += w->begun[k];
            all_done[k] += w->done[k];
            w->begun[k] = w->done[k] = 0;
        }
        if (host_is_frozen(deed_operator(i, FREEZE)) != w->state.frozen)
            host_die("worker %u: the account is %sfrozen, acknowledged was the contrary", i,
                     w->state.frozen ? "not " : "");
        w->act_checked = w->state.act;
        host_unlock(deed_operator(i, FAIL));
    }
    check_keys();
    checked_to = host_events(checked_to + 1, ignore_event, NULL);
}

void ledger_say(void)
{
    printf("acknowledged and all there, %" PRIu64 " events:", checked_to);
    for (int k = 0; k < DEEDS; k++) {
        printf(" %" PRIu64 " %s (%" PRIu64 " begun)", all_done[k], deed_name[k], all_begun[k]);
        if (all_done[k] == 0 && k <= ADMIN)
            host_die("no %s were ever acknowledged", deed_name[k]);
    }
    printf("\n");
}
