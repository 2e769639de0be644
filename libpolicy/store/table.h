/* What a table is: its records' type and the indexes kept beside them. A new table is one file that
 * declares a const struct table, a row in tables.c and its functions in store.h. */
#ifndef GDPOP_STORE_TABLE_H
#define GDPOP_STORE_TABLE_H

#include "base/err.h"
#include "store/store.h"

/* Index keys of one record, or the one to look for. Lives in the arena. */
struct index_keys {
    const struct keyring *keys;
    struct arena *arena;
    size_t count;
    struct bytes *list;
};

struct index {
    const char *name; /* "person.document" */
    bool unique;      /* one record for each key; else the record's key is added behind it */
    /* Adds the keys under which the record is found. */
    int (*add)(struct index_keys *k, const void *message);
};

struct table {
    const char *name;
    const ProtobufCMessageDescriptor *type;
    bool plain;                         /* not sealed: the trail */
    const struct index *const *indexes; /* ended by NULL; NULL when there are none */
    /* What else must hold for a record, for store_check; NULL: nothing. */
    int (*check)(struct txn *t, const void *message, bool *sound);
};

int index_add(struct index_keys *k, struct bytes key);
/* text and its closing zero, so that no text is the beginning of another; then `more`. */
int index_add_text(struct index_keys *k, const char *text, struct bytes more);
/* Keyed digest of the value: what stands in the index tells nothing. */
int index_add_digest(struct index_keys *k, const char *kind, struct bytes value);

struct index_keys index_keys_for(struct txn *t);

/* The record key under a unique index key, in the arena. GDPOP_ERR_NOT_FOUND without a sentence. */
int index_find(struct txn *t, const struct index *index, struct bytes key, struct bytes *record);
/* The same where record keys are text. */
int index_find_text(struct txn *t, const struct index *index, struct bytes key, char **record);

/* The records whose index key begins with prefix, in the order of the index; *list in the arena. */
int index_list(struct txn *t, const struct table *table, const struct index *index,
               struct bytes prefix, void ***list, size_t *count);

/* All records whose key begins with prefix, in order. */
int record_list(struct txn *t, const struct table *table, struct bytes prefix, void ***list,
                size_t *count);

/* The key of a record that belongs to `owner`: owner, a zero, then more. *key in the arena. */
int record_key(struct txn *t, const char *owner, struct bytes more, struct bytes *key);

#endif
