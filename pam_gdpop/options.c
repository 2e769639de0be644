#include "options.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} switches[] = {
    {"use_first_pass", offsetof(struct options, use_first_pass)},
    {"try_first_pass", offsetof(struct options, try_first_pass)},
    {"nodelay", offsetof(struct options, nodelay)},
    {"debug", offsetof(struct options, debug)},
};

static bool set_switch(struct options *o, const char *name)
{
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (strcmp(name, switches[i].name) == 0) {
            *(bool *)((char *)o + switches[i].offset) = true;
            return true;
        }
    return false;
}

void options_parse(struct options *o, int argc, const char **argv)
{
    *o = (struct options){0};
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "conf=", 5) == 0 && argv[i][5] == '/')
            o->conf_path = argv[i] + 5;
        else if (!set_switch(o, argv[i]) && o->unknown == NULL)
            o->unknown = argv[i];
    }
}
