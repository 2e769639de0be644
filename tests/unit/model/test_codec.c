#include "base/err.h"
#include "model/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int begin(void **state)
{
    *state = arena_new();
    return *state ? 0 : -1;
}

static int end(void **state)
{
    arena_free(*state);
    return 0;
}

static struct bytes packed_organisation(struct arena *a)
{
    Model__Organisation org = MODEL__ORGANISATION__INIT;
    org.id = (char *)"gd";
    org.name = (char *)"广东省卫生健康委员会";
    org.level = (char *)"province";
    org.created_at = INT64_C(1700000000000000);
    Model__Leader *leader = arena_alloc(a, sizeof(*leader));
    *leader = (Model__Leader)MODEL__LEADER__INIT;
    leader->person = (char *)"P000001";
    assert_int_equal(codec_add_message(a, &org.leaders, &org.n_leaders, leader), 0);
    struct bytes packed;
    assert_int_equal(codec_encode(&org, a, &packed), 0);
    return packed;
}

static void round_trip(void **state)
{
    struct arena *a = *state;
    struct bytes packed = packed_organisation(a);
    void *message;
    assert_int_equal(codec_decode(&model__organisation__descriptor, packed, a, &message), 0);
    Model__Organisation *org = message;
    assert_string_equal(org->id, "gd");
    assert_string_equal(org->name, "广东省卫生健康委员会");
    assert_string_equal(org->supervised_by, "");
    assert_int_equal(org->n_leaders, 1);
    assert_string_equal(org->leaders[0]->person, "P000001");

    struct bytes again;
    assert_int_equal(codec_encode(org, a, &again), 0);
    assert_true(bytes_equal(packed, again));
}

static void an_empty_record_is_all_defaults(void **state)
{
    void *message;
    assert_int_equal(codec_decode(&model__account__descriptor, BYTES(NULL, 0), *state, &message),
                     0);
    assert_string_equal(((Model__Account *)message)->name, "");
    struct bytes packed;
    assert_int_equal(codec_encode(message, *state, &packed), 0);
    assert_int_equal(packed.len, 0);
}

static void a_decoded_list_can_grow(void **state)
{
    struct arena *a = *state;
    Model__Account account = MODEL__ACCOUNT__INIT;
    struct bytes packed;
    assert_int_equal(codec_add_text(a, &account.systems, &account.n_systems, "population"), 0);
    assert_int_equal(codec_add_text(a, &account.systems, &account.n_systems, "awards"), 0);
    assert_int_equal(codec_encode(&account, a, &packed), 0);

    void *message;
    assert_int_equal(codec_decode(&model__account__descriptor, packed, a, &message), 0);
    Model__Account *read = message;
    assert_int_equal(codec_add_text(a, &read->systems, &read->n_systems, "cme"), 0);
    assert_int_equal(read->n_systems, 3);
    assert_true(codec_has_text(read->systems, read->n_systems, "awards"));
    assert_true(codec_has_text(read->systems, read->n_systems, "cme"));
    assert_false(codec_has_text(read->systems, read->n_systems, "birth"));
    assert_false(codec_has_text(NULL, 0, "cme"));
}

static void unknown_fields_survive(void **state)
{
    struct arena *a = *state;
    /* field 1 "gd"; field 99, a text that is not UTF-8 here, because nobody here knows its type */
    static const uint8_t with_unknown[] = {0x0a, 2, 'g', 'd', 0x9a, 0x06, 3, 0xff, 0x00, 'x'};
    void *message;
    struct bytes again, packed = BYTES(with_unknown, sizeof(with_unknown));
    assert_int_equal(codec_decode(&model__organisation__descriptor, packed, a, &message), 0);
    assert_int_equal(codec_encode(message, a, &again), 0);
    assert_true(bytes_equal(packed, again));
}

#define CASE(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static void damage_is_an_error_of_the_store(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        CASE("\xff\xff\xff\xff"),                                 /* no key */
        CASE("\x0a\x05gd"),                                       /* shorter than it says */
        CASE("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),     /* a length over all memory */
        CASE("\x0a\x02g\xff"),                                    /* text that is not UTF-8 */
        CASE("\x0a\x03g\0d"),                                     /* text with a zero inside */
        CASE("\x32\x04\x0a\x02\xc3\x28"),                         /* the same in a leader */
        CASE("\x0b"),                                             /* a group */
        CASE("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), /* an endless number */
        CASE("\x09\x01\x02"),                                     /* eight bytes are announced */
        CASE("\x0d\x01\x02"),                                     /* four */
        CASE("\x02\x00"),                                         /* field 0 */
        CASE("\x80\x00\x2c"),                                     /* field 0, spelled longer */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        void *message = *state;
        err_clear();
        assert_int_equal(codec_decode(&model__organisation__descriptor,
                                      BYTES(cases[i].bytes, cases[i].len), *state, &message),
                         GDPOP_ERR_STORE);
        assert_null(message);
        assert_non_null(strstr(err_sentence(), "Organisation"));
    }
}

static void every_cut_is_refused_or_read(void **state)
{
    struct arena *a = *state;
    struct bytes packed = packed_organisation(a);
    for (size_t len = 0; len < packed.len; len++) {
        uint8_t *exact = malloc(len ? len : 1);
        memcpy(exact, packed.data, len);
        void *message;
        int r = codec_decode(&model__organisation__descriptor, BYTES(exact, len), a, &message);
        assert_true((r == 0) == (message != NULL));
        assert_true(r == 0 || r == GDPOP_ERR_STORE);
        free(exact);
    }
}

static void texts_to_write_are_utf8(void **state)
{
    Model__Organisation org = MODEL__ORGANISATION__INIT;
    org.name = (char *)"\xe5\xb9";
    struct bytes packed = BYTES("x", 1);
    assert_int_equal(codec_encode(&org, *state, &packed), GDPOP_ERR_FORMAT);
    assert_int_equal(packed.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trip, begin, end),
        cmocka_unit_test_setup_teardown(an_empty_record_is_all_defaults, begin, end),
        cmocka_unit_test_setup_teardown(a_decoded_list_can_grow, begin, end),
        cmocka_unit_test_setup_teardown(unknown_fields_survive, begin, end),
        cmocka_unit_test_setup_teardown(damage_is_an_error_of_the_store, begin, end),
        cmocka_unit_test_setup_teardown(every_cut_is_refused_or_read, begin, end),
        cmocka_unit_test_setup_teardown(texts_to_write_are_utf8, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
