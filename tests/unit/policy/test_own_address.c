/* The host's own addresses: what the C library lists, and hundreds of them. */
#include "policy/own_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MANY = 700 }; /* more than one answer of the kernel holds */

static bool own(const char *text)
{
    struct address a;
    assert_int_equal(address_parse(text, &a), 0);
    return is_own_address(&a);
}

static void test_all_that_the_c_library_lists(void **state)
{
    struct ifaddrs *list;
    (void)state;
    assert_int_equal(getifaddrs(&list), 0);
    for (struct ifaddrs *i = list; i; i = i->ifa_next) {
        struct sockaddr *s = i->ifa_addr;
        char text[INET6_ADDRSTRLEN];
        if (s && s->sa_family == AF_INET)
            inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)s)->sin_addr, text, sizeof(text));
        else if (s && s->sa_family == AF_INET6)
            inet_ntop(AF_INET6, &((struct sockaddr_in6 *)(void *)s)->sin6_addr, text, sizeof(text));
        else
            continue;
        assert_true(own(text));
    }
    freeifaddrs(list);
}

static void test_loopback_and_others(void **state)
{
    (void)state;
    assert_true(own("127.0.0.1"));
    assert_true(own("127.8.9.10"));
    assert_true(own("::1"));
    assert_true(own("::ffff:127.0.0.1"));
    assert_false(own("203.0.113.77"));
    assert_false(own("::ffff:203.0.113.77"));
    assert_false(own("2001:db8::77"));
    assert_false(own("0.0.0.9"));
}

static void name_address(int i, char text[static 40])
{
    snprintf(text, 40, "10.123.%d.%d", i / 200, 1 + i % 200);
}

static void test_hundreds_of_addresses(void **state)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char text[40];
    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct ifreq request = {0};
        struct sockaddr_in *at = (struct sockaddr_in *)(void *)&request.ifr_addr;
        snprintf(request.ifr_name, sizeof(request.ifr_name), "lo:%d", i);
        at->sin_family = AF_INET;
        name_address(i, text);
        assert_int_equal(inet_pton(AF_INET, text, &at->sin_addr), 1);
        assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
    }
    close(fd);
    for (int i = 0; i < MANY; i += 9) {
        name_address(i, text);
        assert_true(own(text));
    }
    name_address(MANY - 1, text);
    assert_true(own(text));
    name_address(MANY, text);
    assert_false(own(text));
    assert_false(own("2001:db8::77"));
}

static int enter_network(void **state)
{
    (void)state;
    return unshare(CLONE_NEWNET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_that_the_c_library_lists),
        cmocka_unit_test(test_loopback_and_others),
        cmocka_unit_test_setup(test_hundreds_of_addresses, enter_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
