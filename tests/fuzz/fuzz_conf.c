/* gdpop.conf: whatever the text, break-glass names stay a sound list, and an error leaves the rest
 * at its defaults. */
#include "base/text.h"
#include "settings/conf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf c, defaults;
    conf_default(&c);
    conf_default(&defaults);
    int r = conf_parse(BYTES(data, size), "fuzz", &c);
    require(c.break_glass_count >= 1 && c.break_glass_count <= CONF_NAMES_MAX);
    require(c.caller_count >= 0 && c.caller_count <= CONF_NAMES_MAX);
    for (int i = 0; i < c.break_glass_count; i++)
        require(c.break_glass[i][0] != '\0' && text_is_clean(c.break_glass[i]));
    require(c.store_dir[0] == '/' && c.key_dir[0] == '/' && c.snapshot[0] == '/');
    require(c.store_wait_sec >= 1 && c.map_size_mib >= 16);
    if (r < 0)
        require(conf_is_break_glass(&c, "root") && strcmp(c.store_dir, defaults.store_dir) == 0);
    return 0;
}
