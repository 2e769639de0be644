/* Writers are killed at random instants, again and again. Each change puts an account (with its
 * index entries), counts and appends an event, in one transaction; a writer tells the sequence
 * number of what was committed. Every few events the trail changes its key, so that writers are
 * killed between the slots of the seal too. Afterwards: everything acknowledged is there, count and
 * trail agree, store and trail are sound, every seal fits.
 *
 *   crash_store [ROUNDS [SEED]] */
#include "trial.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 2, CHECK_EVERY = 100, DELAY_MAX_US = 6000 };

struct writer {
    pid_t pid;
    int acks; /* read end */
};

static void write_until_killed(int acks)
{
    for (;;) {
        struct arena *a = arena_new();
        struct store *s;
        uint64_t sequence;
        if (store_open(&trial_conf, &s) < 0 || store_update(s, a, trial_change, &sequence) < 0)
            trial_die("a writer failed");
        if (write(acks, &sequence, sizeof(sequence)) != sizeof(sequence))
            _exit(1);
        store_close(s);
        arena_free(a);
    }
}

static void start(struct writer *w, unsigned seed)
{
    int acks[2];
    if (pipe2(acks, O_CLOEXEC) < 0)
        trial_die("pipe");
    w->pid = fork();
    if (w->pid == 0) {
        close(acks[0]);
        srand(seed);
        write_until_killed(acks[1]);
    }
    if (w->pid < 0)
        trial_die("fork");
    close(acks[1]);
    w->acks = acks[0];
}

static void stop(struct writer *w)
{
    uint64_t sequence;
    int status;
    kill(w->pid, SIGKILL);
    if (waitpid(w->pid, &status, 0) != w->pid || !WIFSIGNALED(status) ||
        WTERMSIG(status) != SIGKILL)
        trial_die("a writer ended by itself");
    while (read(w->acks, &sequence, sizeof(sequence)) == sizeof(sequence))
        trial_note(sequence, w->pid);
    close(w->acks);
}

static void run(int rounds)
{
    struct writer writer[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        start(&writer[i], (unsigned)rand());
    for (int round = 1; round <= rounds; round++) {
        int victim = rand() % WRITERS;
        nanosleep(&(struct timespec){.tv_nsec = (long)(rand() % DELAY_MAX_US) * 1000}, NULL);
        stop(&writer[victim]);
        start(&writer[victim], (unsigned)rand());
        if (round % CHECK_EVERY == 0)
            trial_check(); /* while the others go on writing */
    }
    for (int i = 0; i < WRITERS; i++)
        stop(&writer[i]);
}

int main(int argc, char **argv)
{
    char dir[] = "/tmp/gdpop-crash-XXXXXX", command[64];
    int rounds = argc > 1 ? atoi(argv[1]) : 200;
    unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)time(NULL);
    printf("%d rounds, seed %u\n", rounds, seed);
    fflush(stdout);
    srand(seed);
    if (!mkdtemp(dir))
        trial_die("mkdtemp");
    trial_make(dir);
    run(rounds);
    trial_check();
    printf("%zu acknowledged changes, all there\n", trial_noted());
    if (trial_noted() == 0)
        trial_die("nothing was ever acknowledged");
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
