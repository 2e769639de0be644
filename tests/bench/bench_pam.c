/* Logs in through a PAM service, again and again, and tells how long it took.
 *
 *   bench_pam [OPTION=VALUE ...]
 *
 *   op=login      pam_start, authenticate, acct_mgmt, pam_end (default)
 *   op=session    the same with setcred, open_session and close_session
 *   op=fail       pam_start, authenticate with a wrong password, pam_end
 *   op=change     pam_start, authenticate, chauthtok, pam_end
 *   op=hash       crypt() alone, of the same password under the same hash
 *   confdir=DIR   PAM configuration, for the service sshd
 *   prefix=TEXT   how the accounts' names begin
 *   from=N to=N   numbers of the accounts; hash=cheap takes even ones, hash=real odd ones
 *   in_turn=1     each account once, in order; otherwise at random, from seed=N
 *   samples=N     at most so many, seconds=S and for so long (at least three)
 *   jobs=N        so many processes at once
 *   inside=1      no process of its own for each sample: for valgrind
 *
 * Each sample is a process of its own, as each login is, so that loading the modules and the first
 * use of every library count; what is timed begins with pam_start and ends with pam_end. One line
 * of JSON: microseconds of each sample and of its phases, operations, seconds of the wall clock. */
#include "count.h"
#include "population.h"

#include <crypt.h>
#include <dlfcn.h>
#include <errno.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES_MAX = 20000, JOBS_MAX = 64, LEAST_SAMPLES = 3 };

enum mark { START, AUTH, ACCOUNT, REST, MARKS };

struct sample {
    int code; /* of PAM: the last phase's */
    enum mark failed_at;
    double us[MARKS];        /* of each phase */
    double total_us, cpu_us; /* by the clock; of the processor, user and system */
    struct counts counts;
    long maxrss_kib;
};

static struct {
    const char *op, *confdir, *prefix, *hash, *setting;
    unsigned from, to, samples, jobs;
    double seconds;
    uint64_t seed;
    bool in_turn, inside;
} want = {"login", "/etc/pam.d", "gd", "cheap", "", 0, 1000, SAMPLES_MAX, 1, 1, 1, false, false};

static struct counts *(*counts_now)(void);
static char new_password[64];

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint32_t random_below(uint32_t n)
{
    want.seed ^= want.seed << 13;
    want.seed ^= want.seed >> 7;
    want.seed ^= want.seed << 17;
    return (uint32_t)(want.seed >> 11) % n;
}

/* Answers as a person would: the current password, or the new one where that is asked. */
static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
                    void *arg)
{
    struct pam_response *list = calloc((size_t)n, sizeof(*list));
    (void)arg;
    for (int i = 0; list && i < n; i++) {
        const char *text = messages[i]->msg;
        bool is_new = strstr(text, "New") || strstr(text, "new") || strstr(text, "Retype");
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
            list[i].resp = strdup(is_new                         ? new_password
                                  : strcmp(want.op, "fail") == 0 ? "Not-The-Password-1"
                                                                 : POPULATION_PASSWORD);
        else if (messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
            list[i].resp = strdup("");
        else if (getenv("BENCH_SHOW"))
            fprintf(stderr, "%s\n", text);
    }
    *responses = list;
    return list ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void no_delay(int code, unsigned usec, void *arg)
{
    (void)code, (void)usec, (void)arg;
}

static void describe_login(pam_handle_t *pamh, uint32_t i)
{
    char address[32], connection[80], key[POPULATION_KEY_BYTES], info[POPULATION_KEY_BYTES + 40];
    void (*quick)(int, unsigned, void *) = no_delay;
    const void *delay;
    memcpy(&delay, &quick, sizeof(delay));
    snprintf(address, sizeof(address), "10.99.%u.%u", random_below(250), 1 + random_below(250));
    snprintf(connection, sizeof(connection), "SSH_CONNECTION=%s 40000 10.77.1.1 22", address);
    population_key(i, key);
    snprintf(info, sizeof(info), "SSH_AUTH_INFO_0=publickey %s\n", key);
    pam_set_item(pamh, PAM_RHOST, address);
    pam_set_item(pamh, PAM_TTY, "ssh");
    pam_set_item(pamh, PAM_FAIL_DELAY, delay);
    pam_putenv(pamh, connection);
    pam_putenv(pamh, info);
}

static int rest(pam_handle_t *pamh)
{
    int code;
    if (strcmp(want.op, "change") == 0)
        return pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK);
    if (strcmp(want.op, "session") != 0)
        return PAM_SUCCESS;
    if ((code = pam_setcred(pamh, PAM_ESTABLISH_CRED)) == PAM_SUCCESS &&
        (code = pam_open_session(pamh, 0)) == PAM_SUCCESS &&
        (code = pam_close_session(pamh, 0)) == PAM_SUCCESS)
        code = pam_setcred(pamh, PAM_DELETE_CRED);
    return code;
}

static void log_in(uint32_t i, struct sample *s)
{
    static struct pam_conv conv = {converse, NULL};
    bool fails = strcmp(want.op, "fail") == 0, changes = strcmp(want.op, "change") == 0;
    char name[POPULATION_NAME_BYTES];
    double at[MARKS + 1];
    pam_handle_t *pamh = NULL;
    population_name(want.prefix, i, name);
    at[START] = now_us();
    s->failed_at = START;
    s->code = pam_start_confdir("sshd", name, &conv, want.confdir, &pamh);
    if (s->code != PAM_SUCCESS)
        return;
    describe_login(pamh, i);
    at[AUTH] = now_us();
    s->failed_at = AUTH;
    s->code = pam_authenticate(pamh, 0);
    at[ACCOUNT] = now_us();
    if (fails)
        s->code = s->code == PAM_AUTH_ERR  ? PAM_SUCCESS
                  : s->code == PAM_SUCCESS ? PAM_ABORT
                                           : s->code;
    else if (!changes && s->code == PAM_SUCCESS && (s->failed_at = ACCOUNT))
        s->code = pam_acct_mgmt(pamh, 0);
    at[REST] = now_us();
    if (s->code == PAM_SUCCESS && (s->failed_at = REST))
        s->code = rest(pamh);
    pam_end(pamh, s->code);
    at[MARKS] = now_us();
    for (int k = 0; k < MARKS; k++)
        s->us[k] = at[k + 1] - at[k];
    s->total_us = at[MARKS] - at[START];
}

static void hash_alone(struct sample *s)
{
    struct crypt_data *data = calloc(1, sizeof(*data));
    double start = now_us();
    const char *made = crypt_r(POPULATION_PASSWORD, want.setting, data);
    s->total_us = now_us() - start;
    s->code = made && strcmp(made, want.setting) == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
    free(data);
}

static void measure(uint32_t i, struct sample *s)
{
    struct rusage usage;
    *s = (struct sample){0};
    if (counts_now)
        *counts_now() = (struct counts){0};
    double start = cpu_us();
    if (strcmp(want.op, "hash") == 0)
        hash_alone(s);
    else
        log_in(i, s);
    s->cpu_us = cpu_us() - start;
    if (counts_now)
        s->counts = *counts_now();
    getrusage(RUSAGE_SELF, &usage);
    s->maxrss_kib = usage.ru_maxrss;
}

static int measure_apart(uint32_t i, struct sample *s)
{
    int fd[2];
    if (pipe(fd) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        measure(i, s);
        _exit(write(fd[1], s, sizeof(*s)) == sizeof(*s) ? 0 : 1);
    }
    close(fd[1]);
    bool whole = pid > 0 && read(fd[0], s, sizeof(*s)) == sizeof(*s);
    close(fd[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return whole ? 0 : -1;
}

/* The number of the next account, with the parity of its hash. */
static uint32_t next_account(unsigned done)
{
    unsigned parity = strcmp(want.hash, "real") == 0, pairs = (want.to - want.from) / 2;
    return want.from + 2 * (want.in_turn ? done % pairs : random_below(pairs)) + parity;
}

static void explain(const struct sample *s)
{
    static const char *const phases[] = {"start", "authenticate", "account", "rest"};
    fprintf(stderr, "bench_pam: op=%s confdir=%s: %s: %s\n", want.op, want.confdir,
            phases[s->failed_at], pam_strerror(NULL, s->code));
}

static int run(struct sample *list, unsigned *count)
{
    double until = now_us() + want.seconds * 1e6;
    snprintf(new_password, sizeof(new_password), "Wq7#");
    for (*count = 0; *count < want.samples && (*count < LEAST_SAMPLES || now_us() < until);) {
        struct sample *s = &list[*count];
        uint32_t i = next_account(*count);
        for (int k = 4; k < 18; k++)
            new_password[k] =
                "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghkmnpqrstuvwxyz23456789"[random_below(54)];
        new_password[18] = '\0';
        if (want.inside)
            measure(i, s);
        else if (measure_apart(i, s) != 0)
            return -1;
        if (s->code != PAM_SUCCESS) {
            explain(s);
            return -1;
        }
        (*count)++;
    }
    return 0;
}

static void print_list(const char *name, const struct sample *list, unsigned count, size_t offset)
{
    printf(", \"%s\": [", name);
    for (unsigned i = 0; i < count; i++)
        printf("%s%.1f", i ? ", " : "", *(const double *)((const char *)&list[i] + offset));
    printf("]");
}

static void print(const struct sample *list, unsigned count, double wall_sec)
{
    unsigned syncs = 0, hashes = 0;
    long rss = 0;
    for (unsigned i = 0; i < count; i++) {
        syncs = list[i].counts.syncs > syncs ? list[i].counts.syncs : syncs;
        hashes = list[i].counts.hashes > hashes ? list[i].counts.hashes : hashes;
        rss = list[i].maxrss_kib > rss ? list[i].maxrss_kib : rss;
    }
    printf("{\"operations\": %u, \"seconds\": %.6f, \"maxrss_kib\": %ld", count, wall_sec, rss);
    if (counts_now)
        printf(", \"syncs\": %u, \"hashes\": %u", syncs, hashes);
    print_list("us", list, count, offsetof(struct sample, total_us));
    print_list("cpu_us", list, count, offsetof(struct sample, cpu_us));
    print_list("start_us", list, count, offsetof(struct sample, us[START]));
    print_list("auth_us", list, count, offsetof(struct sample, us[AUTH]));
    print_list("account_us", list, count, offsetof(struct sample, us[ACCOUNT]));
    print_list("rest_us", list, count, offsetof(struct sample, us[REST]));
    printf("}\n");
}

/* All workers begin together and send what they measured when they are done. */
static int run_jobs(struct sample *list, unsigned *count, double *wall_sec)
{
    int go[2], back[JOBS_MAX][2];
    if (pipe(go) != 0)
        return -1;
    for (unsigned j = 0; j < want.jobs; j++) {
        if (pipe(back[j]) != 0)
            return -1;
        if (fork() == 0) {
            char byte;
            unsigned n = 0;
            close(go[1]);
            want.seed = (want.seed + j) * 0x9e3779b97f4a7c15u | 1;
            int r = read(go[0], &byte, 1) < 0 ? -1 : run(list, &n);
            for (unsigned i = 0; r == 0 && i < n; i++)
                if (write(back[j][1], &list[i], sizeof(*list)) != sizeof(*list))
                    r = -1;
            _exit(r == 0 ? 0 : 1);
        }
        close(back[j][1]);
    }
    double start = now_us();
    close(go[0]);
    close(go[1]);
    *count = 0;
    for (unsigned j = 0; j < want.jobs; j++)
        while (*count < SAMPLES_MAX &&
               read(back[j][0], &list[*count], sizeof(*list)) == sizeof(*list))
            ++*count;
    *wall_sec = (now_us() - start) / 1e6;
    for (unsigned j = 0; j < want.jobs; j++) {
        int status;
        if (wait(&status) < 0 || status != 0)
            return -1;
    }
    return 0;
}

static int read_option(char *word)
{
    char *value = strchr(word, '=');
    if (!value)
        return -1;
    *value++ = '\0';
    const struct {
        const char *name;
        const char **text;
        unsigned *number;
        bool *flag;
    } known[] = {
        {"op", &want.op},
        {"confdir", &want.confdir},
        {"prefix", &want.prefix},
        {"hash", &want.hash},
        {"setting", &want.setting},
        {"from", NULL, &want.from},
        {"to", NULL, &want.to},
        {"samples", NULL, &want.samples},
        {"jobs", NULL, &want.jobs},
        {"in_turn", NULL, NULL, &want.in_turn},
        {"inside", NULL, NULL, &want.inside},
    };
    if (strcmp(word, "seconds") == 0)
        want.seconds = atof(value);
    else if (strcmp(word, "seed") == 0)
        want.seed = (strtoull(value, NULL, 10) + 1) * 0x9e3779b97f4a7c15u;
    else {
        size_t k = 0, n = sizeof(known) / sizeof(known[0]);
        while (k < n && strcmp(known[k].name, word) != 0)
            k++;
        if (k == n)
            return -1;
        if (known[k].text)
            *known[k].text = value;
        else if (known[k].number)
            *known[k].number = (unsigned)strtoul(value, NULL, 10);
        else
            *known[k].flag = strcmp(value, "1") == 0;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct sample *list = calloc(SAMPLES_MAX, sizeof(*list));
    unsigned count = 0;
    for (int i = 1; i < argc; i++)
        if (read_option(argv[i]) != 0) {
            fprintf(stderr, "bench_pam: what is %s?\n", argv[i]);
            return 2;
        }
    if (!list || want.samples > SAMPLES_MAX || want.jobs > JOBS_MAX || want.to < want.from + 2)
        return 2;
    *(void **)&counts_now = dlsym(RTLD_DEFAULT, "bench_counts_now");
    double start = now_us(), wall_sec = 0;
    int r = want.jobs > 1 ? run_jobs(list, &count, &wall_sec) : run(list, &count);
    if (want.jobs <= 1)
        wall_sec = (now_us() - start) / 1e6;
    if (r == 0)
        print(list, count, wall_sec);
    return r == 0 ? 0 : 1;
}
