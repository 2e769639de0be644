/* Profiles: what is read can be printed and read again, and combines to something at least as
 * strict. */
#include "settings/settings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct profile *p, struct arena *a)
{
    struct settings combined;
    settings_default(&combined);
    settings_combine(&combined, &p->settings);
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_value *v = &p->settings.value[id];
        struct setting_value again;
        if (!v->set)
            continue;
        require(setting_parse(id, setting_print(id, v, a), a, &again) == 0);
        require(again.number == v->number && strcmp(again.text, v->text) == 0);
        require(setting_at_least(id, v, &combined.value[id]));
    }
    char fingerprint[17];
    settings_password_fingerprint(&combined, fingerprint);
    require(settings_judged_enough(fingerprint, &combined));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct profile p;
    if (a && profile_parse(BYTES(data, size), "fuzz", a, &p) == 0)
        check(&p, a);
    arena_free(a);
    return 0;
}
