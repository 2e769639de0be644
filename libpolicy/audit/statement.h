/* Signed statements about a trail, one line each: checkpoints, which serve as anchors, and the
 * manifest at the end of an export or archive. {"checkpoint":{…},"signature":"…"}: SM2 over the
 * inner object as it stands there, braces included. */
#ifndef GDPOP_AUDIT_STATEMENT_H
#define GDPOP_AUDIT_STATEMENT_H

#include "crypto/digest.h"
#include "crypto/sign.h"

enum { STATEMENT_MAX_BYTES = 8192, STATEMENT_TEXT_BYTES = 512 };

struct statement {
    char kind[16]; /* "checkpoint" or "manifest" */
    char store[40], host[64];
    uint64_t first, last, epoch; /* last: the sequence of a checkpoint; first 0 there */
    int64_t at;
    uint8_t previous[DIGEST_BYTES], digest[DIGEST_BYTES];
    /* manifest: what the file is ("export", "archive"), who asked for it and what for */
    char form[16], by[64], purpose[STATEMENT_TEXT_BYTES];
    /* manifest of a copy in another form: the SM3 of that file */
    bool has_file;
    uint8_t file[DIGEST_BYTES];
};

/* The line with its newline, in the arena. */
int statement_write(const struct statement *s, const struct sign_key *key, struct arena *a,
                    char **line);

/* text is changed. key NULL: the signature is not looked at; *signed_by_key tells what it was.
 * GDPOP_ERR_FORMAT without a sentence when it is no statement. */
int statement_read(char *text, const struct sign_key *key, struct statement *s,
                   bool *signed_by_key);

#endif
