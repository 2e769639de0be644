/* New passwords of any bytes: first the person's data, then the old and the new password, separated
 * by newlines. Whatever passes must hold what the rules promise. */
#include "base/text.h"
#include "rules/rule.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { USER, NAME, DOCUMENT, PHONE, OLD, FIELDS };

/* The next line as a text of its own, cut at a zero; the rest begins behind it. */
static char *take_line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = memchr(*data, '\n', *size);
    size_t len = end ? (size_t)(end - *data) : *size;
    char *line = calloc(1, len + 1);
    if (!line)
        abort();
    memcpy(line, *data, len);
    *data += end ? len + 1 : len;
    *size -= end ? len + 1 : len;
    return line;
}

static void check_promises(const struct password_facts *facts)
{
    const struct secret *s = facts->candidate;
    if (text_length(s->text, s->len) < settings_number(facts->settings, SETTING_length_min) ||
        memchr(s->text, '\0', s->len) || !strpbrk(s->text, "0123456789") ||
        (text_length(facts->user, strlen(facts->user)) >= 3 && strstr(s->text, facts->user)) ||
        (facts->old && secret_equal(s, facts->old)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings;
    char *field[FIELDS];
    struct secret candidate, old;
    settings_default(&settings);
    settings.value[SETTING_classes_digit].number = 1;
    for (int i = 0; i < FIELDS; i++)
        field[i] = take_line(&data, &size);
    bool fits = secret_set(&candidate, data, size) == 0;
    bool has_old = secret_set(&old, field[OLD], strlen(field[OLD])) == 0;
    struct password_facts facts = {
        .settings = &settings,
        .candidate = &candidate,
        .old = has_old && old.len > 0 ? &old : NULL,
        .user = field[USER],
        .name = field[NAME],
        .document_number = field[DOCUMENT],
        .phone = field[PHONE],
    };
    struct finding f;
    if (fits) {
        rules_judge_password(&facts, &f);
        if (f.level == FINDING_PASS)
            check_promises(&facts);
        else if (f.level != FINDING_DENY || !f.code[0] || !f.text[0] || !text_is_clean(f.text))
            abort();
    }
    for (int i = 0; i < FIELDS; i++)
        free(field[i]);
    return 0;
}
