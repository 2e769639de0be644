/* The caller's buffer, filled from both ends: what is asked for first lies lowest, strings of a
 * list highest. */
#ifndef GDPOP_NSS_SERVICE_BUFFER_H
#define GDPOP_NSS_SERVICE_BUFFER_H

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buffer {
    char *low;
    size_t left;
};

/* A copy at the low end; NULL when the room is too small. */
static inline char *buffer_string(struct buffer *b, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > b->left)
        return NULL;
    char *copy = memcpy(b->low, text, size);
    b->low += size;
    b->left -= size;
    return copy;
}

/* A copy at the high end. */
static inline char *buffer_string_high(struct buffer *b, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > b->left)
        return NULL;
    b->left -= size;
    return memcpy(b->low + b->left, text, size);
}

/* Room for one more pointer at the low end, next to the one before it; NULL when too small. */
static inline char **buffer_pointer(struct buffer *b)
{
    size_t pad = -(uintptr_t)b->low % alignof(char *);
    if (pad + sizeof(char *) > b->left)
        return NULL;
    char **pointer = (char **)(void *)(b->low + pad);
    b->low += pad + sizeof(char *);
    b->left -= pad + sizeof(char *);
    return pointer;
}

#endif
