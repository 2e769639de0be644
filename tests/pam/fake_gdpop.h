/* A libgdpop that says what the test wants and remembers what it was asked: for the module's own
 * behaviour, without store and policy. */
#ifndef TESTS_PAM_FAKE_GDPOP_H
#define TESTS_PAM_FAKE_GDPOP_H

#pragma GCC visibility push(default)
#include "gdpop.h"

enum fake_function {
    FAKE_IDENTIFY,
    FAKE_AUTHENTICATE,
    FAKE_ACCOUNT,
    FAKE_SESSION_OPEN,
    FAKE_SESSION_CLOSE,
    FAKE_PASSWORD_READY,
    FAKE_PASSWORD_CHANGE,
    FAKE_SSH_KEYS,
    FAKE_FUNCTIONS
};

#define FAKE_ANSWERS 4

struct fake_answer {
    int r;
    struct gdpop_verdict verdict;
};

/* What one function answers, call by call (the last answer repeats), and its last evidence. */
struct fake_script {
    struct fake_answer answers[FAKE_ANSWERS];
    int count;
    int calls;
    struct gdpop_evidence seen; /* strings are copies; NULL stays NULL */
    char texts[7][256];
};

struct fake {
    struct fake_script scripts[FAKE_FUNCTIONS];
    const char *host_language; /* "en" unless set */
    char language[8];          /* the thread's */
    char error[128];           /* gdpop_error() */
    char conf_path[128];
    char password[1100]; /* the last one given to gdpop_authenticate */
    char old_password[1100];
    char new_password[1100];
    bool old_given;
    char closed_session[64]; /* "-" when the id was NULL */
    const char *keys[4];
    int open_result;
    int handles; /* open ones */
};

extern struct fake fake;

/* Everything is denied, nothing was called. */
void fake_reset(void);
/* Adds an answer. The text is the sentence of a denial and the notice of anything else. */
void fake_say(enum fake_function function, enum gdpop_outcome outcome, const char *text);
/* Adds a failure: the call returns r and leaves the verdict a denial. */
void fake_fail(enum fake_function function, int r);

#pragma GCC visibility pop

#endif
