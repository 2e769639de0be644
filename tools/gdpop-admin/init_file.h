/* The file of init: JSON, checked whole before anything is done. */
#ifndef GDPOP_ADMIN_INIT_FILE_H
#define GDPOP_ADMIN_INIT_FILE_H

#include "say.h"

#include <jansson.h>

struct init_file {
    const char *path;
    char *bytes;
    json_t *root;
    struct problems problems;
};

/* Reads and checks form, required members and references; every error is told with its path
 * ("administrators[1].phone: ..."). init_file_free in every case. */
int init_file_read(const struct tool *t, const char *path, struct init_file *file);
void init_file_free(struct init_file *file);

/* A list of the root, empty when it is absent. */
size_t init_file_count(const struct init_file *file, const char *list);
json_t *init_file_at(const struct init_file *file, const char *list, size_t i);
/* The text of a member; NULL when it is absent. */
const char *init_text(const json_t *object, const char *key);

#endif
