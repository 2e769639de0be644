/* Whole programs are killed at random instants, again and again: processes log in through PAM,
 * fail, change passwords, freeze and unfreeze, administer, archive, back up, rotate keys and
 * publish, some of them as su and passwd do (the real uid is an operator's, so the store's work is
 * done in a child of theirs). Each tells what it begins and what was acknowledged. Afterwards
 * everything acknowledged is there, nothing half, nothing twice; no password was compared beyond
 * the limit; store, trail, archives and snapshot are sound, and no lock is left.
 *
 *   storm_kill [KILLS [SEED]] */
#include "client.h"
#include "ledger.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = LEDGER_WORKERS, DELAY_MAX_US = 40000, CHECK_LEAST = 50, CHECK_MOST = 250 };
enum { CHECKS = 20, PIPE_BYTES = 1 << 20 };

static unsigned children_killed;
static struct worker *const workers = ledger_workers;

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

/* Children that do the store's work for an operator, or the host's. */
static size_t find_children(pid_t pid, pid_t *list, size_t room)
{
    char path[64];
    size_t n = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "re");
    while (file && n < room && fscanf(file, "%d", &list[n]) == 1)
        n++;
    if (file)
        fclose(file);
    return n;
}

/* Every other time its children go on without it: they are killed too, or finish what they do. The
 * pipe ends when they have ended. */
static void stop(struct worker *w)
{
    struct note n = {.done = true};
    pid_t child[8];
    int status;
    kill(w->pid, SIGSTOP); /* so that no child is missed */
    size_t count = rand() % 2 ? find_children(w->pid, child, sizeof(child) / sizeof(child[0])) : 0;
    kill(w->pid, SIGKILL);
    for (size_t i = 0; i < count; i++)
        children_killed += kill(child[i], SIGKILL) == 0;
    if (waitpid(w->pid, &status, 0) != w->pid || !WIFSIGNALED(status) ||
        WTERMSIG(status) != SIGKILL)
        host_die("a worker ended by itself");
    while (read(w->notes, &n, sizeof(n)) == sizeof(n))
        ledger_take(w, &n);
    close(w->notes);
    if (!n.done)
        ledger_settle(w, &n);
}

static void storm(unsigned kills)
{
    unsigned every = kills / CHECKS > CHECK_LEAST ? kills / CHECKS : CHECK_LEAST;
    every = every < CHECK_MOST ? every : CHECK_MOST;
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
        ledger_check();
    }
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
    host_add_backup_key();
    ledger_begin();
    storm(kills);
    ledger_say();
    printf("%u children were killed with them\n", children_killed);
    host_remove();
    return 0;
}
