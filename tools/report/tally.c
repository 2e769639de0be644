#include "tally.h"

#include <stdlib.h>
#include <string.h>

static size_t place_of(const struct tally *t, const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *p = name; *p; p++)
        hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
    size_t at = (size_t)(hash ^ hash >> 32) & (t->room - 1);
    while (t->slots[at].name && strcmp(t->slots[at].name, name) != 0)
        at = (at + 1) & (t->room - 1);
    return at;
}

static bool grow(struct tally *t)
{
    struct tally bigger = {.count = t->count, .room = t->room ? t->room * 2 : 64};
    bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < t->room; i++)
        if (t->slots[i].name)
            bigger.slots[place_of(&bigger, t->slots[i].name)] = t->slots[i];
    free(t->slots);
    *t = bigger;
    return true;
}

struct tally_slot *tally_at(struct tally *t, const char *name)
{
    if (2 * (t->count + 1) > t->room && !grow(t))
        return NULL;
    struct tally_slot *s = &t->slots[place_of(t, name)];
    if (!s->name) {
        if (!(s->name = strdup(name)))
            return NULL;
        t->count++;
    }
    return s;
}

struct tally_slot *tally_find(const struct tally *t, const char *name)
{
    struct tally_slot *s = t->room ? &t->slots[place_of(t, name)] : NULL;
    return s && s->name ? s : NULL;
}

bool tally_set(struct tally *t, const char *name, const char *value)
{
    struct tally_slot *s = tally_at(t, name);
    char *copy = s ? strdup(value) : NULL;
    if (!copy)
        return false;
    free(s->value);
    s->value = copy;
    return true;
}

static uint64_t sum(const struct tally_slot *s)
{
    uint64_t n = 0;
    for (int i = 0; i < TALLY_NUMBERS; i++)
        n += s->n[i];
    return n;
}

static int by_sum(const void *x, const void *y)
{
    const struct tally_slot *a = x, *b = y;
    if (!a->name || !b->name)
        return (a->name == NULL) - (b->name == NULL);
    uint64_t m = sum(a), n = sum(b);
    return m != n ? (m < n ? 1 : -1) : strcmp(a->name, b->name);
}

void tally_sort(struct tally *t)
{
    if (t->room)
        qsort(t->slots, t->room, sizeof(*t->slots), by_sum);
}

void tally_free(struct tally *t)
{
    for (size_t i = 0; i < t->room; i++) {
        free(t->slots[i].name);
        free(t->slots[i].value);
    }
    free(t->slots);
    *t = (struct tally){0};
}
