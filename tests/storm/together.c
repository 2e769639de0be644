#include "together.h"
#include "host.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready[2], go[2];

/* Each tells that it has come, and waits for the end of the other pipe. */
void together_meet(void)
{
    char byte = 'x';
    if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 0)
        host_die("a process could not wait for the others");
}

static void release(unsigned count)
{
    char byte;
    close(go[0]);
    for (unsigned i = 0; i < count; i++)
        if (read(ready[0], &byte, 1) != 1)
            host_die("a process has not come");
    close(go[1]);
    close(ready[0]);
}

void together(unsigned count, int (*work)(unsigned i, void *arg), void *arg, int *answers)
{
    pid_t pid[TOGETHER_MAX];
    int status;
    if (pipe(ready) != 0 || pipe(go) != 0)
        host_die("pipe");
    fflush(NULL);
    for (unsigned i = 0; i < count; i++) {
        if ((pid[i] = fork()) == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(go[1]);
            close(ready[0]);
            _exit(work(i, arg));
        }
        if (pid[i] < 0)
            host_die("fork");
    }
    close(ready[1]);
    release(count);
    for (unsigned i = 0; i < count; i++) {
        if (waitpid(pid[i], &status, 0) != pid[i] || !WIFEXITED(status) ||
            WEXITSTATUS(status) > 100)
            host_die("process %u ended with status %d", i, status);
        answers[i] = WEXITSTATUS(status);
    }
}
