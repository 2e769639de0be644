/* The compliance report: every article of the regulations, how it is served, what the store shows
 * of it, and the command that mends what is outstanding. */
#ifndef GDPOP_ADMIN_COMPLIANCE_H
#define GDPOP_ADMIN_COMPLIANCE_H

#include "admin/register.h"

enum article_served {
    LOGIN = 1,
    WORKFLOW = 2,
    REGISTER = 4,
    PROPERTY = 8,
    OUTSIDE = 16,
    READING = 32, /* the text is open: this is our reading */
    PRODUCT = 64, /* by an approved algorithm in a module without a certificate */
};

/* COUNTER(name, what is counted, what of it is outstanding, the command that mends it) */
#define COUNTERS(COUNTER)                                                                          \
    COUNTER(none, "", "", "")                                                                      \
    COUNTER(hosts, N_("hosts in use"), N_("without a system"), "gdpop-admin host show")            \
    COUNTER(duties, N_("administrators"), N_("duties with fewer than two holders"),                \
            "gdpop-admin account apply USER --duty DUTY")                                          \
    COUNTER(leaders, N_("organisations with accounts"), N_("without a leader in office"),          \
            "gdpop-admin org leader ORG --person PERSON --kind responsible --from DATE")           \
    COUNTER(pledges, N_("personal accounts"), N_("without the pledge"),                            \
            "gdpop-admin agreement file FILE --person PERSON --kind A5 --date DATE")               \
    COUNTER(approvals, N_("personal accounts"), N_("without an approval"),                         \
            "gdpop-admin account show USER")                                                       \
    COUNTER(temporary, N_("accounts of temporary and seconded staff"), N_("without an end"),       \
            "gdpop-admin account suspend USER --until DATE --reason TEXT")                         \
    COUNTER(vendors, N_("accounts of vendors' staff"), N_("without a personal agreement"),         \
            "gdpop-admin agreement file FILE --person PERSON --kind nda --date DATE")              \
    COUNTER(persons, N_("persons with accounts"), N_("whose data are incomplete"),                 \
            "gdpop-admin person show PERSON")                                                      \
    COUNTER(frozen, N_("frozen accounts"), "", "")                                                 \
    COUNTER(suspended, N_("suspended organisations"), "", "")                                      \
    COUNTER(exceptions, N_("off-site exceptions in force"), N_("without an approver"),             \
            "gdpop-admin exception end ID")                                                        \
    COUNTER(passwords, N_("passwords on record"), N_("older than they may be"),                    \
            "gdpop-admin account due")                                                             \
    COUNTER(initial, N_("initial passwords"), N_("no longer good"),                                \
            "gdpop-admin account initial-password USER --to FILE")                                 \
    COUNTER(devices, N_("personal accounts"), N_("without a device where one is asked for"),       \
            "gdpop-admin device bind ID USER")                                                     \
    COUNTER(responsible, N_("bound devices"), N_("without a responsible person"),                  \
            "gdpop-admin device show ID")                                                          \
    COUNTER(dormant, N_("personal accounts"), N_("not used for too long"),                         \
            "gdpop-admin account freeze USER --reason TEXT")                                       \
    COUNTER(waivers, N_("waivers in force"), N_("without an approval"),                            \
            "gdpop-admin waiver end ID")                                                           \
    COUNTER(networks, N_("organisations with accounts"), N_("without a workplace"),                \
            "gdpop-admin workplace add ORG NETWORK")                                               \
    COUNTER(trail, N_("events on record"), N_("missing of the months to be kept"),                 \
            "gdpop-admin audit verify")                                                            \
    COUNTER(obligations, N_("open obligations"), N_("overdue"), "gdpop-admin obligation list")

enum counter_id {
#define ID(name, total, outstanding, remedy) COUNTER_##name,
    COUNTERS(ID)
#undef ID
        COUNTER_COUNT
};

struct counter {
    const char *total, *outstanding, *remedy;
};
extern const struct counter counters[COUNTER_COUNT];

struct tally {
    int64_t total[COUNTER_COUNT], outstanding[COUNTER_COUNT];
    char **observed; /* rules that only observe now */
    size_t observed_count;
};

/* tally.c: counts in the organisations of the scope. */
int tally_count(struct gdpop_admin *a, const struct scope *scope, struct tally *t);

struct article {
    const char *tag, *words;
    unsigned served;
    enum counter_id counter;
    const char *note;
};
extern const struct article articles[]; /* ended by one without a tag */

/* articles.c: a regulation, and how it stands in this store. */
struct regulation {
    const char *prefix;  /* "GD"; NULL ends the list */
    const char *profile; /* "" : it has none, and always counts */
    const char *title;   /* until a profile tells it */
    bool loaded, lapsed;
    const char *document, *lapses;
    struct profile *values; /* NULL when it is not loaded */
};
/* All of them in the act's arena. */
int regulations_read(struct gdpop_admin *a, struct regulation **list);
bool article_is_of(const struct article *article, const struct regulation *r);

/* One line of the report. */
struct finding_line {
    const struct article *article; /* NULL: the regulation itself */
    const struct regulation *regulation;
    const char *evidence, *remedy;
    int64_t outstanding;
};

struct report {
    const char *top;
    size_t count, room;
    struct finding_line *lines;
    int64_t outstanding;
    int64_t at;
};

/* adopted.c: a row for each organisation in scope with accounts that were taken over (tag ADOPT-1)
 * and, while rules observe, for each with accounts in use (ADOPT-2). */
typedef int report_add(const char *tag, const char *organisation, const char *evidence,
                       int64_t outstanding, const char *remedy, void *arg);
int adopted_report(struct gdpop_admin *a, const struct scope *scope, bool observing,
                   report_add *add_row, void *arg);

/* compliance.c: composes it. */
int report_compose(struct gdpop_admin *a, const char *top, struct report *report);
/* "login, workflow" */
const char *report_served(struct gdpop_admin *a, unsigned served, bool translate);
/* "in order", "outstanding" … in English, to be translated for people. "by design": nothing in the
 * store can show it. */
const char *report_state(const struct finding_line *line);
/* In the thread's language. */
const char *report_note(struct gdpop_admin *a, const struct article *article);

/* compliance_html.c: one self-contained page without scripts. */
int report_html(struct gdpop_admin *a, const struct report *report, const char **page);

#endif
