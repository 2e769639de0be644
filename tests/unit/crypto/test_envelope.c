#include "base/err.h"
#include "crypto/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FRAME = 65536, FILE_MAX = 4 * FRAME };

static char dir[] = "/tmp/gdpop-envelope-XXXXXX";
static struct sign_key *host, *recipient, *second, *stranger;
static uint8_t plain[3 * FRAME];

static struct sign_key *make_key(const char *name)
{
    char path[80];
    struct sign_key *k;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    assert_int_equal(sign_key_create(path), 0);
    assert_int_equal(sign_key_read(path, &k), 0);
    unlink(path);
    return k;
}

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    host = make_key("host");
    recipient = make_key("recipient");
    second = make_key("second");
    stranger = make_key("stranger");
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (uint8_t)(i * 7 + i / 251);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sign_key_free(host);
    sign_key_free(recipient);
    sign_key_free(second);
    sign_key_free(stranger);
    return rmdir(dir);
}

static int seal(size_t len)
{
    int fd = memfd_create("envelope", MFD_CLOEXEC);
    const struct sign_key *keys[] = {recipient, second};
    struct envelope *e;
    assert_true(fd >= 0);
    assert_int_equal(envelope_seal(fd, bytes_of_text("label"), keys, 2, &e), 0);
    for (size_t at = 0; at < len; at += 1000)
        assert_int_equal(envelope_write(e, plain + at, len - at < 1000 ? len - at : 1000), 0);
    assert_int_equal(envelope_end(e, host), 0);
    assert_int_equal(envelope_bytes(e), lseek(fd, 0, SEEK_END));
    envelope_free(e);
    return fd;
}

/* Reads all of it; the number of plain bytes that were given out comes back in *len. */
static int read_back(int fd, const struct sign_key *key, const struct sign_key *signer, size_t *len)
{
    struct envelope *e;
    struct bytes label;
    bool got = true;
    *len = 0;
    lseek(fd, 0, SEEK_SET);
    int r = envelope_open(fd, &e, &label);
    if (r < 0)
        return r;
    if (key)
        r = envelope_unlock(e, key);
    while (r == 0 && key && got) {
        uint8_t c;
        r = envelope_read(e, &c, 1, &got);
        if (r == 0 && got && c != plain[(*len)++])
            r = -1000; /* false bytes were given out */
    }
    if (r == 0)
        r = envelope_finish(e, signer);
    envelope_free(e);
    return r;
}

static void test_lengths(void **state)
{
    static const size_t lengths[] = {0, 1, 999, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME};
    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        size_t len;
        int fd = seal(lengths[i]);
        assert_int_equal(read_back(fd, recipient, host, &len), 0);
        assert_int_equal(len, lengths[i]);
        assert_int_equal(read_back(fd, second, NULL, &len), 0);
        assert_int_equal(len, lengths[i]);
        assert_int_equal(read_back(fd, NULL, host, &len), 0); /* whole, without a key */
        close(fd);
    }
}

static void test_keys(void **state)
{
    size_t len;
    int fd = seal(2000);
    (void)state;
    assert_int_equal(read_back(fd, stranger, host, &len), GDPOP_ERR_KEY);
    assert_int_equal(len, 0);
    assert_int_equal(read_back(fd, recipient, stranger, &len), GDPOP_ERR_SEAL);
    assert_int_equal(read_back(fd, NULL, stranger, &len), GDPOP_ERR_SEAL);
    close(fd);
}

/* Every byte of the file counts, with the key and without, and so does its end. */
static void test_tampering(void **state)
{
    static uint8_t file[FILE_MAX];
    size_t given;
    int fd = seal(300);
    ssize_t len = pread(fd, file, sizeof(file), 0);
    (void)state;
    for (ssize_t at = 0; at < len; at++) {
        uint8_t c = file[at] ^ 0x41;
        assert_int_equal(pwrite(fd, &c, 1, at), 1);
        assert_int_not_equal(read_back(fd, recipient, host, &given), 0);
        assert_int_not_equal(read_back(fd, NULL, host, &given), 0);
        assert_int_equal(pwrite(fd, file + at, 1, at), 1);
    }
    for (ssize_t cut = 0; cut < len; cut++) {
        assert_int_equal(ftruncate(fd, cut), 0);
        assert_int_not_equal(read_back(fd, recipient, NULL, &given), 0);
        assert_int_not_equal(read_back(fd, NULL, NULL, &given), 0);
        assert_int_equal(pwrite(fd, file, (size_t)len, 0), len);
    }
    assert_int_equal(pwrite(fd, "", 1, len), 1); /* something behind it */
    assert_int_equal(read_back(fd, recipient, host, &given), GDPOP_ERR_SEAL);
    close(fd);
}

/* Frames that are whole cannot change places or be left out. */
static void test_order(void **state)
{
    static uint8_t file[FILE_MAX];
    size_t given, first = 0, frame = 5 + FRAME + 32;
    int fd = seal(3 * FRAME);
    ssize_t len = pread(fd, file, sizeof(file), 0);
    (void)state;
    while (file[first] != 'D' || file[first + 2] != 1 || file[first + 3] != 0)
        first++;
    assert_int_equal(pwrite(fd, file + first + frame, frame, (off_t)first), frame);
    assert_int_equal(pwrite(fd, file + first, frame, (off_t)(first + frame)), frame);
    assert_int_equal(read_back(fd, recipient, host, &given), GDPOP_ERR_SEAL);
    assert_int_equal(read_back(fd, NULL, host, &given), GDPOP_ERR_SEAL);
    assert_int_equal(pwrite(fd, file, (size_t)len, 0), len);
    assert_int_equal(pwrite(fd, file + first + frame, (size_t)len - first - frame, (off_t)first),
                     (size_t)len - first - frame);
    assert_int_equal(ftruncate(fd, len - (ssize_t)frame), 0);
    assert_int_equal(read_back(fd, recipient, NULL, &given), GDPOP_ERR_SEAL);
    close(fd);
}

static void test_passphrase(void **state)
{
    static const char command[] = "openssl genpkey -algorithm SM2 -aes-256-cbc -pass pass:right "
                                  "-out %s/encrypted 2>/dev/null";
    char path[80], line[200], pem[4096];
    struct sign_key *k;
    (void)state;
    snprintf(line, sizeof(line), command, dir);
    assert_int_equal(system(line), 0);
    snprintf(path, sizeof(path), "%s/encrypted", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = read(fd, pem, sizeof(pem));
    struct bytes text = BYTES(pem, (size_t)len);
    close(fd);
    unlink(path);
    assert_int_equal(sign_key_parse_private(text, "wrong", "key", &k), GDPOP_ERR_KEY);
    assert_int_equal(sign_key_parse_private(text, NULL, "key", &k), GDPOP_ERR_KEY);
    assert_null(k);
    assert_int_equal(sign_key_parse_private(text, "right", "key", &k), 0);
    sign_key_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),    cmocka_unit_test(test_keys),
        cmocka_unit_test(test_tampering),  cmocka_unit_test(test_order),
        cmocka_unit_test(test_passphrase),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
