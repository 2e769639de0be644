/* Whole logins are killed at random instants, again and again: processes log in through PAM, fail,
 * change passwords, administer, archive and publish, some of them as su and passwd do (the real uid
 * is an operator's, so the store's work is done in a child of theirs). Each tells what it begins
 * and what was acknowledged. Afterwards everything acknowledged is there, nothing half, nothing
 * twice; no password was compared beyond the limit; store, trail, archives and snapshot are sound,
 * and the next call finds no lock.
 *
 *   storm_kill [KILLS [SEED]] */
#include "client.h"
#include "deeds.h"

#include <fcntl.h>
#include <inttypes.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 4, DELAY_MAX_US = 40000, CHECK_LEAST = 50, CHECKS = 20, PIPE_BYTES = 1 << 20 };

struct worker {
    pid_t pid;
    int notes; /* read end */
    struct worker_state state;
    uint64_t act_checked; /* acts up to this one were found or missed for good */
    bool act_doubtful[CHECK_LEAST * 64];
    unsigned begun[DEEDS], done[DEEDS]; /* since the last check */
};

static struct worker workers[WORKERS];
static const char *const deed_name[DEEDS] = {"logins",   "failures",  "changes", "acts",
                                             "archives", "snapshots", "ticks"};
static uint64_t all_begun[DEEDS], all_done[DEEDS], generation, checked_to;

static void start(struct worker *w)
{
    int notes[2];
    unsigned seed = (unsigned)rand();
    bool as_operator = rand() % 2 == 0;
    if (pipe2(notes, O_CLOEXEC) < 0 || fcntl(notes[1], F_SETPIPE_SZ, PIPE_BYTES) < 0)
        host_die("pipe");
    fflush(NULL);
    w->pid = fork();
    if (w->pid == 0) {
        close(notes[0]);
        deeds_until_killed(w->state, as_operator, notes[1], seed);
    }
    if (w->pid < 0)
        host_die("fork");
    close(notes[1]);
    w->notes = notes[0];
}

static void take(struct worker *w, const struct note *n)
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

/* The pipe ends when the worker's children have ended too. */
static void stop(struct worker *w)
{
    struct note n = {.done = true};
    int status;
    kill(w->pid, SIGKILL);
    if (waitpid(w->pid, &status, 0) != w->pid || !WIFSIGNALED(status) ||
        WTERMSIG(status) != SIGKILL)
        host_die("a worker ended by itself");
    while (read(w->notes, &n, sizeof(n)) == sizeof(n))
        take(w, &n);
    close(w->notes);
    if (n.deed == CHANGE && !n.done)
        settle_password(w);
}

/* ---- what the trail tells of the time since the last check ---- */

static struct {
    unsigned logins, sessions, failures, compared, changes;
} told[WORKERS * DEED_OPERATORS];
static unsigned told_acts, told_devices, told_archives;

static void count_event(const Model__Event *e, void *arg)
{
    unsigned operator;
    (void)arg;
    told_acts += strcmp(e->action, "org.add") == 0;
    told_devices += strcmp(e->action, "device.add") == 0;
    told_archives += strcmp(e->action, "audit.archive") == 0;
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
    told_acts = told_devices = told_archives = 0;
    checked_to = host_events(checked_to + 1, count_event, NULL);
    for (unsigned i = 0; i < WORKERS; i++) {
        const struct worker *w = &workers[i];
        unsigned login = deed_operator(i, LOGIN), fail = deed_operator(i, FAIL),
                 change = deed_operator(i, CHANGE);
        between("logins", i, w->done[LOGIN], told[login].logins, w->begun[LOGIN]);
        between("sessions", i, w->done[LOGIN], told[login].sessions, w->begun[LOGIN]);
        between("failures", i, w->done[FAIL], told[fail].failures, w->begun[FAIL]);
        between("changes", i, w->done[CHANGE], told[change].changes, w->begun[CHANGE]);
        if (told[fail].compared > DEED_LIMIT)
            host_die("worker %u: %u wrong passwords were compared", i, told[fail].compared);
        for (int k = 0; k < DEEDS; k++) {
            begun[k] += w->begun[k];
            done[k] += w->done[k];
        }
    }
    between("acts", WORKERS, done[ADMIN], told_acts, begun[ADMIN]);
    between("archives", WORKERS, done[ARCHIVE], told_archives, begun[ARCHIVE]);
    if (told_acts != told_devices)
        host_die("%u organisations and %u devices were recorded", told_acts, told_devices);
}

/* ---- what the store holds ---- */

/* Both halves of an act, or none; acknowledged: both. */
static int look_acts(struct txn *t, void *arg)
{
    unsigned *found = arg;
    for (unsigned i = 0; i < WORKERS; i++) {
        const struct worker *w = &workers[i];
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
    workers[0].begun[LOGIN]++;
    workers[0].done[LOGIN]++;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        host_die("the next login");
    host_generations(&shown, &stored);
    if (shown != stored || shown < generation)
        host_die("generation %" PRIu64 " is shown, the store has %" PRIu64 ", %" PRIu64
                 " was acknowledged",
                 shown, stored, generation);
}

static void check(void)
{
    unsigned found = 0;
    next_login();
    host_check();
    check_trail();
    host_look(look_acts, &found);
    if (found != told_acts)
        host_die("%u organisations are there, %u were recorded", found, told_acts);
    for (unsigned i = 0; i < WORKERS; i++) {
        struct worker *w = &workers[i];
        for (int k = 0; k < DEEDS; k++) {
            all_begun[k] += w->begun[k];
            all_done[k] += w->done[k];
            w->begun[k] = w->done[k] = 0;
        }
        w->act_checked = w->state.act;
        host_unlock(deed_operator(i, FAIL));
    }
}

static void storm(unsigned kills)
{
    unsigned every = kills / CHECKS > CHECK_LEAST ? kills / CHECKS : CHECK_LEAST;
    for (unsigned k = 0; k < kills;) {
        for (unsigned i = 0; i < WORKERS; i++)
            start(&workers[i]);
        for (unsigned n = 0; n < every && k < kills; n++, k++) {
            struct worker *victim = &workers[rand() % WORKERS];
            nanosleep(&(struct timespec){.tv_nsec = (long)(rand() % DELAY_MAX_US) * 1000}, NULL);
            stop(victim);
            start(victim);
        }
        for (unsigned i = 0; i < WORKERS; i++)
            stop(&workers[i]);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        check();
    }
}

static void ignore_event(const Model__Event *e, void *arg)
{
    (void)e, (void)arg;
}

int main(int argc, char **argv)
{
    unsigned kills = argc > 1 ? (unsigned)atoi(argv[1]) : 100;
    unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)time(NULL);
    printf("%u kills, seed %u\n", kills, seed);
    srand(seed);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    client_load();
    host_make(WORKERS * DEED_OPERATORS, DEED_LIMIT);
    for (unsigned i = 0; i < WORKERS; i++)
        workers[i].state.slot = i;
    checked_to = host_events(1, ignore_event, NULL);
    storm(kills);
    printf("acknowledged and all there, %" PRIu64 " events:", checked_to);
    for (int k = 0; k < DEEDS; k++) {
        printf(" %" PRIu64 " %s (%" PRIu64 " begun)", all_done[k], deed_name[k], all_begun[k]);
        if (all_done[k] == 0 && k <= ADMIN)
            host_die("no %s were ever acknowledged", deed_name[k]);
    }
    printf("\n");
    host_remove();
    return 0;
}
