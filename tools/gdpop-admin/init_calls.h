/* The calls of init, in the order in which one rests on the other. */
#ifndef GDPOP_ADMIN_INIT_CALLS_H
#define GDPOP_ADMIN_INIT_CALLS_H

#include "init_file.h"
#include "user_files.h"

struct content {
    char *bytes;
    size_t len;
};

/* An administrator of the file with what was read for it. */
struct first_administrator {
    const json_t *json;
    struct content paper, agreement, key;
    char *secret_path;
    struct out_file secret;
};

/* What init hands to the auditor: the operation whose secret goes to the file. */
enum { INIT_KEPT = 2 };
struct init_kept {
    const char *verb, *file;
};
extern const struct init_kept init_kept[INIT_KEPT];

struct init {
    struct tool *t;
    struct init_file file;
    struct gdpop_admin *act;
    size_t profile_count;
    struct content *profiles;
    struct content roles; /* the catalogue; empty: none is loaded */
    size_t administrator_count;
    struct first_administrator *administrators;
    size_t person_count;
    char *kept_path[INIT_KEPT];
    struct out_file kept[INIT_KEPT];
    char **person_ids; /* of persons[], as the store named them */
};

/* Makes all calls and writes each initial password to its file. Says what was refused, with the
 * path in the file. */
int init_calls(struct init *in);

#endif
