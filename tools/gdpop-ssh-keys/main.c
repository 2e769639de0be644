/* sshd's AuthorizedKeysCommand: the keys ever bound to an account, from the account store. */
#include "gdpop.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

enum { EXIT_USAGE = 2 };

static int usage(void)
{
    fputs("usage: gdpop-ssh-keys [--conf FILE] USER\n", stderr);
    return EXIT_USAGE;
}

static void print_line(const char *text, void *out)
{
    fprintf(out, "%s\n", text);
}

/* The lines are gathered first: sshd takes no half list, and closes the pipe once it has found the
 * key that it looks for. */
static int list_keys(const char *conf_path, const char *user, char **lines, size_t *len)
{
    FILE *out = open_memstream(lines, len);
    struct gdpop *g = NULL;
    int r;

    if (out == NULL)
        return GDPOP_ERR_NOMEM;
    r = gdpop_open(conf_path, &g);
    if (r == 0)
        r = gdpop_ssh_keys(g, user, print_line, out);
    if (r < 0) {
        const char *why = gdpop_error();
        syslog(LOG_ERR, "no keys can be told: %s", why[0] != '\0' ? why : gdpop_strerror(r));
    }
    gdpop_close(g);
    if (fclose(out) != 0 && r == 0)
        r = GDPOP_ERR_NOMEM;
    return r;
}

static int write_lines(const char *lines, size_t len)
{
    signal(SIGPIPE, SIG_IGN);
    if (fwrite(lines, 1, len, stdout) == len && fflush(stdout) == 0)
        return EXIT_SUCCESS;
    if (errno == EPIPE)
        return EXIT_SUCCESS;
    syslog(LOG_ERR, "the keys could not be written: %m");
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"conf", required_argument, NULL, 'c'}, {"version", no_argument, NULL, 'V'}, {0}};
    const char *conf_path = NULL;
    char *lines = NULL;
    size_t len = 0;
    int option, code;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'V')
            return puts("gdpop-ssh-keys " GDPOP_VERSION) < 0;
        if (option != 'c')
            return usage();
        conf_path = optarg;
    }
    if (argc - optind != 1)
        return usage();
    openlog("gdpop-ssh-keys", LOG_PID, LOG_AUTHPRIV);
    code = list_keys(conf_path, argv[optind], &lines, &len) < 0 ? EXIT_FAILURE
                                                                : write_lines(lines, len);
    free(lines);
    return code;
}
