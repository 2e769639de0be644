/* nsswitch.conf and what sshd -T prints: read within their bytes, and values fit their room. */
#include "admin/nsswitch.h"
#include "admin/sshd_settings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static int see(const struct sshd_fault *fault, const char *value, void *arg)
{
    size_t *seen = arg;
    require(fault->keyword[0] && fault->wanted[0] && strlen(value) < 4096);
    return ++*seen > 64 ? -1 : 0;
}

static void read_nsswitch(const char *text)
{
    static const char *const names[] = {"passwd", "group", "initgroups", "shadow"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct nss_line line = nsswitch_line(text, names[i]);
        require(line.present || (line.files == 0 && line.gdpop == 0));
        require(line.files == 0 || line.files != line.gdpop);
    }
}

static void read_sshd(const char *text)
{
    char value[16];
    size_t seen = 0;
    sshd_settings_value(text, "authenticationmethods", value, sizeof(value));
    require(memchr(value, '\0', sizeof(value)) != NULL);
    require(sshd_settings_judge(text, see, &seen) == 0);
    sshd_settings_rescue(text, "root");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    read_nsswitch(text);
    read_sshd(text);
    free(text);
    return 0;
}
