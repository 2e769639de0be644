/* Registers: what the regulations ask to be written down. A register is a row of register_table.c
 * and costs no code: its fields, the states of its entries, who may move them, what falls due. */
#ifndef GDPOP_ADMIN_REGISTER_H
#define GDPOP_ADMIN_REGISTER_H

#include "admin/scope.h"

/* Whom or what an entry may be about. */
enum register_subject {
    SUBJECT_PERSON = 1,
    SUBJECT_ACCOUNT = 2,
    SUBJECT_DEVICE = 4,
    SUBJECT_HOST = 8,
    SUBJECT_REQUIRED = 16, /* one of them must be named */
};

enum field_kind {
    FIELD_TEXT,
    FIELD_DATE,
    FIELD_NUMBER,
    FIELD_CHOICE,  /* one of the choices */
    FIELD_CHOICES, /* some of the choices, separated by commas */
    FIELD_PERSON,  /* the number of a person */
    FIELD_LEADER,  /* a person who leads the entry's organisation, or one above it, on that day */
    FIELD_ABOVE, /* a person who is an administrator one level above, or higher; at the top another
                  */
    FIELD_ENTRY, /* the number of an entry of the register that `choices` names */
};

struct register_field {
    const char *name; /* NULL ends the list */
    enum field_kind kind;
    bool required; /* from the beginning; moves may need more */
    const char *choices;
    const char *title;
    bool masked; /* a number that tells who a person is, shown in part only */
};

struct register_move {
    const char *from; /* "" : an entry begins in `to`; NULL ends the list */
    const char *to;
    unsigned duties;
    const char *needs;  /* fields that must be there then, separated by blanks */
    const char *device; /* what the entry's device becomes then (device_become); NULL: nothing */
};

enum due_kind {
    DUE_NONE,
    DUE_EVERY,  /* again `months` after the newest entry that reached one of `states` */
    DUE_BY,     /* by the date in `field` while it waits in one of `states` */
    DUE_WITHIN, /* within the hours of `setting` while it waits in one of `states` */
};

struct register_due {
    enum due_kind kind;
    const char *states;
    const char *field; /* EVERY: only entries where this field holds `value`; NULL: all */
    const char *value;
    int months;
    int setting;
};

/* Of whom or what there must be an entry at all. */
enum register_each {
    EACH_NONE,
    EACH_PERSON,      /* every person with an account in use */
    EACH_DUTY_HOLDER, /* every person whose account has a duty */
    EACH_VENDOR_OR_DUTY_HOLDER,
    EACH_ORGANISATION,      /* every one with accounts in use */
    EACH_HOST_ORGANISATION, /* every one with a host in use */
    EACH_CITY_OR_COUNTY,    /* every one below the top; towns of Dongguan and Zhongshan count */
    EACH_BOUND_DEVICE,
    EACH_HOST,
};

enum { REGISTER_DUES_MAX = 3 };

/* Who is to be told of an entry. */
struct register_recipient {
    const char *tag;    /* NULL ends the list */
    const char *levels; /* of the entry's organisation; NULL: any */
    const char *field;  /* only where this field holds one of `values`; NULL: always */
    const char *values;
    const char *recipient;
};

struct register_kind {
    const char *name;  /* "incident"; NULL ends the table */
    const char *title; /* for people */
    const char *tags;  /* articles that it serves, separated by blanks */
    unsigned subjects;
    const struct register_field *fields;
    const struct register_move *moves;
    enum register_each each;
    const char *done;  /* states that count for `each`; NULL: any */
    const char *key;   /* `each` is asked for every choice of this field; NULL: once */
    const char *apart; /* two fields that may not name the same person; NULL: none */
    struct register_due due[REGISTER_DUES_MAX];
    const struct register_recipient *recipients; /* NULL: nobody in particular */
};

extern const struct register_kind register_kinds[];

/* GDPOP_ERR_NOT_FOUND with a sentence. */
int register_find(const char *name, const struct register_kind **kind);
/* Whether the words (separated by blanks) hold it; NULL words hold everything. */
bool register_has_word(const char *words, const char *word);
/* Value of a field, "" when it has none. */
const char *register_value(const Model__RegisterEntry *e, const char *field);
/* The day that the entry tells of: when it came to the state that counts (DUE_EVERY), else began.
 */
int64_t register_entry_at(const struct register_kind *kind, const Model__RegisterEntry *e);
/* When something is to be done with it, whatever newer entries say; 0 never. */
int64_t register_due_at(const struct register_kind *kind, const Model__RegisterEntry *e,
                        const struct settings *s, int utc_offset_min);

/* register_fields.c: reads "name=value" texts into the entry and checks what the state needs. */
int register_take_fields(struct gdpop_admin *a, const struct register_kind *kind,
                         Model__RegisterEntry *e, const char *needs, char **texts, size_t count);
int register_check_fields(struct gdpop_admin *a, const struct register_kind *kind,
                          const Model__RegisterEntry *e, const char *needs, int64_t at);

/* The operations "register add" and "register move", for those that write entries of their own. */
int register_add(struct gdpop_admin *a, const struct request *q);
int register_move_entry(struct gdpop_admin *a, const struct request *q);

/* register_show.c: a row with all that the entry says, whatever its organisation. */
int register_describe(struct gdpop_admin *a, const struct register_kind *kind,
                      const Model__RegisterEntry *e, const struct settings *s);

/* register_standing.c: what is outstanding. */
struct register_item {
    const struct register_kind *kind;
    const Model__RegisterEntry *entry; /* NULL: there is none at all */
    const char *organisation;
    const char *subject; /* person, device, host or organisation */
    const char *value;   /* of the kind's key, "" none */
    int64_t due_at;      /* 0: always was */
};

struct register_standing {
    uint64_t entries, overdue, missing;
};

/* Counts the entries of organisations in scope and calls each, which may be NULL,
 * with what is overdue or missing. */
int register_stand(struct gdpop_admin *a, const struct register_kind *kind,
                   const struct scope *scope, struct register_standing *standing,
                   int (*each)(const struct register_item *item, void *arg), void *arg);

/* The settings of the store as a whole, by which hours are counted. */
int register_settings(struct gdpop_admin *a, struct settings *s);

#endif
