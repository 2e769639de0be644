/* Arguments of the module in a PAM configuration line. */
#ifndef PAM_GDPOP_OPTIONS_H
#define PAM_GDPOP_OPTIONS_H

#include <stdbool.h>

struct options {
    const char *conf_path; /* NULL: the compiled-in one */
    bool use_first_pass;
    bool try_first_pass;
    bool nodelay;
    bool debug;
    const char *unknown; /* the first argument that is none of these, NULL when there is none */
};

/* The strings belong to argv, which lives as long as the PAM handle. */
void options_parse(struct options *o, int argc, const char **argv);

/* The known arguments, for a log line. */
#define OPTIONS_KNOWN "conf=PATH use_first_pass try_first_pass nodelay debug"

#endif
