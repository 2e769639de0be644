/* A file of a trail read as a stream: an export (JSON Lines, CSV) or an archive (the same under
 * zstd). */
#ifndef GDPOP_AUDIT_READER_H
#define GDPOP_AUDIT_READER_H

#include "audit/line.h"

struct reader;

/* Opens it and reads what stands before the first event. GDPOP_ERR_FORMAT when it is none. */
int reader_open(const char *path, struct reader **rp);
/* The same for a file that grows, or a stream ("-": standard input): reader_next waits for the next
 * line. It ends with the manifest, with the stream, or when the file is taken away. */
int reader_follow(const char *path, struct reader **rp);
/* Whether it is compressed, as archives are. */
bool reader_is_archive(const char *path);
void reader_close(struct reader *r); /* NULL is allowed */

/* The next event: 1 with *line, whose texts live until the next call; 0 at the end. Errors:
 * GDPOP_ERR_FORMAT with file and line number, GDPOP_ERR_SYSTEM, GDPOP_ERR_NOMEM. */
int reader_next(struct reader *r, struct trail_line *line);

/* The checkpoint (as JSON, to be freed) that stood before the line last returned, or before the
 * end: a collector writes down checkpoints among the events. NULL when none did. Of several the
 * last. */
char *reader_take_checkpoint(struct reader *r);

/* After the end: the line of the manifest (as JSON, may be changed), NULL when there is none. */
char *reader_manifest(struct reader *r);

#endif
