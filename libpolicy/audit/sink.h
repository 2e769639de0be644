/* Where an export goes: a descriptor, through a buffer, compressed or not. */
#ifndef GDPOP_AUDIT_SINK_H
#define GDPOP_AUDIT_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct compression;

struct sink {
    int fd;
    void *zstd; /* NULL: not compressed */
    const struct compression *with;
    char *buffer, *out;
    size_t used;
};

/* Errors: GDPOP_ERR_NOMEM, GDPOP_ERR_SYSTEM when there is no libzstd. */
int sink_open(struct sink *s, int fd, bool compressed);
/* Errors: GDPOP_ERR_FULL, GDPOP_ERR_SYSTEM. */
int sink_write(struct sink *s, const char *bytes, size_t len);
/* With r 0 writes the rest and waits for the disk. Frees, leaves fd open; returns r or the error.
 */
int sink_close(struct sink *s, int r);

#endif
