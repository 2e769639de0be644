#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_CHECKED 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define ARENA_CHECKED 1
#endif

/* Under AddressSanitizer each allocation is a chunk of its own, so that reads past its end show. */
#ifdef ARENA_CHECKED
enum { CHUNK_BYTES = 0 };
#else
enum { CHUNK_BYTES = 16 * 1024 };
#endif

enum { ALIGNMENT = _Alignof(max_align_t) };

struct chunk {
    struct chunk *next;
    size_t size, used; /* bytes of data */
    _Alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct chunk *chunks; /* the first one has the free space; full and large ones follow */
};

struct arena *arena_new(void)
{
    struct arena *a = calloc(1, sizeof(*a));
    if (!a)
        err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    return a;
}

/* Wipes and frees the chunks from first up to end. */
static void free_chunks(struct chunk *first, const struct chunk *end)
{
    for (struct chunk *c = first, *next; c != end; c = next) {
        next = c->next;
        explicit_bzero(c->data, c->used);
        free(c);
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    free_chunks(a->chunks, NULL);
    free(a);
}

void arena_clear(struct arena *a)
{
    struct chunk *kept = a->chunks;
    if (kept && kept->size == CHUNK_BYTES) {
        free_chunks(kept->next, NULL);
        explicit_bzero(kept->data, kept->used);
        kept->used = 0;
        kept->next = NULL;
    } else {
        free_chunks(kept, NULL);
        a->chunks = NULL;
    }
}

struct arena_mark arena_mark(const struct arena *a)
{
    struct chunk *c = a->chunks;
    return (struct arena_mark){c, c ? c->next : NULL, c ? c->used : 0};
}

/* Since the mark chunks came before the marked one, and large ones behind it. */
void arena_release(struct arena *a, const struct arena_mark *mark)
{
    struct chunk *marked = mark->chunk;
    free_chunks(a->chunks, marked);
    a->chunks = marked;
    if (!marked)
        return;
    free_chunks(marked->next, mark->next);
    marked->next = mark->next;
    explicit_bzero(marked->data + mark->used, marked->used - mark->used);
    marked->used = mark->used;
}

/* A chunk with at least this room. A larger one than usual is full at once, so it goes behind the
 * first, whose space stays in use. */
static struct chunk *chunk_add(struct arena *a, size_t bytes)
{
    size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
    struct chunk *c = size > PTRDIFF_MAX - sizeof(*c) ? NULL : malloc(sizeof(*c) + size);
    if (!c)
        return NULL;
    c->size = size;
    c->used = 0;
    if (size > CHUNK_BYTES && a->chunks) {
        c->next = a->chunks->next;
        a->chunks->next = c;
    } else {
        c->next = a->chunks;
        a->chunks = c;
    }
    return c;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t need = bytes ? bytes : 1;
    if (CHUNK_BYTES > 0 && need <= SIZE_MAX - ALIGNMENT)
        need = (need + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct chunk *c = a ? a->chunks : NULL;
    if (a && (!c || c->size - c->used < need))
        c = chunk_add(a, need);
    if (!c) {
        err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
        return NULL;
    }
    void *p = c->data + c->used;
    c->used += need;
    return memset(p, 0, need);
}

void *arena_memdup(struct arena *a, const void *bytes, size_t len)
{
    void *p = arena_alloc(a, len);
    if (p && len > 0)
        memcpy(p, bytes, len);
    return p;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_memdup(a, text, strlen(text) + 1);
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *text = NULL;
    if (len < 0)
        err_fail(GDPOP_ERR_INTERNAL, _("a text cannot be composed"));
    else
        text = arena_alloc(a, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}
