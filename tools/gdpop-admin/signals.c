#include "signals.h"

#include <signal.h>
#include <stddef.h>

static const int held[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGTSTP,
                           SIGTTIN, SIGTTOU, SIGPIPE, SIGALRM};

static void mask(int how)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
        sigaddset(&set, held[i]);
    sigprocmask(how, &set, NULL);
}

void signals_hold(void)
{
    mask(SIG_BLOCK);
}

void signals_release(void)
{
    mask(SIG_UNBLOCK);
}

bool signals_ended(void)
{
    sigset_t set;
    sigpending(&set);
    return sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) || sigismember(&set, SIGHUP) ||
           sigismember(&set, SIGQUIT);
}
