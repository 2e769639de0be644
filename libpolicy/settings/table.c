/* The table of settings (table.def) as rows, and the values that hold without a profile. */
#include "base/text.h"
#include "settings/settings.h"

#include <stdio.h>

#define DEFAULT_INT(value) .default_number = (value), .default_text = ""
#define DEFAULT_BOOL(value) .default_number = (value), .default_text = ""
#define DEFAULT_WORD(value) .default_text = (value)
#define DEFAULT_LIST(value) .default_text = (value)

static const struct setting table[SETTING_COUNT] = {
#define SETTING(name_, type_, unit_, min_, max_, value_, combine_, tag_, help_)                    \
    [SETTING_##name_] = {.name = #name_,                                                           \
                         .type = SETTING_TYPE_##type_,                                             \
                         .unit = (unit_),                                                          \
                         .min = (min_),                                                            \
                         .max = (max_),                                                            \
                         DEFAULT_##type_(value_),                                                  \
                         .combine = COMBINE_##combine_,                                            \
                         .default_tag = (tag_),                                                    \
                         .help = (help_)},
#include "settings/table.def"
#undef SETTING
};

const struct setting *setting_row(enum setting_id id)
{
    return (unsigned)id < SETTING_COUNT ? &table[id] : NULL;
}

int setting_find(const char *name)
{
    for (int id = 0; id < SETTING_COUNT; id++)
        if (strcmp(table[id].name, name) == 0)
            return id;
    return -1;
}

void settings_default(struct settings *s)
{
    for (int id = 0; id < SETTING_COUNT; id++)
        s->value[id] = (struct setting_value){.set = false,
                                              .number = table[id].default_number,
                                              .text = table[id].default_text,
                                              .tag = table[id].default_tag,
                                              .profile = ""};
}

bool settings_lists(const struct settings *s, enum setting_id id, const char *word)
{
    size_t len = strlen(word);
    if (len == 0 || strchr(word, ' '))
        return false;
    for (const char *at = s->value[id].text; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n == len && memcmp(at, word, n) == 0)
            return true;
        at += n;
    }
    return false;
}

/* ---- What a password was judged by ---- */

enum { FINGERPRINT_VERSION = 1 };

enum { BIT_DIGIT = 1, BIT_LETTER = 2, BIT_UPPER = 4, BIT_LOWER = 8, BIT_SPECIAL = 16 };
enum { BIT_PERSONAL = 1, BIT_DICTIONARY = 2 };

struct judged {
    unsigned length, classes, checks;
};

static struct judged asked_by(const struct settings *s)
{
#define BIT(setting, bit) (settings_number(s, SETTING_##setting) ? (unsigned)(bit) : 0u)
    struct judged j = {
        .length = (unsigned)settings_number(s, SETTING_length_min),
        .classes = BIT(classes_digit, BIT_DIGIT) | BIT(classes_letter, BIT_LETTER) |
                   BIT(classes_upper, BIT_UPPER | BIT_LETTER) |
                   BIT(classes_lower, BIT_LOWER | BIT_LETTER) | BIT(classes_special, BIT_SPECIAL),
        .checks = BIT(personal_check, BIT_PERSONAL) | BIT(dictionary_check, BIT_DICTIONARY),
    };
#undef BIT
    return j;
}

/* Four groups of four digits: version, length, classes, checks. */
void settings_password_fingerprint(const struct settings *s, char out[static 17])
{
    struct judged j = asked_by(s);
    snprintf(out, 17, "%04x%04x%04x%04x", (unsigned)FINGERPRINT_VERSION, j.length & 0xffff,
             j.classes, j.checks);
}

static bool read_judged(const char *fingerprint, struct judged *j)
{
    if (strlen(fingerprint) != 16 || strspn(fingerprint, "0123456789abcdef") != 16)
        return false;
    unsigned version;
    return sscanf(fingerprint, "%4x%4x%4x%4x", &version, &j->length, &j->classes, &j->checks) ==
               4 &&
           version == FINGERPRINT_VERSION;
}

bool settings_judged_enough(const char *judged, const struct settings *s)
{
    struct judged passed, wanted = asked_by(s);
    return read_judged(judged, &passed) && passed.length >= wanted.length &&
           (wanted.classes & ~passed.classes) == 0 && (wanted.checks & ~passed.checks) == 0;
}
