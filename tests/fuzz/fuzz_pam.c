/* A login as an input plays it: which service and user, which calls in which order, what the person
 * answers at each prompt, hang-ups and nonsense included, against a scratch store. libpam is played
 * too, so that the module and the library run in this process. Built as fuzz_failing, calls of the
 * C library fail where the input says.
 *
 * Whatever comes: nobody is let in without the password, an account of the store is never ignored
 * and nobody is unknown. */
#define FIXTURE_DIR "/dev/shm"
#include "../unit/policy/fixture.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdint.h>
#include <syslog.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CALLS_MAX = 12, ANSWER_MAX = 800, LONG_ANSWER = 5000, STORE_LIFE = 5000 };

/* ---- The input ---- */

static struct {
    const uint8_t *data;
    size_t size, at;
} script;

static uint8_t next(void)
{
    return script.at < script.size ? script.data[script.at++] : 0;
}

/* The next bytes as text: a byte with the length, then so many. */
static char *next_text(void)
{
    size_t len = next() * (size_t)3;
    if (len > script.size - script.at)
        len = script.size - script.at;
    char *text = calloc(1, len + 1);
    if (text && len)
        memcpy(text, script.data + script.at, len);
    script.at += len;
    return text;
}

/* ---- Failing calls (fuzz_failing) ---- */

static bool may_fail;

#ifdef FAILING
static unsigned until_failure;
static uint8_t plan[8];
static size_t planned;

static void plan_failures(void)
{
    for (size_t i = 0; i < sizeof(plan); i++)
        plan[i] = next();
    planned = 0;
    until_failure = plan[0];
}

static bool fails(int error)
{
    if (!may_fail || until_failure == 0 || --until_failure > 0)
        return false;
    until_failure = ++planned < sizeof(plan) ? plan[planned] : 0;
    errno = error;
    return true;
}

/* The linker puts these in place of those named behind __real_. */
#define WRAP(type, name, error, failed, parameters, arguments)                                     \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails(error) ? failed : __real_##name arguments;                                    \
    }
WRAP(void *, malloc, ENOMEM, NULL, (size_t n), (n))
WRAP(void *, calloc, ENOMEM, NULL, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, ENOMEM, NULL, (void *p, size_t n), (p, n))
WRAP(char *, strdup, ENOMEM, NULL, (const char *text), (text))
WRAP(int, open, EMFILE, -1, (const char *path, int flags, mode_t mode), (path, flags, mode))
WRAP(FILE *, fopen, EMFILE, NULL, (const char *path, const char *mode), (path, mode))
WRAP(ssize_t, read, EIO, -1, (int fd, void *to, size_t n), (fd, to, n))
WRAP(ssize_t, write, ENOSPC, -1, (int fd, const void *from, size_t n), (fd, from, n))
WRAP(ssize_t, pread, EIO, -1, (int fd, void *to, size_t n, off_t at), (fd, to, n, at))
WRAP(ssize_t, pwrite, ENOSPC, -1, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at))
WRAP(int, fstat, EIO, -1, (int fd, struct stat *st), (fd, st))
WRAP(int, fsync, EIO, -1, (int fd), (fd))
WRAP(int, rename, EIO, -1, (const char *from, const char *to), (from, to))
WRAP(int, pipe2, EMFILE, -1, (int *ends, int flags), (ends, flags))
WRAP(pid_t, fork, EAGAIN, -1, (void), ())
WRAP(int, clock_gettime, EINVAL, -1, (clockid_t clock, struct timespec *t), (clock, t))
#else
static void plan_failures(void)
{
}
#endif

/* ---- libpam ---- */

struct pam_handle {
    char *item[PAM_AUTHTOK_TYPE + 1];
    struct pam_conv conv;
    char *env[16];
    void *data;
    void (*cleanup)(pam_handle_t *pamh, void *data, int status);
};

int pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
    *item = type == PAM_CONV ? (const void *)&pamh->conv : pamh->item[type];
    return PAM_SUCCESS;
}

int pam_set_item(pam_handle_t *pamh, int type, const void *item)
{
    char *copy = item ? strdup(item) : NULL;
    if (item && !copy)
        return PAM_BUF_ERR;
    free(pamh->item[type]);
    pamh->item[type] = copy;
    return PAM_SUCCESS;
}

int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
    (void)prompt;
    *user = pamh->item[PAM_USER];
    return *user ? PAM_SUCCESS : PAM_CONV_ERR;
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
                 void (*cleanup)(pam_handle_t *pamh, void *data, int status))
{
    (void)name;
    pamh->data = data;
    pamh->cleanup = cleanup;
    return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
    (void)name;
    *data = pamh->data;
    return pamh->data ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
}

const char *pam_getenv(pam_handle_t *pamh, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < 16 && pamh->env[i]; i++)
        if (strncmp(pamh->env[i], name, len) == 0 && pamh->env[i][len] == '=')
            return pamh->env[i] + len + 1;
    return NULL;
}

int pam_putenv(pam_handle_t *pamh, const char *text)
{
    for (size_t i = 0; i < 16; i++)
        if (!pamh->env[i])
            return (pamh->env[i] = strdup(text)) ? PAM_SUCCESS : PAM_BUF_ERR;
    return PAM_BUF_ERR;
}

void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
    (void)pamh, (void)priority, (void)format;
}

int pam_fail_delay(pam_handle_t *pamh, unsigned usec)
{
    (void)pamh, (void)usec;
    return PAM_SUCCESS;
}

/* What the process must not do to itself, and what takes long. */
int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
    (void)clock, (void)event, (void)timer;
    return 0;
}

int timer_settime(timer_t timer, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    (void)timer, (void)flags, (void)value, (void)old;
    return 0;
}

/* ---- The person ---- */

static char current[ANSWER_MAX + 1]; /* the account's password */
static char last[ANSWER_MAX + 1];    /* the last answer */
static bool was_right;               /* it was among the answers of this login */

static char *answer(uint8_t how)
{
    static const char *const good[] = {FIRST_PASSWORD, "Lychee#47-Orchard-Kx", "Winter#2026-Zhuhai",
                                       "password", ""};
    char *text = how < 5 ? strdup(good[how]) : how == 5 ? strdup(current) : next_text();
    if (how == 7 && text) {
        free(text);
        if ((text = calloc(1, LONG_ANSWER + 1)))
            memset(text, 'a', LONG_ANSWER);
    }
    if (text) {
        was_right |= strcmp(text, current) == 0;
        snprintf(last, sizeof(last), "%s", text);
    }
    return text;
}

static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
                    void *arg)
{
    bool before = may_fail;
    (void)arg;
    if (n != 1 || !messages[0]->msg)
        abort();
    uint8_t how = next() % 12;
    may_fail = false;
    if (how == 8 || (how == 9 && (*responses = NULL, true))) {
        may_fail = before;
        return how == 8 ? PAM_CONV_ERR : PAM_SUCCESS;
    }
    if (how != 10) {
        *responses = calloc(1, sizeof(**responses));
        if (*responses && how < 8)
            (*responses)->resp = answer(how);
    }
    may_fail = before;
    return how == 10 ? PAM_CONV_AGAIN : PAM_SUCCESS;
}

/* ---- The store ---- */

static struct fixture *fixture;
static char first_hash[PHASH_MAX_BYTES];

static int keep_first(struct txn *t, void *arg)
{
    Model__Credential *c;
    (void)arg;
    int r = store_get_credential(t, USER, &c);
    if (r == 0)
        snprintf(first_hash, sizeof(first_hash), "%s", c->hash);
    return r;
}

/* As it was: the first password, nothing counted. Every other time it is an initial one. */
static int restore(struct txn *t, void *arg)
{
    const bool *initial = arg;
    Model__Credential *c;
    Model__Account *x;
    Model__Counter none = MODEL__COUNTER__INIT;
    int r;
    if ((r = store_get_credential(t, USER, &c)) != 0 || (r = store_get_account(t, USER, &x)) != 0)
        return r;
    c->hash = first_hash;
    c->initial = *initial;
    c->initial_until_at = *initial ? clock_now() + CLOCK_DAY : 0;
    x->state = T("active");
    if ((r = store_put_credential(t, USER, c)) != 0 || (r = store_put_account(t, x)) != 0)
        return r;
    return store_put_counter(t, USER, &none);
}

static void remove_store(void)
{
    if (fixture)
        fixture_teardown((void **)&fixture);
    fixture = NULL;
}

static void prepare(bool initial)
{
    static unsigned runs;
    static bool registered;
    if (runs++ % STORE_LIFE == 0) {
        remove_store();
        if (fixture_setup((void **)&fixture) != 0)
            abort();
        with_store(fixture, keep_first, NULL);
    }
    if (!registered)
        registered = atexit(remove_store) == 0;
    with_store(fixture, restore, &initial);
    snprintf(current, sizeof(current), "%s", FIRST_PASSWORD);
    was_right = false;
}

/* ---- The program ---- */

static void set(pam_handle_t *pamh, int type, uint8_t which, const char *const list[], size_t count)
{
    char *own = which % (count + 1) == count ? next_text() : NULL;
    pam_set_item(pamh, type, own ? own : list[which % (count + 1) % count]);
    free(own);
}

static pam_handle_t *begin(void)
{
    static const char *const services[] = {"sshd",   "login",       "su",   "sudo",
                                           "passwd", "gdpop-admin", "cron", "systemd-user"};
    static const char *const users[] = {USER, USER, USER, "nobody-knows", "root"};
    static const char *const places[] = {WORKPLACE, WORKPLACE, OUTSIDE, "::ffff:10.77.1.2"};
    static const char *const ttys[] = {"ssh", "/dev/tty1", "/dev/pts/0"};
    pam_handle_t *pamh = calloc(1, sizeof(*pamh));
    if (!pamh)
        abort();
    pamh->conv.conv = converse;
    set(pamh, PAM_SERVICE, next(), services, 8);
    set(pamh, PAM_USER, next(), users, 5);
    set(pamh, PAM_RHOST, next(), places, 4);
    set(pamh, PAM_TTY, next(), ttys, 3);
    uint8_t device = next() % 4;
    if (device < 2)
        pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey " KEY "\n");
    else if (device == 2) {
        char *own = next_text(), *text = own ? malloc(strlen(own) + 20) : NULL;
        if (text)
            sprintf(text, "SSH_AUTH_INFO_0=%s", own), pam_putenv(pamh, text);
        free(own), free(text);
    }
    return pamh;
}

static void end(pam_handle_t *pamh)
{
    if (pamh->cleanup)
        pamh->cleanup(pamh, pamh->data, 0);
    for (size_t i = 0; i < sizeof(pamh->item) / sizeof(pamh->item[0]); i++)
        free(pamh->item[i]);
    for (size_t i = 0; i < 16; i++)
        free(pamh->env[i]);
    free(pamh);
}

static void check(const pam_handle_t *pamh, int call, int code)
{
    const char *user = pamh->item[PAM_USER];
    bool known = user && strcmp(user, USER) == 0;
    if (code == PAM_USER_UNKNOWN || (known && code == PAM_IGNORE))
        abort();
    if (call == 0 && code == PAM_SUCCESS && !(known && was_right))
        abort();
    if (call == 5 && code == PAM_SUCCESS) {
        if (!known || !was_right)
            abort();
        snprintf(current, sizeof(current), "%s", last);
    }
}

static int do_call(pam_handle_t *pamh, int call, int flags, const char **argv)
{
    switch (call) {
    case 0:
        return pam_sm_authenticate(pamh, flags, 2, argv);
    case 1:
        return pam_sm_acct_mgmt(pamh, flags, 2, argv);
    case 2:
        return pam_sm_open_session(pamh, flags, 2, argv);
    case 3:
        return pam_sm_close_session(pamh, flags, 2, argv);
    case 4:
        return pam_sm_chauthtok(pamh, flags | PAM_PRELIM_CHECK, 2, argv);
    default:
        return pam_sm_chauthtok(pamh, flags | PAM_UPDATE_AUTHTOK, 2, argv);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const arguments[] = {"nodelay", "try_first_pass", "use_first_pass", "debug"};
    char conf[128];
    script.data = data;
    script.size = size;
    script.at = 0;
    uint8_t options = next();
    prepare(options & 1);
    plan_failures();
    snprintf(conf, sizeof(conf), "conf=%s", fixture->conf_path);
    const char *argv[] = {conf, arguments[options >> 1 & 3]};
    pam_handle_t *pamh = begin();
    for (int i = 0; i < CALLS_MAX && script.at < script.size; i++) {
        uint8_t what = next();
        int flags = (what & 0x80 ? PAM_SILENT : 0) | (what & 0x40 ? PAM_CHANGE_EXPIRED_AUTHTOK : 0);
        may_fail = true;
        int code = do_call(pamh, what % 6, flags, argv);
        may_fail = false;
        check(pamh, what % 6, code);
    }
    do_call(pamh, 3, 0, argv);
    end(pamh);
    return 0;
}
