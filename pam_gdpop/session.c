#include "login.h"
#include "outcome.h"

#include <security/pam_ext.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

/* Long enough for the reason to reach the person over a slow line. */
#define END_CONNECTION_SEC 5

/* After a refused session sshd keeps the connection: it shows the reason and exit status 254 for
 * every command, and refuses forwarding, but a client that asks for nothing (ssh -N, the master of
 * a multiplexed connection) would stay. So sshd's monitor, which is the process that opens
 * sessions, gets SIGTERM from a timer; its handler passes it on to the process that serves the
 * connection. Timers are not inherited, so no child of the monitor is hit. */
static void end_connection(struct login *l)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGTERM};
    struct itimerspec after = {.it_value = {.tv_sec = END_CONNECTION_SEC}};
    timer_t timer;

    if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
        timer_settime(timer, 0, &after, NULL) == 0)
        return;
    pam_syslog(l->pamh, LOG_ERR, "no timer to end the connection after its reason is shown: %m");
    raise(SIGTERM);
}

/* Shells end themselves after TMOUT seconds without input. */
static int set_idle_limit(struct login *l)
{
    char text[32];

    if (l->verdict.idle_sec == 0)
        return PAM_SUCCESS;
    snprintf(text, sizeof text, "TMOUT=%u", (unsigned)l->verdict.idle_sec);
    return pam_putenv(l->pamh, text) == PAM_SUCCESS ? PAM_SUCCESS : PAM_BUF_ERR;
}

int login_open_session(struct login *l)
{
    int code = outcome_finish(l, gdpop_session_open(l->g, l->ev, &l->verdict));

    l->notes->session_opened = true;
    l->notes->session_ignored = code == PAM_IGNORE;
    memcpy(l->notes->session, l->verdict.session, sizeof l->notes->session);
    notes_drop_password(l->notes);
    if (code == PAM_SUCCESS)
        code = set_idle_limit(l);
    if (code != PAM_SUCCESS && code != PAM_IGNORE && evidence_from_sshd(l->ev))
        end_connection(l);
    return code;
}

/* A handle that did not open the session (a program that closes in another process) closes the one
 * that this process leads. */
int login_close_session(struct login *l)
{
    const char *session = NULL;
    int r;

    if (l->notes->session_opened) {
        if (l->notes->session_ignored)
            return PAM_IGNORE;
        if (l->notes->session[0] == '\0')
            return PAM_SUCCESS;
        session = l->notes->session;
    } else {
        r = gdpop_identify(l->g, l->ev, &l->verdict);
        if (r < 0 || l->verdict.outcome == GDPOP_IGNORED)
            return outcome_record(l, r);
    }
    r = gdpop_session_close(l->g, l->ev, session);
    if (r == 0 || r == GDPOP_ERR_NOT_FOUND)
        return PAM_SUCCESS;
    return outcome_record(l, r);
}
