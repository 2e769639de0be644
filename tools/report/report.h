/* The audit report: one HTML page that needs no network, made from exported trails. Needs no store
 * and no root; numbers count every event, the table holds the newest. Memory grows with the table
 * and with the number of accounts, not with the files. */
#ifndef GDPOP_REPORT_H
#define GDPOP_REPORT_H

#include "gdpop.h"

#include <stdio.h>

enum { REPORT_EVENTS = 100000, REPORT_EVENTS_MAX = 1000000, REPORT_FINDINGS = 200 };

struct report {
    struct gdpop_audit *audit; /* with its files and what the auditor keeps */
    int file_count;
    char **files; /* their names as the page shows them */
    size_t events_max;
    bool at_home; /* made on the host that recorded the events: the page says what that proves */
    bool sound;   /* out: nothing was found */
};

/* Verifies the files, reads them again and writes the page in the thread's language, with a switch
 * to the other one. 0, GDPOP_ERR_* with a sentence, or 1 when out cannot be written. */
int report_write(struct report *r, FILE *out);

/* What a verification showed, sentence by sentence in the thread's language. */
void report_sentences(const struct gdpop_audit_report *r, size_t findings,
                      void (*each)(const char *sentence, void *arg), void *arg);

#endif
