/* Settings of the policy: the table (table.def), profiles, and how they combine (DESIGN 4.11). */
#ifndef GDPOP_SETTINGS_SETTINGS_H
#define GDPOP_SETTINGS_SETTINGS_H

#include "base/arena.h"
#include "base/bytes.h"
#include <stdbool.h>

enum setting_id {
#define SETTING(name, type, unit, min, max, value, combine, tag, help) SETTING_##name,
#include "settings/table.def"
#undef SETTING
    SETTING_COUNT
};

enum setting_type { SETTING_TYPE_INT, SETTING_TYPE_BOOL, SETTING_TYPE_WORD, SETTING_TYPE_LIST };
enum setting_combine { COMBINE_MAX, COMBINE_MIN, COMBINE_MIN_SET, COMBINE_FIRST };

struct setting { /* a row of the table */
    const char *name;
    enum setting_type type;
    const char
        *unit; /* INT: unit for people; WORD: the words allowed, "/" an absolute path, "" any */
    int64_t min, max;
    int64_t default_number;
    const char *default_text;
    enum setting_combine combine;
    const char *default_tag;
    const char *help;
};

/* Row of an id; NULL when out of range. */
const struct setting *setting_row(enum setting_id id);
/* Id of a name, -1 when there is none. */
int setting_find(const char *name);

/* One value with where it comes from. Texts belong to the arena (or are static) of the set. */
struct setting_value {
    bool set;            /* false: the table's default */
    int64_t number;      /* INT, BOOL */
    const char *text;    /* WORD, LIST (words separated by one space) */
    const char *tag;     /* article, for instance GD-17 */
    const char *profile; /* name of the profile, "override", a waiver's id, "" for the default */
    const struct setting_value *floor; /* what it would be without a waiver; NULL: none holds */
};

/* All settings together: what a login is judged by. */
struct settings {
    struct setting_value value[SETTING_COUNT];
};

/* All defaults. */
void settings_default(struct settings *s);

static inline int64_t settings_number(const struct settings *s, enum setting_id id)
{
    return s->value[id].number;
}
static inline const char *settings_text(const struct settings *s, enum setting_id id)
{
    return s->value[id].text;
}
static inline const char *settings_tag(const struct settings *s, enum setting_id id)
{
    return s->value[id].tag;
}
/* Whether a LIST setting names the word. */
bool settings_lists(const struct settings *s, enum setting_id id, const char *word);

/* Reads a value as its row asks; on success v->set holds, tag and profile are "" for the caller to
 * fill. BOOL is yes or no (1 or 0), the words of a LIST are separated by blanks. Errors:
 * GDPOP_ERR_FORMAT; the sentence names the setting, the range and the unit. */
int setting_parse(enum setting_id id, const char *text, struct arena *a, struct setting_value *v);
/* The value as policy show prints it and setting_parse reads it. */
const char *setting_print(enum setting_id id, const struct setting_value *v, struct arena *a);

/* Whether b is at least as strict as a (equal counts). FIRST settings: always. */
bool setting_at_least(enum setting_id id, const struct setting_value *a,
                      const struct setting_value *b);

/* Combines `more` into `into`, setting by setting, by the stricter of both; a default never beats a
 * value that was set; of equal values the first one's tag stays, but an article's tag before one of
 * the general standards (DB, MP). */
void settings_combine(struct settings *into, const struct settings *more);

/* A profile file (conf/profiles, NAME.conf): [profile] with name, title, document (文号), issued,
 * effective, lapses (dates, optional), systems (words or *), then sections named by articles
 * ([GD-17]) holding settings. */
struct profile {
    const char *name, *title, *document;
    const char *issued, *effective, *lapses; /* dates as text, "" when none */
    char **systems;                          /* "*" for all */
    size_t system_count;
    struct settings settings; /* only what the profile sets has .set */
};

/* text: the file's content; origin: its name in sentences. Everything lies in the arena.
 * Errors: GDPOP_ERR_FORMAT with origin and line for unknown keys, repeated settings, values out of
 * range, missing name or systems. */
int profile_parse(struct bytes text, const char *origin, struct arena *a, struct profile *p);

/* Fingerprint of the password settings (length, classes, …): two settings with the same fingerprint
 * judge passwords alike. 16 hexadecimal digits and a zero; not a cryptographic digest. */
void settings_password_fingerprint(const struct settings *s, char out[static 17]);
/* Whether a password that passed the settings with fingerprint `judged` surely passes s: the
 * fingerprint spells the values (length, class bits, check bits), so strictness can be compared.
 * False for text that is no fingerprint. */
bool settings_judged_enough(const char *judged, const struct settings *s);

#endif
