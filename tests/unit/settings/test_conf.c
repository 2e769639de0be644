#include "base/err.h"
#include "settings/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char dir[64], path[96];
};

static int begin(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    strcpy(p->dir, "/tmp/test_conf.XXXXXX");
    if (!mkdtemp(p->dir))
        return -1;
    snprintf(p->path, sizeof(p->path), "%s/gdpop.conf", p->dir);
    *state = p;
    return 0;
}

static int end(void **state)
{
    struct place *p = *state;
    unlink(p->path);
    rmdir(p->dir);
    free(p);
    return 0;
}

static void write_conf(const struct place *p, const char *text, size_t len)
{
    FILE *f = fopen(p->path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
    assert_int_equal(chmod(p->path, 0644), 0);
}

static void assert_default(const struct conf *c, const char *path)
{
    struct conf expected;
    conf_default(&expected);
    strcpy(expected.path, path);
    assert_memory_equal(c, &expected, sizeof(expected));
}

static void without_a_file_root_is_break_glass(void **state)
{
    struct place *p = *state;
    struct conf c;
    memset(&c, 0xff, sizeof(c));
    conf_default(&c);
    assert_true(conf_is_break_glass(&c, "root"));
    assert_false(conf_is_break_glass(&c, ""));
    assert_false(conf_is_break_glass(&c, "roo"));
    assert_string_equal(c.store_dir, "/var/lib/gdpop");
    assert_int_equal(c.local_uid_max, 999);

    assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_NOT_FOUND);
    assert_non_null(strstr(err_sentence(), p->path));
    assert_default(&c, p->path);
}

static void the_shipped_file_holds_the_defaults(void **state)
{
    struct place *p = *state;
    static char text[65536], keys[65536];
    FILE *f = fopen(SOURCE_DIR "/conf/gdpop.conf", "rb");
    assert_non_null(f);
    size_t len = fread(text, 1, sizeof(text), f);
    fclose(f);
    write_conf(p, text, len);
    struct conf c;
    assert_int_equal(conf_read(p->path, &c), 0);
    assert_default(&c, p->path);

    /* and so does each key when its # is removed */
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '#' || (i > 0 && text[i - 1] != '\n') || text[i + 1] == ' ')
            keys[n++] = text[i];
    write_conf(p, keys, n);
    if (conf_read(p->path, &c) != 0)
        fail_msg("%s", err_sentence());
    assert_default(&c, p->path);
    static const char *const names[] = {
        "break_glass",    "local_uid_max", "store_dir",      "key_dir", "snapshot",      "language",
        "store_wait_sec", "map_size_mib",  "trusted_caller", "forward", "forward_socket"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char line[40];
        snprintf(line, sizeof(line), "\n#%s =", names[i]);
        assert_non_null(strstr(text, line));
    }
}

static void every_key_is_read(void **state)
{
    struct place *p = *state;
    static const char text[] = "break_glass = root rescue\n"
                               "local_uid_max = 899\n"
                               "store_dir = /srv/gdpop\n"
                               "key_dir = /srv/keys/\n"
                               "snapshot = /srv/nss/snapshot ; public\n"
                               "language = en\n"
                               "store_wait_sec = 60\n"
                               "map_size_mib = 16\n"
                               "trusted_caller = gdpop-vpn:110  web:0\n"
                               "forward = journal  syslog\n"
                               "forward_socket = /run/log/events\n";
    write_conf(p, text, strlen(text));
    struct conf c;
    if (conf_read(p->path, &c) != 0)
        fail_msg("%s", err_sentence());
    assert_int_equal(c.break_glass_count, 2);
    assert_true(conf_is_break_glass(&c, "rescue"));
    assert_int_equal(c.local_uid_max, 899);
    assert_string_equal(c.store_dir, "/srv/gdpop");
    assert_string_equal(c.key_dir, "/srv/keys/");
    assert_string_equal(c.snapshot, "/srv/nss/snapshot");
    assert_string_equal(c.language, "en");
    assert_int_equal(c.store_wait_sec, 60);
    assert_int_equal(c.map_size_mib, 16);
    assert_int_equal(c.forward, 1U << CONF_FORWARD_syslog | 1U << CONF_FORWARD_journal);
    assert_string_equal(c.forward_socket, "/run/log/events");
    assert_int_equal(c.caller_count, 2);
    assert_string_equal(c.caller[0].service, "gdpop-vpn");
    assert_int_equal(c.caller[0].uid, 110);
    assert_string_equal(c.caller[1].service, "web");
    assert_string_equal(c.path, p->path);
}

static void break_glass_is_what_the_file_says(void **state)
{
    struct place *p = *state;
    write_conf(p, "break_glass = rescue\n", 21);
    struct conf c;
    assert_int_equal(conf_read(p->path, &c), 0);
    assert_false(conf_is_break_glass(&c, "root"));
    assert_true(conf_is_break_glass(&c, "rescue"));
}

static void mistakes_are_told_with_their_line(void **state)
{
    struct place *p = *state;
    static char overlong[400] = "language = en\nstore_dir = /";
    memset(overlong + strlen(overlong), 'x', 200);
    static const char *const cases[][2] = {
        {"language = de\n", ":1: language must be zh or en"},
        {"\n# x\nlanguge = en\n", ":3: Unknown key \"languge\""},
        {"language = en\nlanguage = en\n", ":2: language is given twice"},
        {"language\n", ":1: Neither"},
        {"[store]\nlanguage = en\n", ":2: gdpop.conf has no sections"},
        {"store_dir = var/lib/gdpop\n", ":1: store_dir must be an absolute path"},
        {"key_dir =\n", ":1: key_dir must be an absolute path"},
        {"snapshot = /var/../etc/x\n", ":1: snapshot must be an absolute path"},
        {"snapshot = /var/.\n", ":1: snapshot must be an absolute path"},
        {"local_uid_max = -1\n", ":1: local_uid_max must be a whole number from 0 to 4294967294"},
        {"local_uid_max = 4294967295\n", ":1: local_uid_max must be"},
        {"local_uid_max = 99999999999999999999\n", ":1: local_uid_max must be"},
        {"store_wait_sec = 0\n", ":1: store_wait_sec must be a whole number from 1 to 60"},
        {"store_wait_sec = 61\n", ":1: store_wait_sec must be"},
        {"store_wait_sec = 5s\n", ":1: store_wait_sec must be"},
        {"map_size_mib = 15\n", ":1: map_size_mib must be a whole number from 16"},
        {"map_size_mib = 1048577\n", ":1: map_size_mib must be"},
        {"break_glass =\n", ":1: break_glass is empty"},
        {"break_glass = ro:ot\n", ":1: break_glass must be"},
        {"break_glass = -x\n", ":1: break_glass must be"},
        {"break_glass = aaaaaaaaaabbbbbbbbbbccccccccccddd\n", ":1: break_glass must be"},
        {"break_glass = a b c d e f g h i j k l m n o p q\n", ":1: break_glass must be"},
        {"trusted_caller = vpn\n", ":1: trusted_caller must be"},
        {"trusted_caller = :110\n", ":1: trusted_caller must be"},
        {"trusted_caller = vpn:\n", ":1: trusted_caller must be"},
        {"trusted_caller = vpn:-1\n", ":1: trusted_caller must be"},
        {"trusted_caller = vpn:4294967295\n", ":1: trusted_caller must be"},
        {"trusted_caller = ../vpn:1\n", ":1: trusted_caller must be"},
        {"language = en\n store_wait_sec = 6\n", ":2: A line may not begin with a blank"},
        {"language = \xff\n", ":1: The line is not UTF-8"},
        {overlong, ":2: The line is longer than 197 bytes"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct conf c;
        write_conf(p, cases[i][0], strlen(cases[i][0]));
        assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_CONFIG);
        const char *at = strstr(err_sentence(), p->path);
        if (!at || strncmp(at + strlen(p->path), cases[i][1], strlen(cases[i][1])) != 0)
            fail_msg("case %zu: %s", i, err_sentence());
        assert_true(conf_is_break_glass(&c, "root"));
        assert_string_equal(c.store_dir, "/var/lib/gdpop");
    }
    struct conf c;
    write_conf(p, "language = e\0n\n", 15);
    assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_CONFIG);
    assert_default(&c, p->path);
}

/* A mistake in the file must not lock out whoever can mend it. */
static void break_glass_survives_a_mistake_behind_it(void **state)
{
    struct place *p = *state;
    static const char text[] = "break_glass = rescue\nlanguage = en\nlocal_uid_max = x\n";
    write_conf(p, text, strlen(text));
    struct conf c;
    assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_CONFIG);
    assert_true(conf_is_break_glass(&c, "root"));
    assert_true(conf_is_break_glass(&c, "rescue"));
    assert_string_equal(c.language, "zh");

    static const char many[] = "break_glass = a b c d e f g h i j k l m n o p\nlanguage = x\n";
    write_conf(p, many, strlen(many));
    assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_CONFIG);
    assert_true(conf_is_break_glass(&c, "root"));
    assert_true(c.break_glass_count <= CONF_NAMES_MAX);
}

static void others_may_not_write_the_file(void **state)
{
    struct place *p = *state;
    struct conf c;
    static const struct {
        mode_t mode;
        bool accepted;
    } modes[] = {{0644, true}, {0600, true}, {0400, true}, {0664, false}, {0646, false}};
    write_conf(p, "break_glass = rescue\n", 21);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(p->path, modes[i].mode), 0);
        assert_int_equal(conf_read(p->path, &c), modes[i].accepted ? 0 : GDPOP_ERR_CONFIG);
        assert_int_equal(conf_is_break_glass(&c, "rescue"), modes[i].accepted);
    }
    assert_non_null(strstr(err_sentence(), "0646"));
    if (geteuid() == 0) {
        assert_int_equal(chmod(p->path, 0644), 0);
        assert_int_equal(chown(p->path, 65534, 0), 0);
        assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_CONFIG);
        assert_non_null(strstr(err_sentence(), "uid 65534"));
    }
}

static void only_a_plain_short_file_is_read(void **state)
{
    struct place *p = *state;
    struct conf c;
    assert_int_equal(symlink("/dev/null", p->path), 0);
    assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_CONFIG);
    assert_non_null(strstr(err_sentence(), "symbolic link"));
    unlink(p->path);
    assert_int_equal(mkfifo(p->path, 0600), 0);
    assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_CONFIG);
    assert_non_null(strstr(err_sentence(), "regular file"));
    unlink(p->path);
    assert_int_equal(conf_read(p->dir, &c), GDPOP_ERR_CONFIG);

    static char big[65537];
    memset(big, '\n', sizeof(big));
    write_conf(p, big, sizeof(big));
    assert_int_equal(conf_read(p->path, &c), GDPOP_ERR_CONFIG);
    write_conf(p, big, sizeof(big) - 1);
    assert_int_equal(conf_read(p->path, &c), 0);
    memset(big, 'x', 300);
    big[300] = '\0';
    assert_int_equal(conf_read(big, &c), GDPOP_ERR_CONFIG);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(without_a_file_root_is_break_glass),
        TEST(the_shipped_file_holds_the_defaults),
        TEST(every_key_is_read),
        TEST(break_glass_is_what_the_file_says),
        TEST(mistakes_are_told_with_their_line),
        TEST(break_glass_survives_a_mistake_behind_it),
        TEST(others_may_not_write_the_file),
        TEST(only_a_plain_short_file_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
