/* One process with many threads, as a web server with PAM: each thread logs in and changes
 * passwords over its own PAM handle, others look names up through the real NSS module, and accounts
 * change meanwhile. Every login succeeds, every name has its uid, and nothing is lost. Built for
 * ThreadSanitizer and helgrind too (tests/threads/run).
 *
 *   storm_threads [LOGINS] */
#include "client.h"
#include "deeds.h"
#include "host.h"

#include <dlfcn.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <security/pam_appl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOGGING_IN = 3, LOOKING_UP = 2, OPERATORS = 8, FROZEN = 7, FIRST_UID = 1986011 };

/* In memory that both processes share. */
static struct shared {
    atomic_uint logging_in, lookups, changes;
} * shared;
static unsigned logins_each, told_sessions, told_changes;

/* The module reads the file of its own path: this process, and nobody else, finds the host's there.
 */
static void show_snapshot(void)
{
    static const char place[] = "/var/lib/gdpop-nss";
    char own[96];
    snprintf(own, sizeof(own), "%s/nss", host.dir);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "/var/lib", "tmpfs", 0, NULL) != 0 || mkdir(place, 0755) != 0 ||
        mount(own, place, NULL, MS_BIND, NULL) != 0)
        host_die("%s", place);
    if (!dlopen(NSS_MODULE, RTLD_NOW)) /* the C library finds it by its name then */
        host_die("%s", dlerror());
    __nss_configure_lookup("passwd", "files gdpop");
    __nss_configure_lookup("group", "files gdpop");
}

/* The first changes its password in between, twice to and fro; the other two share an account. */
static void *log_in(void *arg)
{
    unsigned slot = (unsigned)(uintptr_t)arg, operator= slot == 0 ? 0 : 1;
    char password[HOST_PASSWORD_BYTES] = POPULATION_PASSWORD, new[HOST_PASSWORD_BYTES];
    for (unsigned n = 0; n < logins_each; n++) {
        int code = client_login(operator, password, true);
        if (code == PAM_SUCCESS && slot == 0) {
            deed_password(slot, n + 1, new);
            code = client_change(operator, password, new, NULL, NULL);
            strcpy(password, new);
        }
        if (code != PAM_SUCCESS)
            host_die("thread %u: PAM answered %d: %s", slot, code, client_told());
    }
    atomic_fetch_sub(&shared->logging_in, 1);
    return NULL;
}

static void look_up(unsigned operator)
{
    char name[POPULATION_NAME_BYTES], buffer[1024];
    struct passwd pw, *found = NULL;
    gid_t groups[8];
    int count = 8;
    population_name("gd", operator, name);
    if (getpwnam_r(name, &pw, buffer, sizeof(buffer), &found) != 0 || !found ||
        pw.pw_uid != FIRST_UID + operator)
        host_die("%s is not found", name);
    if (getpwuid_r(FIRST_UID + operator, & pw, buffer, sizeof(buffer), &found) != 0 || !found ||
        strcmp(pw.pw_name, name) != 0)
        host_die("the uid of %s is not found", name);
    if (getgrouplist(name, pw.pw_gid, groups, &count) < 1)
        host_die("%s has no group", name);
}

static void *look_up_names(void *arg)
{
    for (unsigned n = (unsigned)(uintptr_t)arg; atomic_load(&shared->logging_in) > 0; n++) {
        look_up(n % OPERATORS);
        atomic_fetch_add(&shared->lookups, 1);
        if (n % 16 == 0)
            sched_yield();
    }
    return NULL;
}

/* Each publishes another snapshot. In a process of its own: this program has a library of its own
 * beside the module's, and a store may be open once in a process. */
static pid_t change_accounts(void)
{
    char name[POPULATION_NAME_BYTES];
    const char *const freeze[] = {"account", "freeze", "user", name, "reason", "x", NULL, NULL};
    const char *const thaw[] = {"account", "unfreeze", "user", name, "reason", "x", NULL, NULL};
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    population_name("gd", FROZEN, name);
    while (atomic_load(&shared->logging_in) > 0) {
        if (host_act("sysadm", freeze) != 0 || host_act("secadm", thaw) != 0)
            host_die("a change of an account");
        atomic_fetch_add(&shared->changes, 1);
    }
    _exit(0);
}

static void count_event(const Model__Event *e, void *arg)
{
    (void)arg;
    told_sessions += strcmp(e->action, "login.session") == 0 && strcmp(e->outcome, "allowed") == 0;
    told_changes += strcmp(e->action, "password.change") == 0 && strcmp(e->outcome, "done") == 0;
}

static void run(void)
{
    enum { THREADS = LOGGING_IN + LOOKING_UP };
    pthread_t thread[THREADS];
    int r = 0, status;
    pid_t pid = change_accounts();
    for (uintptr_t i = 0; i < THREADS; i++)
        r |= pthread_create(&thread[i], NULL, i < LOGGING_IN ? log_in : look_up_names, (void *)i);
    for (int i = 0; r == 0 && i < THREADS; i++)
        r = pthread_join(thread[i], NULL);
    if (r != 0 || waitpid(pid, &status, 0) != pid || status != 0)
        host_die("a thread, or the process that changes accounts");
}

int main(int argc, char **argv)
{
    logins_each = argc > 1 ? (unsigned)atoi(argv[1]) : 20;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        host_die("mmap");
    shared->logging_in = LOGGING_IN;
    client_load();
    host_make(OPERATORS, 5);
    show_snapshot();
    run();
    host_check();
    host_events(1, count_event, NULL);
    if (told_sessions != LOGGING_IN * logins_each || told_changes != logins_each)
        host_die("%u sessions and %u changes in the trail", told_sessions, told_changes);
    printf("%u logins and %u changes of password by %d threads, %u lookups, %u snapshots\n",
           told_sessions, told_changes, LOGGING_IN, shared->lookups, 2 * shared->changes);
    host_remove();
    return 0;
}
