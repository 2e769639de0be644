/* Memory of one library call: everything read from the store, decoded or composed in it is freed,
 * and wiped, together. Records may therefore point into each other and at literals freely. One
 * thread at a time. */
#ifndef GDPOP_BASE_ARENA_H
#define GDPOP_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* NULL when memory is short. */
struct arena *arena_new(void);

/* Wipes and frees all of it; NULL is allowed. */
void arena_free(struct arena *a);

/* Wipes all of it and keeps room for more, for a loop that needs little at a time. */
void arena_clear(struct arena *a);

/* A place in its growth, to which it can be taken back. */
struct arena_mark {
    void *chunk, *next;
    size_t used;
};
struct arena_mark arena_mark(const struct arena *a);
/* Wipes and frees all that was allocated since the mark; later marks are void. */
void arena_release(struct arena *a, const struct arena_mark *mark);

/* Zeroed, aligned for any type; NULL (and this thread's sentence) when memory is short. Zero bytes
 * give a valid pointer. */
void *arena_alloc(struct arena *a, size_t bytes);
char *arena_strdup(struct arena *a, const char *text);
void *arena_memdup(struct arena *a, const void *bytes, size_t len);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
