/* The power goes between any two writes of the store or within one, again and again: changes are
 * made once, with all that is written and flushed noted (disk.h), and the disk is made anew as it
 * may be found after a cut at any place. Each time everything acknowledged before the cut is there,
 * store, trail and seal are sound, and the next change works.
 *
 *   crash_power [ROUNDS [SEED]] */
#include "disk.h"
#include "trial.h"

#include "base/err.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHANGES = 150 };

static struct {
    uint64_t sequence;
    size_t notes; /* the power goes later than this: the change must be there */
} acknowledged[CHANGES];

static uint64_t change_once(void)
{
    struct arena *a = arena_new();
    struct store *s;
    uint64_t sequence;
    if (store_open(&trial_conf, &s) < 0 || store_update(s, a, trial_change, &sequence) < 0)
        trial_die("a change failed");
    store_close(s);
    arena_free(a);
    return sequence;
}

static void record(void)
{
    disk_record(trial_conf.store_dir);
    for (int i = 0; i < CHANGES; i++) {
        acknowledged[i].sequence = change_once();
        acknowledged[i].notes = disk_notes();
    }
    disk_stop();
}

/* In a process of its own: what it does to the store is gone with it. */
static void check_cut(size_t cut, pid_t writer)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < CHANGES && acknowledged[i].notes <= cut; i++)
            trial_note(acknowledged[i].sequence, writer);
        trial_check();
        trial_note(change_once(), getpid());
        trial_check();
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        trial_die("fork");
    if (status != 0) {
        fprintf(stderr, "crash_power: cut after write or flush %zu of %zu\n", cut, disk_notes());
        exit(1);
    }
}

int main(int argc, char **argv)
{
    char dir[] = "/tmp/gdpop-power-XXXXXX", command[64];
    int rounds = argc > 1 ? atoi(argv[1]) : 200;
    unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)time(NULL);
    printf("%d rounds, seed %u\n", rounds, seed);
    fflush(stdout);
    srand(seed);
    if (!mkdtemp(dir))
        trial_die("mkdtemp");
    trial_make(dir);
    record();
    snprintf(trial_conf.store_dir, sizeof(trial_conf.store_dir), "%s/found", dir);
    if (mkdir(trial_conf.store_dir, 0700) < 0)
        trial_die("mkdir");
    for (int i = 0; i < rounds; i++) {
        size_t cut = (size_t)rand() % (disk_notes() + 1);
        disk_cut(cut, (enum disk_loss)(i % DISK_LOSSES), trial_conf.store_dir);
        check_cut(cut, getpid());
    }
    printf("%d changes, %zu writes and flushes, %d cuts: nothing acknowledged lost\n", CHANGES,
           disk_notes(), rounds);
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
