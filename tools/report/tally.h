/* Numbers by name: an open hash table. */
#ifndef GDPOP_REPORT_TALLY_H
#define GDPOP_REPORT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TALLY_NUMBERS = 9 };

struct tally_slot {
    char *name, *value; /* value: a text that belongs to the name, NULL when none was set */
    uint64_t n[TALLY_NUMBERS];
};

struct tally {
    size_t count, room; /* room: a power of two */
    struct tally_slot *slots;
};

/* The slot of that name, made when there is none; NULL: memory is short. Valid until the next. */
struct tally_slot *tally_at(struct tally *t, const char *name);
/* NULL when there is none. */
struct tally_slot *tally_find(const struct tally *t, const char *name);
/* False: memory is short. */
bool tally_set(struct tally *t, const char *name, const char *value);
/* Slots with a name to the front, those with the greatest sum of numbers first, then by name. No
 * look-up is possible afterwards. */
void tally_sort(struct tally *t);
void tally_free(struct tally *t);

#endif
