/* Key lines as ssh-keygen writes them; a certificate gives the key that it certifies. */
#include "base/err.h"
#include "model/sshkey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#define ED25519 "AAAAC3NzaC1lZDI1NTE5AAAAIJ4uru8duZCXUB2dNI2swAT8dqEeTGWVOZEEY+1EJ0E7"
#define ED25519_CERTIFICATE                                                                        \
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIMopb8JuYwB86fn/pocnzdDksCXDDjIi"         \
    "qPWKNHt+Ljo1AAAAIJ4uru8duZCXUB2dNI2swAT8dqEeTGWVOZEEY+1EJ0E7AAAAAAAAAAcAAAABAAAAAmlk"         \
    "AAAADAAAAAh6aGFuZ3NhbgAAAAAAAAAA//////////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRp"         \
    "bmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5n"         \
    "AAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQy"         \
    "NTUxOQAAACABUqS9Gsnf3u+w2BF9dWxwPJkAnyGwLPeQ0suXcKxA/wAAAFMAAAALc3NoLWVkMjU1MTkAAABA"         \
    "fg3Mjq5rpQkcecxlJknBvW/xiRSdJxfPc3+iyOb0ZPSgLFoRoDyyi4RW1ejfdA0EA0yy2Z7Vn91yIZbFC8Kc"         \
    "BA=="
#define ECDSA                                                                                      \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDrBOKNXxVb6oWW+bz1djymuCtf1U6EW"         \
    "URQD2Xp6fJ4+zzpCDfXq0HseMZ7sNSLlwySzcA8VaAlu+95kFhLGgvg="
#define ECDSA_CERTIFICATE                                                                          \
    "AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAg5pJKpYZWJU96WICeHR/q"         \
    "GMvCbWGQAbialkkNvjkr6zwAAAAIbmlzdHAyNTYAAABBBDrBOKNXxVb6oWW+bz1djymuCtf1U6EWURQD2Xp6"         \
    "fJ4+zzpCDfXq0HseMZ7sNSLlwySzcA8VaAlu+95kFhLGgvgAAAAAAAAABwAAAAEAAAACaWQAAAAMAAAACHpo"         \
    "YW5nc2FuAAAAAAAAAAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAAAX"         \
    "cGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBl"         \
    "cm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIAFS"         \
    "pL0ayd/e77DYEX11bHA8mQCfIbAs95DSy5dwrED/AAAAUwAAAAtzc2gtZWQyNTUxOQAAAEAvQ+9khu5tSrpH"         \
    "yFZswpt8FXNPChH6aAT9x4M2lS6CgZ/8hTvYUhG5u9mA1OhT87MxDKZ30WYv30Kjq6VoO2EJ"
#define RSA                                                                                        \
    "AAAAB3NzaC1yc2EAAAADAQABAAABgQDGkZgscQxgWax44G5Ado2s500TbvHhlaN+fI7EzqaMFdtGJKW0Ytd4"         \
    "AU5lZRIIag43aBAW/+XRBvoMH0kBleCArMxhazcJX4PXjgymOaq/vHVqhPy0YdslToLAI4F826tWrPgBZYk+"         \
    "dtdjME8Nfwoc1tU6RumH7igh9HUCo7Cre9Wiyi5w96tDWCDDXv/ajGpEiXM7w2/SGGTFvwts2gVwnvrZ4pJT"         \
    "HBXosJ6rrBi6kyRD3wwY2qO9jLU0Qzk4Zs+n9NYOUo/URSEksWazJ5ybKimXZ3QaKcPbytddrpQXLGGSXb5e"         \
    "Bkbgl43cb/7viSEvmIF74J3HfdT1HUf0IqiyYtZaxG8QGOSBsaSw88UvD4ri5pYnaQbUUGextMsDB7iNTGKu"         \
    "8BTDy/dc4XySfHMxi6mIZI7qqQq06RAP66f0o2Mr/mbMCIYafd4qWcSGKxgKTtPgE4U2Vd9DSnipEMJjWx8d"         \
    "wRNPcChGzB+89PyegaDdADkNjLrKlW953Keigr8="
#define RSA_CERTIFICATE                                                                            \
    "AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgzKGeA5kZxQ2AjnuSkD1VAIIWLu0JfZLpqRkK"         \
    "zMOFzmgAAAADAQABAAABgQDGkZgscQxgWax44G5Ado2s500TbvHhlaN+fI7EzqaMFdtGJKW0Ytd4AU5lZRII"         \
    "ag43aBAW/+XRBvoMH0kBleCArMxhazcJX4PXjgymOaq/vHVqhPy0YdslToLAI4F826tWrPgBZYk+dtdjME8N"         \
    "fwoc1tU6RumH7igh9HUCo7Cre9Wiyi5w96tDWCDDXv/ajGpEiXM7w2/SGGTFvwts2gVwnvrZ4pJTHBXosJ6r"         \
    "rBi6kyRD3wwY2qO9jLU0Qzk4Zs+n9NYOUo/URSEksWazJ5ybKimXZ3QaKcPbytddrpQXLGGSXb5eBkbgl43c"         \
    "b/7viSEvmIF74J3HfdT1HUf0IqiyYtZaxG8QGOSBsaSw88UvD4ri5pYnaQbUUGextMsDB7iNTGKu8BTDy/dc"         \
    "4XySfHMxi6mIZI7qqQq06RAP66f0o2Mr/mbMCIYafd4qWcSGKxgKTtPgE4U2Vd9DSnipEMJjWx8dwRNPcChG"         \
    "zB+89PyegaDdADkNjLrKlW953Keigr8AAAAAAAAABwAAAAEAAAACaWQAAAAMAAAACHpoYW5nc2FuAAAAAAAA"         \
    "AAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50"         \
    "LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAA"         \
    "AAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIAFSpL0ayd/e77DYEX11"         \
    "bHA8mQCfIbAs95DSy5dwrED/AAAAUwAAAAtzc2gtZWQyNTUxOQAAAEB3itg/6Pp/U8Vp0hTEvZghloYNVF68"         \
    "T8ICZxHQLM7LgXtdGjMOtMIAJtWRJb0qGua0tcIValasOtOl22IasCgM"

static int setup(void **state)
{
    return (*state = arena_new()) ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void test_plain(void **state)
{
    static const struct {
        const char *line, *plain;
    } cases[] = {
        {"ssh-ed25519 " ED25519, "ssh-ed25519 " ED25519},
        {"ssh-ed25519 " ED25519 " a comment\n", "ssh-ed25519 " ED25519},
        {" \tssh-ed25519  \t" ED25519 "\r\n", "ssh-ed25519 " ED25519},
        {"ssh-rsa " RSA, "ssh-rsa " RSA},
        {"ecdsa-sha2-nistp256 " ECDSA, "ecdsa-sha2-nistp256 " ECDSA},
        {"ssh-ed25519-cert-v01@openssh.com " ED25519_CERTIFICATE " id", "ssh-ed25519 " ED25519},
        {"ssh-rsa-cert-v01@openssh.com " RSA_CERTIFICATE, "ssh-rsa " RSA},
        {"ecdsa-sha2-nistp256-cert-v01@openssh.com " ECDSA_CERTIFICATE,
         "ecdsa-sha2-nistp256 " ECDSA},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *plain;
        if (sshkey_plain(cases[i].line, *state, &plain) != 0)
            fail_msg("case %zu: %s", i, err_sentence());
        assert_string_equal(plain, cases[i].plain);
    }
}

static void test_refused(void **state)
{
    static const char *const lines[] = {
        "",
        " ",
        "ssh-ed25519",
        "ssh-ed25519 ",
        "ssh-dss AAAA",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 ????",
        "ssh-rsa " ED25519,                          /* not the type it says */
        "ssh-ed25519-cert-v01@openssh.com " ED25519, /* no certificate */
        "ssh-ed25519 " ED25519_CERTIFICATE,          /* no plain key */
        "ssh-ed25519 " ED25519 "AAAA",               /* more than a key */
        "restrict,pty ssh-ed25519 " ED25519,         /* options are no key */
        "-----BEGIN OPENSSH PRIVATE KEY-----",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char *plain;
        if (sshkey_plain(lines[i], *state, &plain) != GDPOP_ERR_FORMAT || plain)
            fail_msg("case %zu was taken: %s", i, lines[i]);
        assert_string_not_equal(err_sentence(), "");
    }
}

static void test_every_cut_is_refused(void **state)
{
    static const char whole[] = "ssh-ed25519 " ED25519;
    for (size_t len = sizeof("ssh-ed25519 ") - 1; len < sizeof(whole) - 1; len++) {
        char line[sizeof(whole)], *plain;
        memcpy(line, whole, len);
        line[len] = '\0';
        if (sshkey_plain(line, *state, &plain) != GDPOP_ERR_FORMAT)
            fail_msg("%zu bytes were taken", len);
    }
}

static void test_auth_info(void **state)
{
    char *plain;
    assert_int_equal(sshkey_from_auth_info("publickey ssh-ed25519 " ED25519 "\n", *state, &plain),
                     0);
    assert_string_equal(plain, "ssh-ed25519 " ED25519);
    assert_int_equal(
        sshkey_from_auth_info("keyboard-interactive/pam\npublickey ssh-ed25519 " ED25519 "\n",
                              *state, &plain),
        0);
    assert_string_equal(plain, "ssh-ed25519 " ED25519);
    assert_int_equal(sshkey_from_auth_info("password\n", *state, &plain), GDPOP_ERR_NOT_FOUND);
    assert_int_equal(sshkey_from_auth_info("", *state, &plain), GDPOP_ERR_NOT_FOUND);
    assert_int_equal(sshkey_from_auth_info(NULL, *state, &plain), GDPOP_ERR_NOT_FOUND);
    assert_int_equal(sshkey_from_auth_info("publickey \n", *state, &plain), GDPOP_ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_cut_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_auth_info, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
