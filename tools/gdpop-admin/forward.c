#include "forward.h"

#include "act.h"
#include "actor.h"
#include "prompt.h"
#include "say.h"
#include "signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IDLE_MSEC = 1000, BUSY_MSEC = 20, TRIES = 100 };

struct round {
    unsigned long long sent;
    bool left;
    char why[512];
};

static int hand_over(struct tool *t, const char *actor, struct round *round)
{
    struct gdpop_admin *a = NULL;
    const struct gdpop_result *result;
    unsigned flags = GDPOP_ADMIN_READ | (actor ? 0 : GDPOP_ADMIN_HOST);
    *round = (struct round){.sent = 0};
    int r = gdpop_admin_begin(t->g, actor, flags, &a);
    if (r == 0)
        r = gdpop_admin_call(a, "audit", "forward", NULL, 0, &result);
    if (r == 0) {
        round->sent = strtoull(act_field(result, "sent"), NULL, 10);
        round->left = strcmp(act_field(result, "left"), "true") == 0;
        snprintf(round->why, sizeof(round->why), "%s", act_field(result, "why"));
    }
    gdpop_admin_end(a);
    return r;
}

static void wait_msec(long msec)
{
    nanosleep(&(struct timespec){msec / 1000, msec % 1000 * 1000000}, NULL);
}

/* Until all is handed over, or a destination has taken nothing for two seconds. */
static int once(struct tool *t, const char *actor)
{
    struct round round;
    unsigned long long sent = 0;
    int r = 0, tries = 0;
    do {
        if ((r = hand_over(t, actor, &round)) != 0)
            return say_library(t, r);
        sent += round.sent;
        tries = round.sent > 0 ? 0 : tries + 1;
        if (round.why[0])
            wait_msec(BUSY_MSEC);
    } while ((round.left || round.why[0]) && tries < TRIES && !signals_ended());
    if (round.why[0])
        return say(t, GDPOP_ERR_SYSTEM, "%s", round.why);
    if (t->json)
        printf("{\"sent\":%llu}\n", sent);
    else
        printf(_("%llu events were handed over\n"), sent);
    return 0;
}

/* What stands in the way is said when it begins and when it changes; then it is tried again. */
static int follow(struct tool *t, const char *actor)
{
    struct round round;
    char said[512] = "";
    for (;;) {
        signals_hold();
        int r = hand_over(t, actor, &round);
        if (r != 0)
            snprintf(round.why, sizeof(round.why), "%s", gdpop_error());
        bool ends = r == GDPOP_ERR_CONFIG || r == GDPOP_ERR_NOT_AUTHORISED;
        if (round.why[0] && strcmp(round.why, said) != 0 && round.sent == 0 && !ends) {
            say_note("%s", round.why);
            snprintf(said, sizeof(said), "%s", round.why);
        } else if (!round.why[0]) {
            said[0] = '\0';
        }
        signals_release();
        if (ends)
            return say(t, r, "%s", round.why);
        wait_msec(round.sent > 0 ? BUSY_MSEC : IDLE_MSEC);
    }
}

static int run(struct tool *t, struct call *call)
{
    const char *actor = NULL;
    if (arguments_value(call, "from"))
        return act_run(t, call);
    int r = actor_find(t, true, &actor);
    prompt_end();
    if (r != 0)
        return r;
    return arguments_value(call, "follow") ? follow(t, actor) : once(t, actor);
}

static const struct gdpop_param params[] = {
    {.name = "follow",
     .kind = GDPOP_PARAM_FLAG,
     .help = N_("go on; the service gdpop-forward does")},
    {.name = "from",
     .kind = GDPOP_PARAM_NUMBER,
     .metavar = "SEQ",
     .help = N_("only set the event from which on they are handed over again")},
    {.name = NULL},
};

const struct own_command forward_command = {
    {.noun = "audit",
     .verb = "forward",
     .help = N_("Hand new events to the syslog service, the journal and the kernel's audit "
                "system, as gdpop.conf says."),
     .example = "--follow",
     .duties = GDPOP_DUTY_AUDIT | GDPOP_DUTY_HOST,
     .params = params},
    run,
};
