/* The stacks of Linux-PAM as its files say them, and whether one lets an account of gdpop through
 * without pam_gdpop. Reads files only; knows nothing of the store. */
#ifndef GDPOP_ADMIN_PAM_STACK_H
#define GDPOP_ADMIN_PAM_STACK_H

#include "base/arena.h"

#include <stdbool.h>

enum pam_phase { PHASE_auth, PHASE_account, PHASE_password, PHASE_session, PHASE_COUNT };
extern const char *const pam_phase_names[PHASE_COUNT];

/* What a stack does with a module's answer; above ACTION_skip it passes over (action - ACTION_skip)
 * modules. */
enum pam_action {
    ACTION_bad,
    ACTION_ignore,
    ACTION_ok,
    ACTION_done,
    ACTION_die,
    ACTION_reset,
    ACTION_skip
};

enum { PAM_STEPS_MAX = 128, PAM_ANSWERS = 32 };

struct pam_step {
    char *module;                  /* "pam_unix.so", without its folder */
    int level;                     /* of nested substacks */
    unsigned char on[PAM_ANSWERS]; /* enum pam_action, by answer */
};

struct pam_stack {
    struct pam_step step[PAM_STEPS_MAX];
    size_t count;
};

/* Follows @include, include and substack. dirs: folders in their order, ended by NULL. A phase that
 * the service's file does not speak of is that of "other". GDPOP_ERR_NOT_FOUND without a sentence:
 * there is no such service. GDPOP_ERR_FORMAT with a sentence that names file and line. */
int pam_stack_read(const char *const *dirs, struct arena *a, const char *service,
                   enum pam_phase phase, struct pam_stack *s);

/* How a person gets past pam_gdpop. by: the module that lets the person pass, NULL when none does.
 * refused: pam_gdpop was asked, and its refusal did not count. */
struct pam_gap {
    const char *by;
    bool refused;
};

/* pam_unix knows no password of an account of gdpop; unix_passes says what if it did.
 * pam_rootok and pam_localuser answer for others only, pam_permit and pam_deny always the same;
 * any other module may answer anything. */
struct pam_gap pam_stack_gap(const struct pam_stack *s, enum pam_phase phase, bool unix_passes);

/* Position of the first such module, -1 when there is none. */
int pam_stack_find(const struct pam_stack *s, const char *module);

#endif
