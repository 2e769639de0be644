/* No common word, no simple pattern, and not the old password with a few changes: judged by
 * libpwquality with settings from here, never from its configuration file. */
#include "base/library.h"
#include "base/text.h"
#include "rules/fold.h"
#include "rules/rule.h"

#include <pthread.h>
#include <pwquality.h>
#include <stdlib.h>
#include <string.h>

/* Fewer changes than this, and the new password is the old one to whoever knows that. */
#define CHANGES_MIN 4

password_rule_judge password_rule_dictionary;

/* The dictionary below libpwquality is one static handle of the process: one thread at a time, and
 * nobody inside while the process forks, so that a child finds it closed. */
static pthread_mutex_t dictionary_lock = PTHREAD_MUTEX_INITIALIZER;

static void lock(void)
{
    pthread_mutex_lock(&dictionary_lock);
}

static void unlock(void)
{
    pthread_mutex_unlock(&dictionary_lock);
}

static int fork_safe;

static void make_fork_safe(void)
{
    fork_safe = pthread_atfork(lock, unlock, unlock) == 0;
}

static struct {
    __typeof__(pwquality_default_settings) *pwquality_default_settings;
    __typeof__(pwquality_set_int_value) *pwquality_set_int_value;
    __typeof__(pwquality_check) *pwquality_check;
    __typeof__(pwquality_free_settings) *pwquality_free_settings;
} lib;

/* Only a new password needs it: a login does without it and the dictionary's library behind it. */
static bool load_library(void)
{
    static const struct library_function functions[] = {
        LIBRARY_FUNCTION(lib, pwquality_default_settings),
        LIBRARY_FUNCTION(lib, pwquality_set_int_value),
        LIBRARY_FUNCTION(lib, pwquality_check),
        LIBRARY_FUNCTION(lib, pwquality_free_settings),
    };
    return library_load("libpwquality.so.1", functions, sizeof(functions) / sizeof(functions[0])) ==
           0;
}

static pwquality_settings_t *own_settings(void)
{
    static const struct {
        int setting, value;
    } values[] = {
        {PWQ_SETTING_DIFF_OK, CHANGES_MIN},
        {PWQ_SETTING_DICT_CHECK, 1},
        /* length, classes and personal data are rules of their own */
        {PWQ_SETTING_MIN_LENGTH, 0},
        {PWQ_SETTING_MIN_CLASS, 0},
        {PWQ_SETTING_DIG_CREDIT, 0},
        {PWQ_SETTING_UP_CREDIT, 0},
        {PWQ_SETTING_LOW_CREDIT, 0},
        {PWQ_SETTING_OTH_CREDIT, 0},
        {PWQ_SETTING_USER_CHECK, 0},
        {PWQ_SETTING_GECOS_CHECK, 0},
        {PWQ_SETTING_MAX_REPEAT, 0},
        {PWQ_SETTING_MAX_CLASS_REPEAT, 0},
        {PWQ_SETTING_MAX_SEQUENCE, 0},
    };
    pwquality_settings_t *pwq = lib.pwquality_default_settings();
    for (size_t i = 0; pwq && i < sizeof(values) / sizeof(values[0]); i++)
        if (lib.pwquality_set_int_value(pwq, values[i].setting, values[i].value) != 0) {
            lib.pwquality_free_settings(pwq);
            pwq = NULL;
        }
    return pwq;
}

/* libpwquality frees its copies without wiping them. The allocator hands the same pieces out first
 * when the same sizes are asked for: take them and wipe them. */
static void wipe_freed(size_t len, size_t count)
{
    void *piece[4] = {0};
    for (size_t i = 0; i < count; i++)
        if ((piece[i] = malloc(len)))
            explicit_bzero(piece[i], len);
    for (size_t i = 0; i < count; i++)
        free(piece[i]);
}

/* And the dictionary leaves its copies on the stack. */
static void __attribute__((noinline)) wipe_stack(void)
{
    char below[32768];
    explicit_bzero(below, sizeof(below));
}

/* PWQ_ERROR_* or 0. */
static int check(const struct secret *candidate, const struct secret *old)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_fork_safe);
    pwquality_settings_t *pwq = fork_safe && load_library() ? own_settings() : NULL;
    if (!pwq)
        return PWQ_ERROR_MEM_ALLOC;
    lock();
    int r = lib.pwquality_check(pwq, candidate->text, old ? old->text : NULL, NULL, NULL);
    unlock();
    wipe_stack();
    wipe_freed(candidate->len + 1, 2);
    if (old) {
        wipe_freed(old->len + 1, 2);
        wipe_freed(2 * old->len + 1, 1);
    }
    lib.pwquality_free_settings(pwq);
    return r < 0 ? r : 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Without the digits and signs around it, which are what most people add to a word. */
static void take_core(const struct secret *candidate, struct secret *core)
{
    fold_text(candidate->text, candidate->len, core);
    size_t first = 0, end = core->len;
    while (first < end && !is_letter(core->text[first]))
        first++;
    while (end > first && !is_letter(core->text[end - 1]))
        end--;
    memmove(core->text, core->text + first, end - first);
    explicit_bzero(core->text + (end - first), core->len - (end - first));
    core->len = end - first;
}

/* What the dictionary does not hold, which judges six characters and more. */
static bool is_common_word(const struct secret *core)
{
    static const char *const words[] = {"admin", "root", "test", "user",  "guest",  "pass",
                                        "login", "qwer", "asdf", "zxcv",  "qaz",    "qaz@wsx",
                                        "abc",   "abcd", "aaa",  "nihao", "woaini", "zhongguo"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(core->text, words[i]) == 0)
            return true;
    return false;
}

/* Whether a word makes up the password but for what stands around it: "Password-123", "Admin@123".
 */
static bool is_decorated_word(const struct secret *candidate)
{
    enum { DICTIONARY_MIN = 6 };
    struct secret core = {0};
    take_core(candidate, &core);
    bool decorated = is_common_word(&core);
    bool ascii = true; /* the dictionary would take other letters for decoration */
    for (size_t i = 0; i < core.len; i++) {
        ascii &= (unsigned char)core.text[i] < 0x80;
        if (core.text[i] == '@') /* it knows 0, 1, 3, $ and the like only */
            core.text[i] = 'a';
    }
    if (!decorated && ascii && core.len >= DICTIONARY_MIN)
        decorated = check(&core, NULL) == PWQ_ERROR_CRACKLIB_CHECK;
    secret_wipe(&core);
    return decorated;
}

/* Whether the dictionary can be read: it then accepts what no dictionary holds. */
static bool dictionary_works(void)
{
    static const struct secret good = {20, "kV7#qz!Wm2%xR9&tLp4@"};
    return check(&good, NULL) == 0;
}

void password_rule_dictionary(const struct password_facts *facts, struct finding *f)
{
    const char *tag = settings_tag(facts->settings, SETTING_dictionary_check);
    const struct secret *old = facts->old && facts->old->len > 0 ? facts->old : NULL;
    if (!settings_number(facts->settings, SETTING_dictionary_check)) {
        finding_skip(f, "no dictionary is asked");
        return;
    }
    finding_wanted(f, "no word or pattern, %d changes against the old one", CHANGES_MIN);
    if (strlen(facts->candidate->text) != facts->candidate->len) /* rule length */
        return;
    int r = check(facts->candidate, old);
    if (r == 0 && is_decorated_word(facts->candidate))
        r = PWQ_ERROR_CRACKLIB_CHECK;
    switch (r) {
    case 0:
        finding_pass(f, "no word or pattern");
        return;
    case PWQ_ERROR_SAME_PASSWORD:
    case PWQ_ERROR_CASE_CHANGES_ONLY:
    case PWQ_ERROR_TOO_SIMILAR:
    case PWQ_ERROR_ROTATED:
        finding_deny(f, tag, "P32",
                     _("The new password is too like the old one. Change at least %d characters, "
                       "better all of it."),
                     CHANGES_MIN);
        return;
    case PWQ_ERROR_CRACKLIB_CHECK:
    case PWQ_ERROR_PALINDROME:
    case PWQ_ERROR_MIN_LENGTH:
    case PWQ_ERROR_EMPTY_PASSWORD:
        if (r != PWQ_ERROR_CRACKLIB_CHECK || dictionary_works()) {
            finding_deny(f, tag, "P30",
                         _("The new password is a common word or a simple pattern. Choose several "
                           "unrelated words, or letters, digits and signs without order."));
            return;
        }
        finding_deny(f, tag, "P33",
                     _("The dictionary of this host cannot be read, so no new password can be "
                       "judged. Tell your administrator (package cracklib-runtime)."));
        return;
    default:
        finding_deny(f, tag, "P34",
                     _("The new password could not be judged. Try again; if it happens again, "
                       "tell your administrator."));
    }
}
