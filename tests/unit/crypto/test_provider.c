/* A setuid program must not obey OPENSSL_CONF: its file is watched, and never opened by gdpop. */
#include "crypto/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

static bool was_opened(int watch)
{
    struct inotify_event events[16];
    return read(watch, events, sizeof(events)) > 0;
}

static void test_configuration_of_openssl_is_not_read(void **state)
{
    char path[] = "/tmp/gdpop-openssl-XXXXXX";
    struct bytes abc = bytes_of_text("abc");
    uint8_t out[DIGEST_BYTES];
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(inotify_add_watch(watch, path, IN_OPEN) >= 0);
    assert_int_equal(setenv("OPENSSL_CONF", path, 1), 0);

    assert_int_equal(digest_sm3(&abc, 1, out), 0);
    assert_false(was_opened(watch));
    /* the control: OpenSSL's default context does open it */
    EVP_MD_free(EVP_MD_fetch(NULL, "SM3", NULL));
    assert_true(was_opened(watch));

    close(watch);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_configuration_of_openssl_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
