/* The key ring's files: what is refused and how it is named, rotation, lookups. */
#include "base/err.h"
#include "crypto/keyring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define GOOD "gdpop-key 1\nid 1\nmade 2026-11-22T00:00:00Z\nkey " KEY "\n"

static char dir[32];

static void path_of(const char *name, char out[static 64])
{
    snprintf(out, 64, "%s/%s", dir, name);
}

static void put(const char *name, const char *text, size_t len, mode_t mode)
{
    char path[64];
    path_of(name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text), 0600);
}

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/gdpop-keys-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (unlink(path) < 0 && e->d_name[0] != '.')
            rmdir(path);
    }
    closedir(d);
    return rmdir(dir);
}

static void assert_refused(const char *part)
{
    struct keyring *k = (struct keyring *)1;
    assert_int_equal(keyring_open(dir, &k), GDPOP_ERR_KEY);
    assert_null(k);
    if (!strstr(err_sentence(), part))
        fail_msg("\"%s\" does not hold \"%s\"", err_sentence(), part);
    if (strstr(err_sentence(), "0a0b0c"))
        fail_msg("\"%s\" holds a key", err_sentence());
}

static void test_create_and_rotate(void **state)
{
    struct keyring *k;
    struct keyring_pair first;
    char path[64];
    struct stat st;
    (void)state;
    assert_int_equal(rmdir(dir), 0);
    assert_int_equal(keyring_create(dir), 0);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    path_of("seal-1.key", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_nlink, 1); /* the draft is gone */

    assert_int_equal(keyring_open(dir, &k), 0);
    assert_int_equal(keyring_current(k), 1);
    first = *keyring_pair(k, 1);
    assert_null(keyring_pair(k, 0));
    assert_null(keyring_pair(k, 2));
    uint8_t before[32], after[32], other[32];
    keyring_lookup(k, "phone", bytes_of_text("13800138000"), before);
    keyring_lookup(k, "identity", bytes_of_text("13800138000"), other);
    assert_memory_not_equal(before, other, 32);
    keyring_free(k);

    assert_int_equal(keyring_create(dir), 0);
    assert_int_equal(keyring_open(dir, &k), 0);
    assert_int_equal(keyring_current(k), 2);
    assert_memory_equal(keyring_pair(k, 1), &first, sizeof(first));
    assert_memory_not_equal(keyring_pair(k, 2), &first, sizeof(first));
    keyring_lookup(k, "phone", bytes_of_text("13800138000"), after);
    assert_memory_equal(before, after, 32); /* indexes survive rotation */
    keyring_free(k);
    keyring_free(NULL);
}

static void test_a_full_ring_is_not_overfilled(void **state)
{
    struct keyring *k;
    char path[64], draft[32];
    struct stat st;
    (void)state;
    for (int i = 0; i < 64; i++)
        assert_int_equal(keyring_create(dir), 0);
    assert_int_equal(keyring_create(dir), GDPOP_ERR_KEY);
    assert_non_null(strstr(err_sentence(), "64 keys"));
    assert_int_equal(keyring_open(dir, &k), 0);
    assert_int_equal(keyring_current(k), 64);
    assert_false(keyring_has_room(k));
    keyring_free(k);

    path_of("seal-9.key", path);
    assert_int_equal(unlink(path), 0);
    snprintf(draft, sizeof(draft), "draft-%d", (int)getpid());
    put_text(draft, "half a k"); /* of a process that was killed and had this pid */
    assert_int_equal(keyring_open(dir, &k), 0);
    assert_true(keyring_has_room(k));
    keyring_free(k);
    assert_int_equal(keyring_create(dir), 0);
    path_of(draft, path);
    assert_int_equal(stat(path, &st), -1);
    assert_int_equal(keyring_open(dir, &k), 0);
    assert_int_equal(keyring_current(k), 65);
    keyring_free(k);
}

/* openssl dgst -sm3 -mac HMAC -macopt hexkey:KEY over 8 bytes of length and the label */
static void test_derived_keys_are_those_of_the_form(void **state)
{
    struct keyring *k;
    char hex[65];
    (void)state;
    put_text("a.key", GOOD);
    assert_int_equal(keyring_open(dir, &k), 0);
    const struct keyring_pair *p = keyring_pair(k, 1);
    bytes_to_hex(BYTES(p->encrypt, sizeof(p->encrypt)), hex);
    assert_string_equal(hex, "014194a02be423d22d77659fe41f9c96");
    bytes_to_hex(BYTES(p->authenticate, sizeof(p->authenticate)), hex);
    assert_string_equal(hex, "5a30a988dc710718a2eb52427eb29f0fb79e9be2c3138f6d05405ea3965d4123");
    keyring_free(k);
}

static void test_names_and_ids(void **state)
{
    struct keyring *k;
    (void)state;
    put_text("z.key", GOOD);
    put_text("a.key", "gdpop-key 1\nid 4294967295\nmade 2026-11-22\nkey " KEY "\n");
    put_text("m.key", "gdpop-key 1\nid 7\nmade 2026-11-22\nkey " KEY "\n");
    put_text("notes", "not a key");
    put_text("draft-17", "half a k");
    put_text(".key", "not a key");
    assert_int_equal(keyring_open(dir, &k), 0);
    assert_true(keyring_current(k) == UINT32_MAX);
    assert_non_null(keyring_pair(k, 1));
    assert_non_null(keyring_pair(k, 7));
    keyring_free(k);
    assert_int_equal(keyring_create(dir), GDPOP_ERR_KEY);
    assert_non_null(strstr(err_sentence(), "there is no key id left"));
    put_text("twice.key", GOOD);
    assert_refused("two key files have the id 1");
}

static void test_malformed_files_name_the_line(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "line 1"},
        {"gdpop-key 2\nid 1\nmade 2026-11-22\nkey " KEY "\n", "line 1"},
        {"gdpop-key 1\r\nid 1\nmade 2026-11-22\nkey " KEY "\n", "line 1"},
        {"gdpop-key 1\nid 0\nmade 2026-11-22\nkey " KEY "\n", "line 2"},
        {"gdpop-key 1\nid 4294967296\nmade 2026-11-22\nkey " KEY "\n", "line 2"},
        {"gdpop-key 1\nid 99999999999999999999\nmade 2026-11-22\nkey " KEY "\n", "line 2"},
        {"gdpop-key 1\nid -1\nmade 2026-11-22\nkey " KEY "\n", "line 2"},
        {"gdpop-key 1\nid\nmade 2026-11-22\nkey " KEY "\n", "line 2"},
        {"gdpop-key 1\nid 1\nmade yesterday\nkey " KEY "\n", "line 3"},
        {"gdpop-key 1\nid 1\nkey " KEY "\n", "line 3"},
        {"gdpop-key 1\nid 1\nmade 2026-11-22\nkey " KEY "00\n", "line 4"},
        {"gdpop-key 1\nid 1\nmade 2026-11-22\nkey 0a0b0c\n", "line 4"},
        {"gdpop-key 1\nid 1\nmade 2026-11-22\nkey x" KEY "\n", "line 4"},
        {"gdpop-key 1\nid 1\nmade 2026-11-22\nkey " KEY, "line 4"}, /* cut */
        {GOOD "\n", "line 5"},
        {GOOD "key " KEY "\n", "line 5"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char part[64];
        snprintf(part, sizeof(part), "bad.key, %s", cases[i].part);
        put_text("bad.key", cases[i].text);
        assert_refused(part);
        assert_int_equal(keyring_create(dir), GDPOP_ERR_KEY);
    }
    char big[512];
    memset(big, 'x', sizeof(big));
    put("bad.key", big, sizeof(big), 0600);
    assert_refused("bad.key is not a key file");
    put("bad.key", GOOD "\0", sizeof(GOOD), 0600);
    assert_refused("bad.key is not a key file");
}

static void test_unsafe_files_are_refused(void **state)
{
    static const mode_t modes[] = {0640, 0620, 0610, 0604, 0602, 0601, 0644, 0666};
    char path[64], target[64];
    (void)state;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        put("a.key", GOOD, sizeof(GOOD) - 1, modes[i]);
        assert_refused("a.key is open to others");
    }
    put("a.key", GOOD, sizeof(GOOD) - 1, 0600);
    assert_int_equal(chmod(dir, 0750), 0);
    assert_refused("is open to others (mode 0750)");
    assert_int_equal(chmod(dir, 0700), 0);

    path_of("b.key", path);
    path_of("a.key", target);
    assert_int_equal(symlink(target, path), 0);
    assert_refused("b.key: it is a symbolic link");
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused("b.key is not a regular file");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused("b.key is not a regular file");
    rmdir(path);
    if (geteuid() == 0) {
        assert_int_equal(chown(target, 65534, 0), 0);
        assert_refused("a.key belongs to user 65534");
    }
}

static void test_missing_keys(void **state)
{
    struct keyring *k;
    (void)state;
    assert_refused("there is no key in /tmp/");
    assert_int_equal(keyring_open("/nonexistent/keys", &k), GDPOP_ERR_KEY);
    assert_string_equal(err_sentence(), "cannot open the key directory /nonexistent/keys: "
                                        "no such file or directory");
    assert_int_equal(keyring_create("/nonexistent/keys"), GDPOP_ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_create_and_rotate, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_a_full_ring_is_not_overfilled, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_derived_keys_are_those_of_the_form, make_dir,
                                        remove_dir),
        cmocka_unit_test_setup_teardown(test_names_and_ids, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_malformed_files_name_the_line, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_unsafe_files_are_refused, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_missing_keys, make_dir, remove_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
