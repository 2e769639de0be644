#include "outcome.h"

#include "conversation.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define OUTCOME_COUNT (GDPOP_CHANGE_PASSWORD + 1)

/* Outcomes that a phase cannot have are denials. PAM_SESSION_ERR is none of the codes: sudo goes on
 * after it. */
static const int codes[OUTCOME_COUNT][PHASE_COUNT] = {
    [GDPOP_DENIED] = {[PHASE_AUTH] = PAM_PERM_DENIED,
                      [PHASE_ACCOUNT] = PAM_PERM_DENIED,
                      [PHASE_SESSION] = PAM_PERM_DENIED,
                      [PHASE_PRELIM] = PAM_PERM_DENIED,
                      [PHASE_UPDATE] = PAM_AUTHTOK_ERR},
    [GDPOP_DENIED_CREDENTIAL] = {[PHASE_AUTH] = PAM_AUTH_ERR,
                                 [PHASE_ACCOUNT] = PAM_PERM_DENIED,
                                 [PHASE_SESSION] = PAM_PERM_DENIED,
                                 [PHASE_PRELIM] = PAM_PERM_DENIED,
                                 [PHASE_UPDATE] = PAM_AUTH_ERR},
    [GDPOP_DENIED_UNAVAILABLE] = {[PHASE_AUTH] = PAM_AUTHINFO_UNAVAIL,
                                  [PHASE_ACCOUNT] = PAM_AUTHINFO_UNAVAIL,
                                  [PHASE_SESSION] = PAM_SYSTEM_ERR,
                                  [PHASE_PRELIM] = PAM_AUTHINFO_UNAVAIL,
                                  [PHASE_UPDATE] = PAM_AUTHINFO_UNAVAIL},
    [GDPOP_IGNORED] = {[PHASE_AUTH] = PAM_IGNORE,
                       [PHASE_ACCOUNT] = PAM_IGNORE,
                       [PHASE_SESSION] = PAM_IGNORE,
                       [PHASE_PRELIM] = PAM_IGNORE,
                       [PHASE_UPDATE] = PAM_IGNORE},
    [GDPOP_ALLOWED] = {[PHASE_AUTH] = PAM_SUCCESS,
                       [PHASE_ACCOUNT] = PAM_SUCCESS,
                       [PHASE_SESSION] = PAM_SUCCESS,
                       [PHASE_PRELIM] = PAM_SUCCESS,
                       [PHASE_UPDATE] = PAM_SUCCESS},
    [GDPOP_CHANGE_PASSWORD] = {[PHASE_AUTH] = PAM_PERM_DENIED,
                               [PHASE_ACCOUNT] = PAM_NEW_AUTHTOK_REQD,
                               [PHASE_SESSION] = PAM_PERM_DENIED,
                               [PHASE_PRELIM] = PAM_SUCCESS,
                               [PHASE_UPDATE] = PAM_AUTHTOK_ERR},
};

static const char *const phase_names[PHASE_COUNT] = {
    [PHASE_AUTH] = "auth",     [PHASE_ACCOUNT] = "account", [PHASE_SESSION] = "session",
    [PHASE_PRELIM] = "prelim", [PHASE_UPDATE] = "update",
};

int outcome_code(enum gdpop_outcome outcome, enum phase phase)
{
    if ((unsigned)outcome >= OUTCOME_COUNT || (unsigned)phase >= PHASE_COUNT)
        return PAM_SYSTEM_ERR;
    return codes[outcome][phase];
}

/* A name that was typed at a prompt is often a password: in auth none is logged. */
static const char *loggable_name(const struct login *l)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const char *user = l->ev->user;

    if (l->phase == PHASE_AUTH || strlen(user) > GDPOP_NAME_MAX_BYTES ||
        user[strspn(user, allowed)] != '\0')
        return "login";
    return user;
}

static void log_outcome(struct login *l, int code)
{
    const struct gdpop_verdict *v = &l->verdict;

    if (v->outcome == GDPOP_DENIED_UNAVAILABLE) {
        const char *why = gdpop_error();
        pam_syslog(l->pamh, LOG_ERR, "%s denied, no decision is possible: %s", loggable_name(l),
                   why[0] != '\0' ? why : gdpop_strerror(v->error));
    } else if (v->outcome == GDPOP_DENIED) {
        pam_syslog(l->pamh, LOG_NOTICE, "%s denied by rule %s (%s %s)", loggable_name(l),
                   v->rule[0] != '\0' ? v->rule : "none", v->tag, v->code);
    }
    if (l->options.debug)
        pam_syslog(l->pamh, LOG_DEBUG, "%s: outcome %d, PAM code %d", phase_names[l->phase],
                   (int)v->outcome, code);
}

static void tell_outcome(struct login *l)
{
    const struct gdpop_verdict *v = &l->verdict;

    switch (v->outcome) {
    case GDPOP_ALLOWED:
        conversation_tell(l, PAM_TEXT_INFO, v->notice);
        break;
    case GDPOP_CHANGE_PASSWORD:
        if (l->phase == PHASE_ACCOUNT) { /* prelim and update follow in the same minute */
            conversation_tell(l, PAM_TEXT_INFO, v->notice);
            conversation_tell(l, PAM_TEXT_INFO, v->sentence);
        }
        break;
    case GDPOP_DENIED_UNAVAILABLE:
        conversation_refuse(l, v->sentence[0] != '\0'
                                   ? v->sentence
                                   : _("No login is possible now: the account store does not "
                                       "answer. Call your administrator."));
        break;
    case GDPOP_DENIED:
        conversation_refuse(l, v->sentence);
        break;
    case GDPOP_DENIED_CREDENTIAL: /* no word that tells accounts apart */
    case GDPOP_IGNORED:
        break;
    }
}

int outcome_record(struct login *l, int r)
{
    struct gdpop_verdict *v = &l->verdict;
    int code;

    if (r < 0 && v->outcome != GDPOP_DENIED_UNAVAILABLE)
        *v = (struct gdpop_verdict){.outcome = GDPOP_DENIED_UNAVAILABLE, .error = r};
    code = outcome_code(v->outcome, l->phase);
    log_outcome(l, code);
    if (v->language[0] != '\0')
        gdpop_language(v->language);
    return code;
}

int outcome_finish(struct login *l, int r)
{
    int code = outcome_record(l, r);

    tell_outcome(l);
    return code;
}
