#include "store/private.h"

#include "base/err.h"
#include "base/text.h"
#include "model/codec.h"

#include <inttypes.h>

/* One record: what the store is. */
const struct table table_meta = {.name = "meta", .type = &model__meta__descriptor};

static struct bytes meta_key(void)
{
    return bytes_of_text("meta");
}

int store_meta(struct txn *t, Model__Meta **meta)
{
    return store_get(t, &table_meta, meta_key(), (void **)meta);
}

int store_put_meta(struct txn *t, const Model__Meta *meta)
{
    return store_put(t, &table_meta, meta_key(), meta);
}

static int find_sequence(struct arena *a, Model__Meta *meta, const char *kind, uint64_t **number)
{
    for (size_t i = 0; i < meta->n_sequences; i++) {
        if (strcmp(meta->sequences[i]->key, kind) == 0) {
            *number = &meta->sequences[i]->value;
            return 0;
        }
    }
    Model__Meta__SequencesEntry *entry = arena_alloc(a, sizeof(*entry));
    if (!entry)
        return GDPOP_ERR_NOMEM;
    model__meta__sequences_entry__init(entry);
    entry->key = arena_strdup(a, kind);
    *number = &entry->value;
    return entry->key ? codec_add_message(a, &meta->sequences, &meta->n_sequences, entry)
                      : GDPOP_ERR_NOMEM;
}

int store_next_id(struct txn *t, char letter, char **id)
{
    const char kind[2] = {letter, '\0'};
    Model__Meta *meta;
    uint64_t *number;
    int r;
    *id = NULL;
    if ((r = store_meta(t, &meta)) < 0 || (r = find_sequence(t->arena, meta, kind, &number)) < 0)
        return r;
    ++*number;
    *id = arena_printf(t->arena, "%c%06" PRIu64, letter, *number);
    return *id ? store_put_meta(t, meta) : GDPOP_ERR_NOMEM;
}
