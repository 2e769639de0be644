/* Errors for people (stderr) and for programs (an object on stdout with --json). */
#ifndef GDPOP_ADMIN_SAY_H
#define GDPOP_ADMIN_SAY_H

#include "tool.h"

#include <stdio.h>

/* Prints "gdpop-admin: sentence", with --json also {"error": {...}} on stdout; returns code. */
int say(const struct tool *t, int code, const char *sentence, ...)
    __attribute__((format(printf, 3, 4)));

/* As say, with the library's sentence for its failed call. */
int say_library(const struct tool *t, int code);

/* A remark on stderr that is no error. */
void say_note(const char *sentence, ...) __attribute__((format(printf, 1, 2)));

/* What is wrong with a file, each at its place; all are told at once. */
struct problem {
    char *place;         /* "people.csv:3:4 (id_number)" or "administrators[1].phone" */
    size_t line, column; /* 0 when unknown; columns are fields */
    char *sentence;
};

struct problems {
    size_t count;
    struct problem *list;
    int code; /* the gravest: what the program ends with */
};

/* Takes place (which may be NULL when memory was short). */
void problems_add(struct problems *p, int code, char *place, size_t line, size_t column,
                  const char *sentence, ...) __attribute__((format(printf, 6, 7)));
/* Prints every problem, then sentence; returns the code. */
int problems_say(const struct tool *t, const struct problems *p, const char *sentence);
void problems_free(struct problems *p);

/* Writes text with control characters and bytes that are not UTF-8 shown as \xNN, so that what the
 * store quotes cannot drive the terminal. */
void say_clean(FILE *out, const char *text);

int say_exit_code(int r);

/* printf into new memory; NULL when it is short. */
char *say_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
