/* Document numbers, telephones, names, ids: what was put into its one form keeps it, and masks show
 * no more than seven characters. */
#include "base/text.h"
#include "model/identity.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_stable(int (*read)(const char *, char *, size_t), const char *text)
{
    char once[300], twice[300];
    if (read(text, once, sizeof(once)) != 0) {
        require(once[0] == '\0');
        return;
    }
    require(once[0] != '\0' && text_is_clean(once));
    require(read(once, twice, sizeof(twice)) == 0 && strcmp(once, twice) == 0);
}

static void check_document(const char *text)
{
    static const char *const types[] = {"resident",  "residence-permit", "hkm-permit",
                                        "tw-permit", "foreign-permit",   "passport"};
    const char *warning;
    char number[40];
    if (identity_normalise(text, number, sizeof(number)) != 0)
        return;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        identity_check_document(types[i], number, INT64_C(1800000000000000), &warning);
    identity_guess_type(number);
}

static void check_mask(const char *text)
{
    char masked[64];
    size_t shown = 0;
    identity_mask(text, masked, sizeof(masked));
    for (const char *c = masked; *c; c++)
        shown += *c != '*';
    require(shown <= 7 && strlen(masked) < sizeof(masked) && text_is_clean(masked));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    bool known;
    check_stable(identity_normalise, text);
    check_stable(identity_check_phone, text);
    check_stable(identity_check_person_name, text);
    check_document(text);
    identity_check_account_name(text);
    identity_check_organisation_id(text);
    identity_check_division(text, &known);
    if (!strpbrk(text, "*\n") && text_is_clean(text))
        check_mask(text);
    free(text);
    return 0;
}
