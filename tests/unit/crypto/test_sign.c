#include "base/err.h"
#include "crypto/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/gdpop-sign-XXXXXX";
static char path[64];

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof(path), "%s/sign.pem", dir);
    return sign_key_create(path);
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static void test_sign_and_check(void **state)
{
    (void)state;
    struct sign_key *key, *public_key, *other;
    struct arena *a = arena_new();
    uint8_t signature[SIGN_MAX_BYTES];
    size_t len;
    char *pem, second[80];
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(sign_key_read(path, &key), 0);
    assert_int_equal(sign_public_pem(key, a, &pem), 0);
    assert_int_equal(sign_key_parse(bytes_of_text(pem), "pem", &public_key), 0);
    assert_int_equal(sign_make(key, bytes_of_text("text"), signature, &len), 0);
    assert_int_equal(sign_check(public_key, bytes_of_text("text"), BYTES(signature, len)), 0);
    assert_int_equal(sign_check(public_key, bytes_of_text("next"), BYTES(signature, len)),
                     GDPOP_ERR_SEAL);
    signature[len - 1] ^= 1;
    assert_int_equal(sign_check(public_key, bytes_of_text("text"), BYTES(signature, len)),
                     GDPOP_ERR_SEAL);
    assert_int_equal(sign_check(public_key, bytes_of_text("text"), BYTES("", 0)), GDPOP_ERR_SEAL);
    snprintf(second, sizeof(second), "%s2", path);
    assert_int_equal(sign_key_create(second), 0);
    assert_int_equal(sign_key_read(second, &other), 0);
    signature[len - 1] ^= 1;
    assert_int_equal(sign_check(other, bytes_of_text("text"), BYTES(signature, len)),
                     GDPOP_ERR_SEAL);
    unlink(second);
    sign_key_free(other);
    sign_key_free(public_key);
    sign_key_free(key);
    arena_free(a);
}

/* Signed and verified by the openssl program under the standard's id. */
static void test_the_standard_id(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct sign_key *key;
    char *pem, command[1024];
    uint8_t signature[SIGN_MAX_BYTES];
    size_t len;
    assert_int_equal(sign_key_read(path, &key), 0);
    assert_int_equal(sign_public_pem(key, a, &pem), 0);
    assert_int_equal(sign_make(key, bytes_of_text("text"), signature, &len), 0);
    snprintf(command, sizeof(command), "%s/signature", dir);
    FILE *f = fopen(command, "we");
    fwrite(signature, 1, len, f);
    fclose(f);
    snprintf(command, sizeof(command),
             "cd %s && printf text > text && openssl pkey -in sign.pem -pubout -out pub && "
             "openssl pkeyutl -verify -pubin -inkey pub -rawin -digest sm3 -in text -sigfile "
             "signature -pkeyopt distid:1234567812345678 >out 2>&1; r=$?; rm -f text pub out "
             "signature; exit $r",
             dir);
    assert_int_equal(system(command), 0);
    sign_key_free(key);
    arena_free(a);
}

static void test_what_is_no_key(void **state)
{
    (void)state;
    struct sign_key *key;
    char other[80];
    assert_int_equal(sign_key_parse(bytes_of_text("hello"), "f.pem", &key), GDPOP_ERR_KEY);
    assert_non_null(strstr(err_sentence(), "f.pem"));
    snprintf(other, sizeof(other), "%s/none", dir);
    assert_int_equal(sign_key_read(other, &key), GDPOP_ERR_KEY);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(sign_key_read(path, &key), GDPOP_ERR_KEY);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(sign_key_create(path), 0); /* stays as it is */
    assert_int_equal(sign_key_read(path, &key), 0);
    sign_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_and_check),
        cmocka_unit_test(test_the_standard_id),
        cmocka_unit_test(test_what_is_no_key),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
