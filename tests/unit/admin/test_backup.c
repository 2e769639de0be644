/* Backups: for whom, made while in use, whole or not, tried, and put in place under two people. */
#include "witness.h"

#include "audit/trail.h"
#include "crypto/sign.h"
#include "store/private.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

static char *private_pem, *public_pem, *other_pem;

static char *shell(const char *command)
{
    static char text[8192];
    FILE *pipe = popen(command, "re");
    assert_non_null(pipe);
    text[fread(text, 1, sizeof(text) - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    return strdup(text);
}

static int make_keys(void **state)
{
    (void)state;
    char *encoded;
    private_pem = shell("openssl genpkey -algorithm SM2 2>/dev/null");
    other_pem = shell("openssl genpkey -algorithm SM2 2>/dev/null");
    if (asprintf(&encoded, "echo '%s' | openssl pkey -pubout 2>/dev/null", private_pem) < 0)
        return -1;
    public_pem = shell(encoded);
    free(encoded);
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    free(private_pem);
    free(public_pem);
    free(other_pem);
    return 0;
}

static int setup(void **state)
{
    int r = fixture_setup(state);
    struct fixture *f = *state;
    if (r != 0)
        return r;
    with_store(f, put_cheap_hash, NULL);
    give_password(f, "secadm", RIGHT);
    give_password(f, "audadm", RIGHT);
    give_password(f, "zhangsan", RIGHT);
    return 0;
}

#define BACKUP_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fixture_teardown)

static const char *number(int fd)
{
    static char text[16];
    snprintf(text, sizeof(text), "%d", fd);
    return text;
}

static int make(struct fixture *f)
{
    int fd = memfd_create("backup", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_ok(RUN(f, "secadm", "backup", "key-add", "public", public_pem));
    assert_ok(RUN(f, "sysadm", "backup", "create", "out", number(fd)));
    return fd;
}

static void spoil(int fd, off_t at)
{
    uint8_t c;
    assert_int_equal(pread(fd, &c, 1, at), 1);
    c ^= 1;
    assert_int_equal(pwrite(fd, &c, 1, at), 1);
}

static void for_whom(void **state)
{
    struct fixture *f = *state;
    int fd = memfd_create("backup", MFD_CLOEXEC);
    assert_refused(RUN(f, "sysadm", "backup", "create", "out", number(fd)), GDPOP_ERR_REFUSED,
                   "key-add");
    assert_refused(RUN(f, "sysadm", "backup", "key-add", "public", public_pem),
                   GDPOP_ERR_NOT_AUTHORISED, "security");
    assert_refused(RUN(f, "secadm", "backup", "key-add", "public", "no key"), GDPOP_ERR_KEY,
                   "--public");
    assert_ok(RUN(f, "secadm", "backup", "key-add", "public", public_pem));
    assert_refused(RUN(f, "secadm", "backup", "key-add", "public", public_pem), GDPOP_ERR_EXISTS,
                   "already");
    assert_ok(RUN(f, "audadm", "backup", "keys"));
    assert_int_equal(f->result->count, 1);
    char *id = strdup(field(f, 0, "id"));
    assert_ok(RUN(f, "sysadm", "backup", "create", "out", number(fd)));
    assert_ok(RUN(f, "secadm", "backup", "key-end", "id", id));
    assert_refused(RUN(f, "sysadm", "backup", "create", "out", number(fd)), GDPOP_ERR_REFUSED,
                   "key-add");
    assert_refused(RUN(f, "secadm", "backup", "key-end", "id", id), GDPOP_ERR_NOT_FOUND, id);
    free(id);
    close(fd);
}

static void whole_or_not(void **state)
{
    struct fixture *f = *state;
    int fd = make(f);
    off_t len = lseek(fd, 0, SEEK_END);
    assert_ok(RUN(f, "audadm", "backup", "verify", "file", number(fd)));
    assert_string_equal(field(f, 0, "id"), "B000001");
    for (off_t at = 0; at < len; at += len / 37) {
        spoil(fd, at);
        assert_int_not_equal(RUN(f, "audadm", "backup", "verify", "file", number(fd)), 0);
        spoil(fd, at);
    }
    assert_ok(RUN(f, "audadm", "backup", "list"));
    assert_int_equal(f->result->count, 1);
    assert_int_equal(atol(field(f, 0, "bytes")), len);
    /* What is secret is not to be read in it. */
    char *map = mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0);
    static const char *const secrets[] = {"zhangsan", "13800138000", "44010619900101", "$5$"};
    for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
        assert_null(memmem(map, (size_t)len, secrets[i], strlen(secrets[i])));
    munmap(map, (size_t)len);
    close(fd);
}

/* What another key signed may be restored for trial, but is no proof of this host's backup. */
static void signed_by_another(void **state)
{
    struct fixture *f = *state;
    int fd = make(f);
    char path[128];
    snprintf(path, sizeof(path), "%s/keys/sign.pem", f->dir);
    assert_int_equal(unlink(path), 0);
    assert_ok(sign_key_create(path));
    assert_ok(RUN(f, "sysadm", "backup", "drill", "file", number(fd), "key", private_pem));
    assert_true(f->result->ok);
    assert_ok(RUN(f, "sysadm", "backup", "list"));
    assert_string_equal(field(f, 0, "drilled_at"), "");
    close(fd);
}

static void tried(void **state)
{
    struct fixture *f = *state;
    int fd = make(f);
    char path[128];
    assert_refused(RUN(f, "sysadm", "backup", "drill", "file", number(fd), "key", other_pem),
                   GDPOP_ERR_KEY, "another key");
    assert_ok(RUN(f, "sysadm", "backup", "drill", "file", number(fd), "key", private_pem));
    assert_true(f->result->ok);
    assert_string_equal(field(f, 0, "problems"), "0");
    snprintf(path, sizeof(path), "%s/store/drill", f->dir);
    assert_int_not_equal(access(path, F_OK), 0); /* nothing is left of it */
    assert_ok(RUN(f, "sysadm", "backup", "list"));
    assert_string_not_equal(field(f, 0, "drilled_at"), "");
    spoil(fd, lseek(fd, 0, SEEK_END) / 2);
    assert_refused(RUN(f, "sysadm", "backup", "drill", "file", number(fd), "key", private_pem),
                   GDPOP_ERR_SEAL, "altered");
    assert_int_not_equal(access(path, F_OK), 0);
    close(fd);
}

/* Tries it, again and again until it fails or the others have done so too. */
static int try_often(const struct fixture *f, int fd)
{
    enum { TRIES = 6 };
    int done = 0;
    for (int i = 0; i < TRIES; i++) {
        const struct gdpop_result *result;
        char path[32];
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* with an offset of its own */
        int own = open(path, O_RDONLY | O_CLOEXEC);
        const char *file = number(own);
        const struct gdpop_arg args[] = {{"file", file, strlen(file)},
                                         {"key", private_pem, strlen(private_pem)}};
        struct gdpop_admin *a;
        if (own < 0 || gdpop_admin_begin(f->g, "sysadm", 0, &a) != 0)
            return -1;
        int r = gdpop_admin_call(a, "backup", "drill", args, 2, &result);
        bool busy = r == GDPOP_ERR_BUSY && strstr(err_sentence(), "is being tried or restored");
        if (r == 0 ? !result->ok : !busy)
            return -1;
        done += r == 0;
        gdpop_admin_end(a);
        close(own);
    }
    return done;
}

/* One tries it at a time; the others are told so, and nobody's is spoiled. */
static void tried_by_several(void **state)
{
    enum { PROGRAMS = 4 };
    struct fixture *f = *state;
    pid_t pid[PROGRAMS];
    int fd = make(f), done = 0, status;
    char path[128];
    for (int i = 0; i < PROGRAMS; i++)
        if ((pid[i] = fork()) == 0)
            _exit(try_often(f, fd) + 1);
    for (int i = 0; i < PROGRAMS; i++) {
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) > 0);
        done += WEXITSTATUS(status) - 1;
    }
    assert_true(done > 0);
    snprintf(path, sizeof(path), "%s/store/drill", f->dir);
    assert_int_not_equal(access(path, F_OK), 0);
    close(fd);
}

/* ---- Restoring on another host ---- */

struct elsewhere {
    char path[128];
    struct gdpop *g;
};

static void go_elsewhere(struct fixture *f, struct elsewhere *e)
{
    char line[160];
    snprintf(line, sizeof(line), "mkdir -p %s/new", f->dir);
    assert_int_equal(system(line), 0);
    snprintf(e->path, sizeof(e->path), "%s/new/gdpop.conf", f->dir);
    FILE *conf = fopen(e->path, "we");
    fprintf(conf,
            "store_dir = %s/new/store\nkey_dir = %s/new/keys\nsnapshot = %s/new/snapshot\n"
            "language = en\nstore_wait_sec = 3\n",
            f->dir, f->dir, f->dir);
    fclose(conf);
    assert_ok(gdpop_open(e->path, &e->g));
}

static int restore_with(struct elsewhere *e, int fd, const char *key, const char *host)
{
    const struct gdpop_restore what = {
        .fd = fd, .private_key = key, .private_key_len = strlen(key), .host = host};
    return gdpop_restore(e->g, &what);
}

static int put_in_place(struct elsewhere *e, const struct gdpop_result **result)
{
    struct gdpop_admin *a;
    const struct gdpop_arg args[] = {{"reason", "disk failed", 11}, {"to", "key", 3}};
    int r = gdpop_admin_begin(e->g, NULL, GDPOP_ADMIN_RESTORE, &a);
    if (r != 0)
        return r;
    r = gdpop_admin_call(a, "backup", "restore", args, 2, result);
    if (r == 0) {
        assert_non_null(strstr((*result)->rows[0].fields[2].text, "gdpop-seal-key 1"));
        r = gdpop_admin_commit(a);
    }
    gdpop_admin_end(a);
    return r;
}

static bool is_there(const struct fixture *f, const char *name)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/new/%s", f->dir, name);
    return access(path, F_OK) == 0;
}

/* A record that does not open is in the backup as it is in the store, and the drill finds it. */
static int damage(struct txn *t, void *arg)
{
    (void)arg;
    return value_put(t, &table_device, "device", false, bytes_of_text("D999999"),
                     bytes_of_text("\xff no record"));
}

static int forget_store(struct txn *t, void *arg)
{
    Model__Backup *b;
    int r = store_get_backup(t, "B000001", &b);
    (void)arg;
    b->sequence--;
    return r != 0 ? r : store_put_backup(t, b);
}

static void a_drill_of_another_backup_is_not_noted(void **state)
{
    struct fixture *f = *state;
    int fd = make(f);
    with_store(f, forget_store, NULL);
    assert_ok(RUN(f, "sysadm", "backup", "drill", "file", number(fd), "key", private_pem));
    assert_ok(RUN(f, "sysadm", "backup", "list"));
    assert_string_equal(field(f, 0, "drilled_at"), "");
    close(fd);
}

static void a_drill_finds_damage(void **state)
{
    struct fixture *f = *state;
    struct elsewhere e;
    with_store(f, damage, NULL);
    int fd = make(f);
    assert_ok(RUN(f, "sysadm", "backup", "drill", "file", number(fd), "key", private_pem));
    assert_false(f->result->ok);
    assert_string_equal(field(f, 0, "problems"), "1");
    assert_ok(RUN(f, "sysadm", "backup", "list"));
    assert_string_equal(field(f, 0, "drilled_at"), "");
    go_elsewhere(f, &e);
    assert_refused(restore_with(&e, fd, private_pem, NULL), GDPOP_ERR_STORE, "D999999");
    assert_false(is_there(f, "store/data.mdb"));
    gdpop_close(e.g);
    close(fd);
}

static void restored_under_two_people(void **state)
{
    struct fixture *f = *state;
    struct elsewhere e;
    const struct gdpop_result *result;
    struct trail_report report;
    int fd = make(f);
    assert_ok(RUN(f, "sysadm", "account", "freeze", "user", "zhangsan", "reason", "later"));
    go_elsewhere(f, &e);
    assert_ok(restore_with(&e, fd, private_pem, NULL));
    assert_false(is_there(f, "store/data.mdb")); /* nothing is in force yet */
    assert_refused(put_in_place(&e, &result), GDPOP_ERR_NOT_AUTHORISED, "further people");
    assert_refused(gdpop_admin_witness(e.g, "secadm", NULL, "wrong", 5), GDPOP_ERR_NOT_AUTHORISED,
                   "not authenticated");
    assert_ok(gdpop_admin_witness(e.g, "secadm", NULL, RIGHT, strlen(RIGHT)));
    assert_ok(put_in_place(&e, &result));
    assert_true(is_there(f, "store/data.mdb"));
    assert_true(is_there(f, "snapshot"));
    assert_false(is_there(f, "store/restored"));
    gdpop_admin_end(f->a);
    gdpop_close(f->g);
    f->g = e.g;
    f->a = NULL;
    assert_ok(RUN(f, "audadm", "account", "show", "user", "zhangsan"));
    assert_string_equal(field(f, 0, "state"), "active"); /* as it was then */
    assert_ok(gdpop_admin_witness(f->g, "secadm", NULL, RIGHT, strlen(RIGHT)));
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "backup.restore"));
    assert_int_equal(find_row(f, "outcome", "refused") >= 0, 1);
    int done = find_row(f, "outcome", "done");
    assert_true(done >= 0);
    assert_non_null(strstr(field(f, (size_t)done, "detail"), "witnesses=secadm"));
    struct call call;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(trail_verify(call.txn, &report));
    call_close(&call);
    /* There is a store now. */
    assert_refused(restore_with(&e, fd, private_pem, NULL), GDPOP_ERR_EXISTS, "already");
    close(fd);
}

static int end_epoch(struct txn *t, void *arg)
{
    const struct trail_limits now = {0, 10};
    return trail_end_epoch(t, &now, arg);
}

/* Archives are kept apart: a backup made behind one is tried and restored without it. */
static void without_the_archives(void **state)
{
    struct fixture *f = *state;
    struct elsewhere e;
    const struct gdpop_result *result;
    bool ended;
    with_store(f, end_epoch, &ended);
    assert_true(ended);
    assert_ok(RUN(f, "audadm", "audit", "archive", "what", "create"));
    int fd = make(f);
    assert_ok(RUN(f, "sysadm", "backup", "drill", "file", number(fd), "key", private_pem));
    assert_true(f->result->ok);
    assert_string_equal(field(f, 0, "problems"), "0");
    go_elsewhere(f, &e);
    assert_ok(restore_with(&e, fd, private_pem, NULL));
    assert_ok(gdpop_admin_witness(e.g, "secadm", NULL, RIGHT, strlen(RIGHT)));
    assert_ok(put_in_place(&e, &result));
    gdpop_admin_end(f->a);
    gdpop_close(f->g);
    f->g = e.g;
    f->a = NULL;
    close(fd);
}

static void abandoned(void **state)
{
    struct fixture *f = *state;
    struct elsewhere e;
    struct gdpop_admin *a;
    const struct gdpop_result *result;
    int fd = make(f);
    go_elsewhere(f, &e);
    assert_refused(restore_with(&e, fd, other_pem, NULL), GDPOP_ERR_KEY, "another key");
    assert_false(is_there(f, "store/restored"));
    assert_false(is_there(f, "keys"));
    assert_ok(restore_with(&e, fd, private_pem, NULL));
    /* It is made once at a time. */
    struct gdpop *mine = e.g;
    assert_ok(gdpop_open(e.path, &e.g));
    assert_refused(restore_with(&e, fd, private_pem, NULL), GDPOP_ERR_BUSY, "restored in");
    gdpop_close(e.g);
    e.g = mine;
    assert_true(is_there(f, "store/restored"));
    /* Nothing else can be done with it before it is in place. */
    assert_ok(gdpop_admin_begin(e.g, NULL, GDPOP_ADMIN_RESTORE, &a));
    const struct gdpop_arg args[] = {{"user", "zhangsan", 8}, {"reason", "x", 1}};
    assert_refused(gdpop_admin_call(a, "account", "freeze", args, 2, &result),
                   GDPOP_ERR_NOT_AUTHORISED, "");
    gdpop_admin_end(a);
    gdpop_close(e.g);
    assert_false(is_there(f, "store/restored"));
    assert_false(is_there(f, "store/data.mdb"));
    /* And again, to the end. */
    assert_ok(gdpop_open(e.path, &e.g));
    assert_ok(restore_with(&e, fd, private_pem, NULL));
    assert_ok(gdpop_admin_witness(e.g, "audadm", NULL, RIGHT, strlen(RIGHT)));
    assert_ok(put_in_place(&e, &result));
    gdpop_close(e.g);
    close(fd);
}

static void keys_of_another_store(void **state)
{
    struct fixture *f = *state;
    struct elsewhere e;
    char path[160];
    int fd = make(f);
    go_elsewhere(f, &e);
    snprintf(path, sizeof(path), "%s/new/keys", f->dir);
    assert_ok(keyring_create(path));
    assert_refused(restore_with(&e, fd, private_pem, NULL), GDPOP_ERR_KEY, "another key");
    assert_ok(keyring_create(path)); /* an id that the backup has not got */
    assert_refused(restore_with(&e, fd, private_pem, NULL), GDPOP_ERR_KEY, "");
    assert_false(is_there(f, "store/data.mdb"));
    gdpop_close(e.g);
    close(fd);
}

static int move_host(struct txn *t, void *arg)
{
    char here[33];
    Model__Host *h;
    (void)arg;
    host_machine_id(here);
    int r = store_get_host(t, here, &h);
    if (r != 0)
        return r;
    h->id = T("0123456789abcdef0123456789abcdef");
    if ((r = store_put_host(t, h)) != 0)
        return r;
    return store_delete(t, &table_host, bytes_of_text(here));
}

static void another_machine(void **state)
{
    struct fixture *f = *state;
    struct elsewhere e;
    const struct gdpop_result *result;
    int fd = memfd_create("backup", MFD_CLOEXEC);
    assert_ok(RUN(f, "secadm", "backup", "key-add", "public", public_pem));
    with_store(f, move_host, NULL);
    assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_RECOVER, &f->a));
    assert_ok(call_op(f->a, "backup", "create", "out", number(fd), (char *)NULL));
    assert_ok(gdpop_admin_commit(f->a));
    go_elsewhere(f, &e);
    assert_refused(restore_with(&e, fd, private_pem, NULL), GDPOP_ERR_USAGE, "--host");
    assert_refused(restore_with(&e, fd, private_pem, "ffffffffffffffffffffffffffffffff"),
                   GDPOP_ERR_NOT_FOUND, "no host");
    assert_ok(restore_with(&e, fd, private_pem, "0123456789abcdef0123456789abcdef"));
    assert_ok(gdpop_admin_witness(e.g, "secadm", NULL, RIGHT, strlen(RIGHT)));
    assert_ok(put_in_place(&e, &result));
    gdpop_admin_end(f->a);
    f->a = NULL;
    gdpop_close(f->g);
    f->g = e.g;
    assert_ok(RUN(f, "audadm", "host", "list"));
    assert_int_equal(f->result->count, 2);
    int old = find_row(f, "id", "0123456789abcdef0123456789abcdef");
    assert_string_equal(field(f, (size_t)old, "state"), "retired");
    assert_string_equal(field(f, (size_t)(1 - old), "state"), "active");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(for_whom),
        BACKUP_TEST(whole_or_not),
        BACKUP_TEST(signed_by_another),
        BACKUP_TEST(tried),
        BACKUP_TEST(tried_by_several),
        BACKUP_TEST(a_drill_finds_damage),
        BACKUP_TEST(without_the_archives),
        BACKUP_TEST(a_drill_of_another_backup_is_not_noted),
        BACKUP_TEST(restored_under_two_people),
        BACKUP_TEST(abandoned),
        BACKUP_TEST(keys_of_another_store),
        BACKUP_TEST(another_machine),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
