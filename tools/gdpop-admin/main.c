/* gdpop-admin: administrators' work on the account store, by the operations that the library
 * offers. Runs as root through sudo for people who are not. */
#include "act.h"
#include "as_user.h"
#include "complete.h"
#include "help.h"
#include "operations.h"
#include "progress.h"
#include "prompt.h"
#include "say.h"
#include "signals.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* sudo hands on the limits of whoever calls it: none may end an act between its commit and what
 * follows, or keep a refusal from being recorded. */
static void lift_limits(void)
{
    static const int lifted[] = {RLIMIT_FSIZE, RLIMIT_CPU,   RLIMIT_AS,    RLIMIT_DATA,
                                 RLIMIT_STACK, RLIMIT_NPROC, RLIMIT_NOFILE};
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    for (size_t i = 0; i < sizeof(lifted) / sizeof(lifted[0]); i++) {
        struct rlimit limit;
        if (setrlimit(lifted[i], &none) == 0 || getrlimit(lifted[i], &limit) != 0)
            continue;
        limit.rlim_cur = limit.rlim_max;
        setrlimit(lifted[i], &limit);
    }
    signal(SIGXFSZ, SIG_IGN);
}

/* Else files of the store would get the numbers of streams that the caller has closed, and what is
 * printed would be written into them. */
static int open_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd < 3);
    return fd < 0 ? -1 : close(fd);
}

/* Nothing of the environment is used but the language, and who called sudo; text is UTF-8 whatever
 * the locale. */
static void enter(struct tool *t)
{
    char language[3] = "";
    const struct rlimit none = {0, 0};
    prctl(PR_SET_DUMPABLE, 0);
    lift_limits();
    setrlimit(RLIMIT_CORE, &none);
    umask(077);
    const char *locale = getenv("LC_ALL");
    if (!locale || !*locale)
        locale = getenv("LANG");
    if (locale && (strncmp(locale, "zh", 2) == 0 || strncmp(locale, "en", 2) == 0))
        memcpy(language, locale, 2);
    if (*language) {
        gdpop_language(language);
        t->language_chosen = true;
    }
    as_user_remember(getenv("SUDO_UID"));
    clearenv();
    setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setlocale(LC_CTYPE, "C.UTF-8");
}

static int unknown_noun(const struct tool *t, const char *noun)
{
    char *names = operations_names(NULL);
    int r = say(t, GDPOP_ERR_USAGE, _("there is no noun \"%s\"; nouns are: %s"), noun,
                names ? names : "");
    free(names);
    return r;
}

static int unknown_verb(const struct tool *t, const char *noun, const char *verb)
{
    char *names = operations_names(noun);
    int r = verb ? say(t, GDPOP_ERR_USAGE, _("there is no \"%s %s\"; verbs of %s are: %s"), noun,
                       verb, noun, names ? names : "")
                 : say(t, GDPOP_ERR_USAGE, _("%s needs a verb: %s"), noun, names ? names : "");
    free(names);
    return r;
}

static int run(struct tool *t, const struct gdpop_operation *operation, int argc, char **argv)
{
    struct call call;
    const struct own_command *own = operations_own(operation);
    int r = arguments_parse(t, operation, argc, argv, &call);
    if (r == 0 && t->help)
        help_operation(stdout, operation);
    else if (r == 0)
        r = own ? own->run(t, &call) : act_run(t, &call);
    arguments_free(&call);
    return r;
}

/* Global options from argv[*at] on, up to the first other word. */
static int take_globals(struct tool *t, int argc, char **argv, int *at)
{
    for (; *at < argc && argv[*at][0] == '-'; (*at)++) {
        int r = arguments_global(t, argc, argv, at);
        if (r <= 0)
            return r;
    }
    return 0;
}

/* argv[0] is the noun. */
static int dispatch(struct tool *t, int argc, char **argv)
{
    const char *noun = argv[0];
    int at = 1;
    if (!operations_has_noun(noun))
        return unknown_noun(t, noun);
    int r = take_globals(t, argc, argv, &at);
    if (r)
        return r;
    const struct gdpop_operation *operation = at < argc ? operations_find(noun, argv[at]) : NULL;
    if (operation)
        return run(t, operation, argc - at - 1, argv + at + 1);
    operation = operations_single(noun);
    if (operation)
        return run(t, operation, argc - 1, argv + 1);
    if (!t->help)
        return unknown_verb(t, noun, at < argc ? argv[at] : NULL);
    help_noun(stdout, noun);
    return 0;
}

static int with_library(struct tool *t, int argc, char **argv)
{
    /* It names the store, its keys and who is break-glass. */
    if (t->conf && as_user_is_needed())
        return say(t, GDPOP_ERR_NOT_AUTHORISED,
                   _("--conf belongs to who is logged in as root: leave it out"));
    int r = gdpop_open(t->conf, &t->g);
    if (r && !t->g)
        return say(t, r, "%s", gdpop_strerror(r));
    gdpop_admin_caller(t->g, as_user_caller());
    gdpop_progress(progress_show, NULL);
    if (!t->language_chosen)
        gdpop_language(gdpop_host_language(t->g));
    signals_explain();
    if (argc > 0 && strcmp(argv[0], "recover") == 0 && !operations_has_noun("recover")) {
        t->recover = true;
        argc--;
        argv++;
    }
    r = 0;
    if (argc > 0) {
        r = dispatch(t, argc, argv);
    } else if (t->help) {
        help_all(stdout);
    } else {
        help_all(stderr);
        r = GDPOP_ERR_USAGE;
    }
    gdpop_close(t->g);
    return r;
}

int main(int argc, char **argv)
{
    struct tool t = {0};
    int r, at = 1;
    if (open_streams() < 0)
        return EXIT_SYSTEM;
    enter(&t);
    if (argc > 1 && strcmp(argv[1], "--complete") == 0) {
        complete_words(stdout, argc - 2, argv + 2);
        return EXIT_DONE;
    }
    if (argc == 3 && strcmp(argv[1], "--names") == 0)
        return say_exit_code(complete_names(argv[2]));
    arguments_early(&t, argc, argv);
    r = take_globals(&t, argc, argv, &at);
    if (r == 0 && at < argc && argv[at][0] == '-')
        r = say(&t, GDPOP_ERR_USAGE, _("unknown option %s before the noun"), argv[at]);
    if (r == 0 && t.version)
        printf("gdpop-admin %s\n", GDPOP_VERSION);
    else if (r == 0)
        r = with_library(&t, argc - at, argv + at);
    prompt_end();
    return fflush(stdout) ? EXIT_SYSTEM : say_exit_code(r);
}
