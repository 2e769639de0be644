#include "signals.h"

#include "say.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static char explanation[512];

static void explain(int number)
{
    (void)number;
    if (write(STDERR_FILENO, explanation, strlen(explanation)) < 0)
        _exit(EXIT_SYSTEM);
    _exit(EXIT_SYSTEM);
}

void signals_explain(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT};
    struct sigaction how = {.sa_handler = explain, .sa_flags = SA_RESETHAND};
    snprintf(explanation, sizeof(explanation), "gdpop-admin: %s\n",
             _("the pages of the store seem to be damaged: reading them ended the command. Restore "
               "the store from its last good copy; break-glass accounts can log in meanwhile."));
    sigemptyset(&how.sa_mask);
    for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
        sigaction(fatal[i], &how, NULL);
}
