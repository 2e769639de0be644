/* A code told by telephone in place of a forgotten password: where, when, how often. */
#include "fixture.h"

#include "crypto/code.h"

#define CODE "4170629358"

struct given {
    int64_t until_at;
    uint32_t tries;
    const char *owner;
};

static int put_code(struct txn *t, void *arg)
{
    const struct given *g = arg;
    Model__ResetCode code = MODEL__RESET_CODE__INIT;
    Model__Credential *c;
    uint8_t digest[CODE_DIGEST_BYTES];
    struct secret secret;
    int r = store_get_credential(t, USER, &c);
    assert_true(code_parse(CODE, strlen(CODE), &secret));
    assert_ok(code_digest(store_keyring(txn_store(t)), SPOKEN_CODE, g->owner, &secret, digest));
    code.digest = (ProtobufCBinaryData){sizeof(digest), digest};
    code.until_at = g->until_at;
    code.tries = g->tries;
    c->reset = &code;
    return r == 0 ? store_put_credential(t, USER, c) : r;
}

static void give_code(struct fixture *f, int64_t for_sec, unsigned tries)
{
    struct given g = {clock_now() + for_sec * CLOCK_SECOND, tries, USER};
    with_store(f, put_code, &g);
}

static void it_enters_once_and_asks_for_an_own_password(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    give_code(f, 60, 3);
    assert_ok(gdpop_authenticate(f->g, &ev, CODE, strlen(CODE), &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    char proof[sizeof(v.proof)];
    memcpy(proof, v.proof, sizeof(proof));
    ev.password_proved = true;
    ev.proof = proof;
    assert_ok(gdpop_account(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_CHANGE_PASSWORD);
    ev.password_proved = false;
    assert_int_equal(try_password(f, &ev, CODE), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_DENIED_CREDENTIAL);
    ev.password_proved = true;
    const char *own = "Zi-Xuan-Mi-Ma-73!";
    assert_ok(gdpop_password_change(f->g, &ev, NULL, 0, own, strlen(own), &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    ev.password_proved = false;
    assert_int_equal(try_password(f, &ev, own), GDPOP_ALLOWED);
    assert_int_equal(events(f, "reset.used", "done"), 1);
}

static void the_password_goes_on_until_it_is_used(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    give_code(f, 60, 3);
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
    assert_int_equal(try_password(f, &ev, "417-062 9358"), GDPOP_ALLOWED);
}

static void only_from_the_bound_device_at_the_workplace(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence from[5];
    for (size_t i = 0; i < 5; i++)
        from[i] = evidence();
    from[0].address = OUTSIDE;
    from[1].auth_info = NULL;
    from[2].auth_info = "publickey ssh-ed25519 "
                        "AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8h\n";
    from[3].service = "sudo";
    from[4].service = "gdpop-admin";
    give_code(f, 60, 3);
    for (size_t i = 0; i < 5; i++)
        if (try_password(f, &from[i], CODE) != GDPOP_DENIED_CREDENTIAL)
            fail_msg("case %zu is let in", i);
    /* Nor do they use up its tries. */
    struct gdpop_evidence ev = evidence();
    assert_int_equal(try_password(f, &ev, CODE), GDPOP_ALLOWED);
}

static int put_exception(struct txn *t, void *arg)
{
    Model__Permit p = MODEL__PERMIT__INIT;
    (void)arg;
    p.id = T("X000001");
    p.kind = T("exception");
    p.subject = T(USER);
    p.from_at = clock_now() - CLOCK_DAY;
    p.until_at = clock_now() + CLOCK_DAY;
    return store_put_permit(t, &p);
}

/* An exception is for the password; a code stays at the workplace. */
static void an_exception_does_not_hold_for_it(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    ev.address = OUTSIDE;
    with_store(f, put_exception, NULL);
    give_code(f, 60, 3);
    assert_ok(gdpop_account(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    assert_int_equal(try_password(f, &ev, CODE), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
}

static void wrong_codes_make_it_void(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    for (int wrong = 2; wrong <= 3; wrong++) {
        give_code(f, 60, 3);
        for (int i = 0; i < wrong; i++)
            assert_int_equal(try_password(f, &ev, i % 2 ? "0000000000" : "00 0000-0001"),
                             GDPOP_DENIED_CREDENTIAL);
        assert_int_equal(try_password(f, &ev, "no code"), GDPOP_DENIED_CREDENTIAL);
        assert_int_equal(events(f, "reset.void", "done"), wrong == 3);
        if (wrong == 2)
            assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
    }
    assert_int_equal(try_password(f, &ev, CODE), GDPOP_DENIED_CREDENTIAL);
}

static void it_ends_with_its_minutes(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    give_code(f, -1, 3);
    assert_int_equal(try_password(f, &ev, CODE), GDPOP_DENIED_CREDENTIAL);
    give_code(f, 60, 3);
    assert_int_equal(try_password(f, &ev, CODE), GDPOP_ALLOWED);
}

static void anothers_code_is_none(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct given g = {clock_now() + 60 * CLOCK_SECOND, 3, "gdpop-lisi"};
    with_store(f, put_code, &g);
    assert_int_equal(try_password(f, &ev, CODE), GDPOP_DENIED_CREDENTIAL);
}

static void codes_are_read_as_they_are_typed(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {{"4170629358", true},
                 {"417 062 9358", true},
                 {"4-1-7-0629358", true},
                 {"417062935", false},
                 {"41706293580", false},
                 {"417062935x", false},
                 {"４１７０６２９３５８", false},
                 {"", false}};
    struct secret code;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(code_parse(cases[i].text, strlen(cases[i].text), &code), cases[i].is);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_enters_once_and_asks_for_an_own_password),
        TEST(the_password_goes_on_until_it_is_used),
        TEST(only_from_the_bound_device_at_the_workplace),
        TEST(an_exception_does_not_hold_for_it),
        TEST(wrong_codes_make_it_void),
        TEST(it_ends_with_its_minutes),
        TEST(anothers_code_is_none),
        cmocka_unit_test(codes_are_read_as_they_are_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
