/* Accounts as passwd and shadow files or an LDIF export write them, each value with its place. No
 * I/O; the texts lie in the file's own memory, which is changed. */
#ifndef GDPOP_ADMIN_ENTRIES_H
#define GDPOP_ADMIN_ENTRIES_H

#include "say.h"

enum entry_value {
    ENTRY_USER,
    ENTRY_UID,
    ENTRY_GID,
    ENTRY_HOME,
    ENTRY_SHELL,
    ENTRY_HASH, /* NULL: none, or the account is locked */
    ENTRY_SET,  /* "2026-05-01" */
    ENTRY_UNTIL,
    ENTRY_VALUES
};
/* Names of the parameters of `account adopt`. */
extern const char *const entry_params[ENTRY_VALUES];

struct entry {
    const char *value[ENTRY_VALUES];
    const char *path[ENTRY_VALUES]; /* of the file that holds it; NULL: it has no place */
    unsigned line[ENTRY_VALUES], column[ENTRY_VALUES]; /* column 0: none */
    bool must_change;                                  /* shadow's last change is 0 */
    char set[16], until[16];
};

struct entries {
    struct entry *list;
    struct entry **by_name; /* once entries_sort was called */
    size_t count, room;
    struct problems problems;
};

/* "passwd:3:1 (user)", to be freed; NULL when memory is short. */
char *entry_place(const struct entry *e, enum entry_value v);
void entry_problem(struct entries *all, const struct entry *e, enum entry_value v, int code,
                   const char *sentence, ...) __attribute__((format(printf, 5, 6)));
/* A new one, NULL when memory is short; invalid after the next. */
struct entry *entries_add(struct entries *all);
/* Makes by_name; a name or uid that stands twice is a problem. */
int entries_sort(struct entries *all);
struct entry *entries_find(const struct entries *all, const char *name);
void entries_free(struct entries *all);

/* Days since 1970 into text, the day before when `before`; false when it is no such number. */
bool entry_date(const char *days, bool before, char text[static 16]);
/* Sets ENTRY_HASH from what stands in a file: "!" or "*" in front locks. */
void entry_hash(struct entries *all, struct entry *e, char *text);

/* passwd_file.c: bytes end with a zero and outlive the entries. Problems are noted; a negative
 * return is GDPOP_ERR_NOMEM. */
int passwd_read(struct entries *all, const char *path, char *bytes);
/* After entries_sort; lines of names that are not among them are passed over. */
int shadow_read(struct entries *all, const char *path, char *bytes);
/* ldif.c: entries with a uidNumber. */
int ldif_read(struct entries *all, const char *path, char *bytes);

#endif
