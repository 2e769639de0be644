/* gdpop-audit: the auditor's program. It reads exports and archives of an audit trail, needs no
 * store, no key of the host and no root. */
#include "audit.h"
#include "report/tally.h"

#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {&verify_command, &show_command,   &stats_command,
                                                 &report_command, &follow_command, &diff_command};

enum { KEYS_MAX = 16 };

struct kept { /* files that the auditor keeps */
    const char *seal_keys[KEYS_MAX];
    size_t seal_key_count;
    const char *certificate;
    const char *anchors[KEYS_MAX];
    size_t anchor_count;
};

static const struct option long_options[] = {
    {"seal-key", required_argument, NULL, 'k'}, {"certificate", required_argument, NULL, 'c'},
    {"anchor", required_argument, NULL, 'a'},   {"from", required_argument, NULL, 'f'},
    {"to", required_argument, NULL, 't'},       {"account", required_argument, NULL, 'u'},
    {"person", required_argument, NULL, 'p'},   {"actor", required_argument, NULL, 'w'},
    {"action", required_argument, NULL, 'x'},   {"address", required_argument, NULL, 'd'},
    {"rule", required_argument, NULL, 'r'},     {"tag", required_argument, NULL, 'g'},
    {"outcome", required_argument, NULL, 'o'},  {"session", required_argument, NULL, 's'},
    {"looked", no_argument, NULL, 'L'},         {"out", required_argument, NULL, 'O'},
    {"events", required_argument, NULL, 'n'},   {"language", required_argument, NULL, 'l'},
    {"json", no_argument, NULL, 'j'},           {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},        {0}};

static void usage(FILE *out)
{
    fprintf(out, "%s\n\n", _("usage: gdpop-audit COMMAND [OPTION…] FILE…"));
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        fprintf(out, "  %-8s %s\n", commands[i]->name, _(commands[i]->help));
    fprintf(out, "\n%s\n",
            _("verify, report, follow: --seal-key FILE --certificate FILE --anchor FILE\n"
              "show, stats, follow: --from DATE --to DATE --account USER --person ID --looked\n"
              "             --actor USER --action ACTION --address ADDRESS|NETWORK --rule RULE\n"
              "             --tag ARTICLE --outcome OUTCOME --session ID\n"
              "report: --out FILE --events N\n"
              "all: --json --language zh|en --help --version"));
}

static int take_instant(const char *text, bool end_of_day, int64_t *at)
{
    if (parse_instant(text, end_of_day, at))
        return 0;
    fprintf(stderr, "gdpop-audit: ");
    fprintf(stderr, _("\"%s\" is no date: write 2026-09-15 or 2026-09-15T08:30"), text);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int take_address(const char *text, struct filter *f)
{
    f->address = text;
    if (filter_address_is_good(text))
        return 0;
    fprintf(stderr, "gdpop-audit: ");
    fprintf(stderr, _("\"%s\" is no address: write 10.77.1.20, fd77:1::20 or 10.77.1.0/24"), text);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int take_number(const char *text, size_t *number)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && n >= 1 && n <= REPORT_EVENTS_MAX) {
        *number = n;
        return 0;
    }
    fprintf(stderr, "gdpop-audit: ");
    fprintf(stderr, _("--events must be a number from 1 to %d"), REPORT_EVENTS_MAX);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int take_option(int option, struct options *o, struct kept *k)
{
    const char **const texts[] = {&o->filter.account, &o->filter.person,  &o->filter.actor,
                                  &o->filter.action,  &o->filter.rule,    &o->filter.tag,
                                  &o->filter.outcome, &o->filter.session, &o->out};
    static const char letters[] = "upwxrgosO";
    const char *at = strchr(letters, option);
    if (option && at) {
        *texts[at - letters] = optarg;
        return 0;
    }
    switch (option) {
    case 'k':
        if (k->seal_key_count < KEYS_MAX)
            k->seal_keys[k->seal_key_count++] = optarg;
        return 0;
    case 'a':
        if (k->anchor_count < KEYS_MAX)
            k->anchors[k->anchor_count++] = optarg;
        return 0;
    case 'c':
        k->certificate = optarg;
        return 0;
    case 'f':
        return take_instant(optarg, false, &o->filter.from_at);
    case 't':
        return take_instant(optarg, true, &o->filter.until_at);
    case 'd':
        return take_address(optarg, &o->filter);
    case 'n':
        return take_number(optarg, &o->events_max);
    case 'L':
        o->filter.looks = true;
        return 0;
    case 'l':
        gdpop_language(optarg);
        return 0;
    case 'j':
        o->json = true;
        return 0;
    default:
        usage(stderr);
        return EXIT_USAGE;
    }
}

/* A small file whole; NULL with errno. */
static char *read_file(const char *path, size_t *len)
{
    enum { MAX = 16 << 20 };
    FILE *f = fopen(path, "re");
    char *text = f ? malloc(MAX) : NULL;
    *len = text ? fread(text, 1, MAX, f) : 0;
    if (f && text && ferror(f)) {
        free(text);
        text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

static int give(struct gdpop_audit *a, const char *path,
                int (*take)(struct gdpop_audit *, const char *, size_t, const char *))
{
    size_t len;
    char *text = read_file(path, &len);
    if (!text) {
        fprintf(stderr, "gdpop-audit: %s: %m\n", path);
        return EXIT_SYSTEM;
    }
    int r = take(a, text, len, path);
    explicit_bzero(text, len);
    free(text);
    return r < 0 ? fail(r) : 0;
}

static int give_all(struct gdpop_audit *a, const struct kept *k)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < k->seal_key_count; i++)
        code = give(a, k->seal_keys[i], gdpop_audit_seal_key);
    if (code == 0 && k->certificate)
        code = give(a, k->certificate, gdpop_audit_certificate);
    for (size_t i = 0; code == 0 && i < k->anchor_count; i++)
        code = give(a, k->anchors[i], gdpop_audit_anchor);
    return code;
}

static int run(const struct command *command, const struct options *o, const struct kept *k,
               int count, char **files)
{
    struct gdpop_audit *a;
    int r = gdpop_audit_open(&a);
    int code = r < 0 ? fail(r) : give_all(a, k);
    if (code == 0)
        code = command->run(a, o, count, files);
    if (a)
        gdpop_audit_close(a);
    return code;
}

static void choose_language(void)
{
    const char *locale = getenv("LC_ALL");
    char language[3] = "";
    if (!locale || !*locale)
        locale = getenv("LANG");
    if (locale && (strncmp(locale, "zh", 2) == 0 || strncmp(locale, "en", 2) == 0))
        memcpy(language, locale, 2);
    gdpop_language(*language ? language : "en");
    setlocale(LC_CTYPE, "C.UTF-8");
}

int main(int argc, char **argv)
{
    const struct command *command = NULL;
    struct tally accounts = {0};
    struct options o = {.events_max = REPORT_EVENTS, .filter.accounts = &accounts};
    struct kept k = {0};
    int option, code = 0;
    choose_language();
    while (code == 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == 'h')
            return usage(stdout), EXIT_DONE;
        if (option == 'V')
            return puts("gdpop-audit " GDPOP_VERSION) < 0;
        code = take_option(option, &o, &k);
    }
    if (code)
        return code;
    for (size_t i = 0; optind < argc && i < sizeof(commands) / sizeof(*commands); i++)
        if (strcmp(commands[i]->name, argv[optind]) == 0)
            command = commands[i];
    if (!command || optind + 1 >= argc)
        return usage(stderr), EXIT_USAGE;
    code = run(command, &o, &k, argc - optind - 1, argv + optind + 1);
    tally_free(&accounts);
    return fflush(stdout) ? EXIT_SYSTEM : code;
}
