/* A password holds nothing that others know of the person: user name, name, parts of the document
 * number (with the date of birth) and of the telephone number, forwards or backwards. */
#include "base/text.h"
#include "rules/fold.h"
#include "rules/rule.h"

#include <string.h>

/* A user name shorter than this is in many passwords by chance; as many digits of a number are
 * not. */
#define USER_MIN 3
#define NUMBER_RUN 6
#define RESIDENT_NUMBER_LEN 18 /* digits 7 to 14 are the date of birth */

password_rule_judge password_rule_personal;

static bool holds(const struct secret *password, const char *part, size_t len)
{
    return memmem(password->text, password->len, part, len) != NULL;
}

static bool holds_user(const struct secret *password, const char *user)
{
    struct secret name;
    size_t len = strlen(user);
    fold_text(user, len, &name);
    return text_length(user, len) >= USER_MIN && holds(password, name.text, name.len);
}

/* Parts of a name are set off by a blank or a middle dot in one of its codes. */
static bool is_separator(long c)
{
    return c == ' ' || c == 0x3000 || c == 0xb7 || c == 0x2022 || c == 0x2027 || c == 0x30fb ||
           c == 0xff65;
}

static bool holds_name_part(const struct secret *password, const char *part, size_t len)
{
    struct secret name;
    long characters = text_length(part, len);
    fold_text(part, len, &name);
    bool ascii = name.len == (size_t)characters;
    return characters >= (ascii ? USER_MIN : 2) && holds(password, name.text, name.len);
}

static bool holds_name(const struct secret *password, const char *name)
{
    const char *p = name, *end = name + strlen(name), *part = name;
    while (p < end) {
        const char *here = p;
        long c = text_next(&p, end);
        if (c < 0)
            break;
        if (is_separator(c)) {
            if (holds_name_part(password, part, (size_t)(here - part)))
                return true;
            part = p;
        }
    }
    return holds_name_part(password, part, (size_t)(end - part));
}

/* Where in number the first run of NUMBER_RUN digits stands that the password holds; -1 none. */
static int held_run(const struct secret *password, const char *number)
{
    size_t len = strlen(number);
    for (size_t i = 0; i + NUMBER_RUN <= len; i++)
        if (strspn(number + i, "0123456789") >= NUMBER_RUN &&
            holds(password, number + i, NUMBER_RUN))
            return (int)i;
    return -1;
}

static bool is_birth_date(const char *number, int at)
{
    return strlen(number) == RESIDENT_NUMBER_LEN && at >= 6 && at + NUMBER_RUN <= 14;
}

static bool deny_held(const struct password_facts *facts, const struct secret *password,
                      struct finding *f, const char *tag)
{
    int document_at = held_run(password, facts->document_number);
    if (holds_user(password, facts->user))
        finding_deny(f, tag, "P20",
                     _("The new password holds your user name, forwards or backwards. Choose one "
                       "without it."));
    else if (holds_name(password, facts->name))
        finding_deny(f, tag, "P21", _("The new password holds your name. Choose one without it."));
    else if (document_at >= 0 && is_birth_date(facts->document_number, document_at))
        finding_deny(f, tag, "P23",
                     _("The new password holds your date of birth. Choose one without it."));
    else if (document_at >= 0)
        finding_deny(f, tag, "P22",
                     _("The new password holds %d or more digits of your document number in a "
                       "row. Choose one without them."),
                     NUMBER_RUN);
    else if (held_run(password, facts->phone) >= 0)
        finding_deny(f, tag, "P24",
                     _("The new password holds %d or more digits of your telephone number in a "
                       "row. Choose one without them."),
                     NUMBER_RUN);
    else
        return false;
    return true;
}

void password_rule_personal(const struct password_facts *facts, struct finding *f)
{
    const char *tag = settings_tag(facts->settings, SETTING_personal_check);
    if (!settings_number(facts->settings, SETTING_personal_check)) {
        finding_skip(f, "personal data are not looked for");
        return;
    }
    struct secret forwards, backwards;
    fold_text(facts->candidate->text, facts->candidate->len, &forwards);
    fold_reverse(&forwards, &backwards);
    finding_wanted(f, "no data of the person");
    if (!deny_held(facts, &forwards, f, tag) && !deny_held(facts, &backwards, f, tag))
        finding_pass(f, "no data of the person");
    secret_wipe(&forwards);
    secret_wipe(&backwards);
}
