/* A PAM application with a person who answers prompts from a list, for the tests of the module. */
#ifndef TESTS_PAM_PERSON_H
#define TESTS_PAM_PERSON_H

#include <security/pam_appl.h>
#include <stdbool.h>

struct person {
    pam_handle_t *pamh;
    const char *answers[12]; /* ended by NULL; a prompt without an answer fails */
    int next;
    bool no_prompts; /* the conversation refuses prompts, as sshd's outside of keyboard-interactive
                      */
    char transcript[4096]; /* "P:" hidden prompt, "V:" visible prompt, "E:" error, "I:" info; '|'
                              after each */
    unsigned delay_usec;   /* the delay that PAM asked for */
    char folder[64];       /* of the PAM configuration */
};

/* What a module after this one answers in every phase: seen when the module was to be ignored. */
#define NEXT_MODULE PAM_CRED_UNAVAIL

/* Starts PAM for a service whose four stacks are those that are shipped: pam_gdpop.so with these
 * arguments, then the next module. user may be NULL. Before the service "with-token" another module
 * has asked for the password "token". */
void person_start(struct person *p, const char *service, const char *user, const char *arguments);
void person_end(struct person *p);
/* The last line that the module logged, "" when none; person_start empties it. */
extern char person_log[1024];
/* The signal that the module has asked a timer for and in how many seconds; person_start clears. */
extern int person_timer_signal;
extern long person_timer_sec;

/* Sets the answers and empties the transcript. */
void person_answers(struct person *p, const char *first, ...) __attribute__((sentinel));

#endif
