/* What reading exported files shares: the handle, the walk, and a line as verification and callers
 * take it. */
#ifndef GDPOP_AUDIT_FILES_H
#define GDPOP_AUDIT_FILES_H

#include "audit/line.h"
#include "audit/verifier.h"
#include "crypto/sign.h"

struct file {
    char *path;
    uint64_t first; /* number of its first event, 0: it has none; UINT64_MAX: not known, for an
                       archive is damaged at its very beginning */
};

enum { FILES_SEEN = 4096 };

struct gdpop_audit {
    struct file *files;
    size_t file_count;
    struct sign_key *certificate;
    struct trail_anchor *anchors;
    size_t anchor_count;
    struct verifier verifier; /* keeps the keys */
    struct {                  /* the last events passed, by number: to know them again */
        uint64_t sequence;
        uint8_t digest[DIGEST_BYTES];
    } seen[FILES_SEEN];
};

/* One walk over all files in the order of their events. */
struct pass {
    struct gdpop_audit *a;
    int (*line)(struct pass *p, const struct trail_line *line);
    /* A checkpoint among the events: of the last one passed; its text may be changed. */
    int (*checkpoint)(struct pass *p, const struct file *f, char *text);
    int (*file_end)(struct pass *p, const struct file *f, char *manifest);
    /* The file cannot be read on behind its event file_last, for the reason err_sentence() tells;
     * NULL: that ends the walk. */
    int (*damaged)(struct pass *p);
    void *arg;
    uint64_t last; /* of the files before this one */
    uint64_t file_first, file_last, lines;
    uint8_t file_digest[DIGEST_BYTES];
    uint64_t repeated, repeated_to; /* events that stood in the file again, 0: none */
};

/* 0, what a function of p gave, or what reading gave. */
int files_pass(struct pass *p);

/* Whether the event passed before, in the same bytes, while `last` is the newest that passed: a
 * collector may get events twice, and the second time tells nothing. */
bool files_repeated(struct gdpop_audit *a, uint64_t last, const struct trail_line *line);
/* packed: room for the event's bytes, which *item points to. */
void files_item(const struct trail_line *line, uint8_t packed[static LINE_MAX_BYTES],
                struct trail_item *item);
void files_event(const struct trail_line *line, struct gdpop_audit_event *event);

#endif
