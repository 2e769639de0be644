/* Bursts of wrong passwords, on one account and on many: none is lost, and never more than the
 * limit are compared.
 *
 *   storm_guess [ROUNDS] */
#include "client.h"
#include "host.h"
#include "together.h"

#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 5, BURST = 100, ACCOUNTS = 25, EACH = BURST / ACCOUNTS };

static struct {
    unsigned failed, compared, lockouts;
} told[ACCOUNTS];

static void count_event(const Model__Event *e, void *arg)
{
    unsigned operator;
    (void)arg;
    if (strncmp(e->subject, "gd", 2) != 0 || (operator=(unsigned) atoi(e->subject + 2)) >= ACCOUNTS)
        return;
    bool failed = strcmp(e->action, "login.auth") == 0 && strcmp(e->outcome, "failed") == 0;
    told[operator].failed += failed;
    told[operator].compared += failed && strncmp(e->detail, "wrong password", 14) == 0;
    told[operator].lockouts += strcmp(e->action, "account.lockout") == 0;
}

static int guess(unsigned i, void *arg)
{
    unsigned accounts = *(unsigned *)arg;
    together_meet();
    return client_login(i % accounts, "Not-The-Password-1", false);
}

static int log_in(unsigned i, void *arg)
{
    (void)arg;
    together_meet();
    return client_login(i, POPULATION_PASSWORD, true);
}

/* Each account gets BURST / accounts wrong passwords at once. */
static void burst(unsigned accounts)
{
    static uint64_t seen;
    int answers[BURST];
    unsigned each = BURST / accounts, compared = each < LIMIT ? each : LIMIT;
    if (seen == 0)
        seen = host_events(1, count_event, NULL);
    memset(told, 0, sizeof(told));
    together(BURST, guess, &accounts, answers);
    for (unsigned i = 0; i < BURST; i++)
        if (answers[i] != PAM_AUTH_ERR)
            host_die("wrong password %u: PAM answered %d", i, answers[i]);
    seen = host_events(seen + 1, count_event, NULL);
    for (unsigned i = 0; i < accounts; i++)
        if (told[i].failed != each || told[i].compared != compared ||
            told[i].lockouts != (each >= LIMIT))
            host_die("account %u of %u: %u failures, %u compared, %u lockouts", i, accounts,
                     told[i].failed, told[i].compared, told[i].lockouts);
    together(accounts, log_in, NULL, answers);
    for (unsigned i = 0; i < accounts; i++) {
        if (answers[i] != (each >= LIMIT ? PAM_AUTH_ERR : PAM_SUCCESS))
            host_die("the right password of account %u: PAM answered %d", i, answers[i]);
        host_unlock(i);
    }
    seen = host_events(seen + 1, count_event, NULL);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    client_load();
    host_make(ACCOUNTS, LIMIT);
    for (unsigned i = 0; i < rounds; i++) {
        burst(1);
        burst(ACCOUNTS);
    }
    host_check();
    printf("%u bursts of %u wrong passwords on one account and on %u: none lost, at most %u "
           "compared\n",
           rounds, BURST, ACCOUNTS, LIMIT);
    host_remove();
    return 0;
}
