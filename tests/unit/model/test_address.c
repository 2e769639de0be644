#include "base/err.h"
#include "model/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void addresses_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *spelled;
        bool loopback;
    } cases[] = {
        {"10.77.1.5", "10.77.1.5", false},
        {"::ffff:10.77.1.5", "10.77.1.5", false},
        {"255.255.255.255", "255.255.255.255", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.255.255.255", "127.255.255.255", true},
        {"128.0.0.1", "128.0.0.1", false},
        {"::1", "::1", true},
        {"::2", "::2", false},
        {"::ffff:127.0.0.1", "127.0.0.1", true},
        {"2001:DB8:0:0:0:0:0:5", "2001:db8::5", false},
        {"fe80::1", "fe80::1", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct address a;
        char out[46];
        assert_int_equal(address_parse(cases[i].text, &a), 0);
        address_format(&a, out);
        assert_string_equal(out, cases[i].spelled);
        assert_int_equal(address_is_loopback(&a), cases[i].loopback);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "10.1",
        "10.77.1.256",
        "10.77.1.5 ",
        " 10.77.1.5",
        "010.1.1.1",
        "0x0a.1.1.1",
        "10.77.1.5/24",
        "fe80::1%eth0",
        "localhost",
        "0.0.0.0",
        "::",
        "::ffff:0.0.0.0",
        "1::2::3",
        "[::1]",
        "10.77.1.5:22",
        "１０.77.1.5",
        "\xff\xfe",
        "2001:db8::5\n",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    static const struct address zero;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct address a;
        memset(&a, 1, sizeof(a));
        assert_int_equal(address_parse(cases[i], &a), GDPOP_ERR_FORMAT);
        assert_memory_equal(&a, &zero, sizeof(a));
    }
}

static void networks_hold_their_edges(void **state)
{
    (void)state;
    static const struct {
        const char *network, *address;
        bool inside;
    } cases[] = {
        {"10.77.1.0/24", "10.77.1.0", true},
        {"10.77.1.0/24", "10.77.1.255", true},
        {"10.77.1.0/24", "10.77.0.255", false},
        {"10.77.1.0/24", "10.77.2.0", false},
        {"10.77.1.0/24", "::ffff:10.77.1.9", true},
        {"10.77.1.0/24", "::10.77.1.9", false},
        {"10.77.1.128/25", "10.77.1.127", false},
        {"10.77.1.128/25", "10.77.1.128", true},
        {"10.0.0.0/7", "11.255.255.255", true},
        {"10.0.0.0/7", "12.0.0.0", false},
        {"128.0.0.0/1", "127.255.255.255", false},
        {"128.0.0.0/1", "128.0.0.0", true},
        {"10.77.1.5", "10.77.1.5", true},
        {"10.77.1.5", "10.77.1.4", false},
        {"10.77.1.5/32", "10.77.1.6", false},
        {"2001:db8:1::/64", "2001:db8:1::", true},
        {"2001:db8:1::/64", "2001:db8:1:0:ffff:ffff:ffff:ffff", true},
        {"2001:db8:1::/64", "2001:db8:1:1::", false},
        {"2001:db8:1::/61", "2001:db8:1:7::1", true},
        {"2001:db8:1::/61", "2001:db8:1:8::1", false},
        {"2001:db8::5", "2001:db8::5", true},
        {"2001:db8::5/128", "2001:db8::4", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct network n;
        struct address a;
        assert_int_equal(network_parse(cases[i].network, &n), 0);
        assert_int_equal(address_parse(cases[i].address, &a), 0);
        if (network_contains(&n, &a) != cases[i].inside)
            fail_msg("%s in %s", cases[i].address, cases[i].network);
    }
}

static void networks_are_spelled_one_way(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"10.77.1.0/24", "10.77.1.0/24"},         {"10.77.1.5", "10.77.1.5/32"},
        {"::ffff:10.77.1.0/120", "10.77.1.0/24"}, {"2001:DB8::/32", "2001:db8::/32"},
        {"2001:db8::5", "2001:db8::5/128"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct network n, again;
        char out[50];
        assert_int_equal(network_parse(cases[i][0], &n), 0);
        network_format(&n, out);
        assert_string_equal(out, cases[i][1]);
        assert_int_equal(network_parse(out, &again), 0);
        assert_memory_equal(&n.base, &again.base, sizeof(n.base));
        assert_int_equal(n.length, again.length);
    }
}

static void what_is_no_network_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "not a network"},
        {"/24", "not a network"},
        {"10.77.1.0/", "not a network"},
        {"10.77.1.0/33", "not a network"},
        {"10.77.1.0/024", "not a network"},
        {"10.77.1.0/+24", "not a network"},
        {"10.77.1.0/24 ", "not a network"},
        {"10.77.1.0/24/8", "not a network"},
        {"10.77.1/24", "not a network"},
        {"2001:db8::/129", "not a network"},
        {"fe80::%eth0/64", "not a network"},
        {"10.77.1.0/99999999999999999999", "not a network"},
        {"0.0.0.0/0", "every IPv4 address"},
        {"10.0.0.0/0", "every IPv4 address"},
        {"::/0", "every IPv4 address"},
        {"::/64", "every IPv4 address"},
        {"::ffff:0:0/96", "every IPv4 address"},
        {"10.77.1.5/24", "write 10.77.1.0/24"},
        {"10.77.1.129/25", "write 10.77.1.128/25"},
        {"2001:db8::5/64", "write 2001:db8::/64"},
        {"0.0.0.0", "no particular address"},
        {"::", "no particular address"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct network n;
        assert_int_equal(network_parse(cases[i][0], &n), GDPOP_ERR_FORMAT);
        assert_int_equal(n.length, 0);
        if (!strstr(err_sentence(), cases[i][1]))
            fail_msg("%s: %s", cases[i][0], err_sentence());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(networks_hold_their_edges),
        cmocka_unit_test(networks_are_spelled_one_way),
        cmocka_unit_test(what_is_no_network_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
