/* Stacks as administrators write them, good and bad, and who gets past pam_gdpop in each. */
#include "admin/pam_stack.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GDPOP "auth [success=done ignore=ignore default=die] pam_gdpop.so\n"
#define DENY "auth requisite pam_deny.so\n"
#define PERMIT "auth required pam_permit.so\n"

struct place {
    char dir[64];
    struct arena *arena;
    struct pam_stack stack;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    strcpy(p->dir, "/tmp/gdpop-pam-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    p->arena = arena_new();
    *state = p;
    return 0;
}

static void write_file(struct place *p, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", p->dir, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int tear_down(void **state)
{
    static const char *const names[] = {"service", "other", "common-auth", "inner"};
    struct place *p = *state;
    char path[128];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", p->dir, names[i]);
        unlink(path);
    }
    rmdir(p->dir);
    arena_free(p->arena);
    free(p);
    return 0;
}

static int read_stack(struct place *p, const char *service, enum pam_phase phase)
{
    const char *const dirs[] = {p->dir, NULL};
    return pam_stack_read(dirs, p->arena, service, phase, &p->stack);
}

static struct pam_gap gap_of(struct place *p, const char *text, bool unix_passes)
{
    write_file(p, "service", text);
    if (read_stack(p, "service", PHASE_auth) != 0)
        fail_msg("%s%s", text, err_sentence());
    return pam_stack_gap(&p->stack, PHASE_auth, unix_passes);
}

static void good_stacks_have_no_gap(void **state)
{
    static const char *const stacks[] = {
        GDPOP "auth required pam_unix.so\n",
        "auth requisite pam_nologin.so\n" GDPOP "auth required pam_unix.so\n",
        "auth sufficient pam_rootok.so\n" GDPOP "auth required pam_unix.so\n",
        "auth required pam_gdpop.so\n",
        "auth requisite pam_gdpop.so\n",
        "auth required pam_env.so\nauth required pam_gdpop.so\nauth optional pam_cap.so\n",
        /* as pam-auth-update writes it */
        "auth [success=2 ignore=ignore default=die] pam_gdpop.so\n"
        "auth [success=1 default=ignore] pam_unix.so nullok\n" DENY PERMIT
        "auth optional pam_cap.so\n",
        /* a second factor for those who passed */
        "auth [success=ok ignore=ignore default=die] pam_gdpop.so\n"
        "auth required pam_oath.so\n",
        "auth required pam_deny.so\n",
        "auth sufficient pam_localuser.so\nauth required pam_gdpop.so\n",
        "-auth optional pam_gnome_keyring.so\n" GDPOP DENY,
        "auth \\\n  required \\\n  /lib/security/pam_gdpop.so debug # ours\n",
        "AUTH REQUIRED pam_gdpop.so\n",
        "# nothing\n\naccount required pam_permit.so\nauth required pam_gdpop.so\n",
    };
    for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
        struct pam_gap gap = gap_of(*state, stacks[i], true);
        if (gap.by)
            fail_msg("%s passes in\n%s", gap.by, stacks[i]);
    }
}

static void bad_stacks_name_who_lets_pass(void **state)
{
    static const struct {
        const char *stack, *by;
        bool refused;
    } cases[] = {
        {"auth sufficient pam_unix.so\n" GDPOP DENY, "pam_unix.so", false},
        {"auth [success=1 default=ignore] pam_unix.so\n" GDPOP PERMIT, "pam_unix.so", false},
        {"auth required pam_unix.so\n", "pam_unix.so", false},
        {"auth required pam_nologin.so\nauth required pam_unix.so\n", "pam_unix.so", false},
        {PERMIT, "pam_permit.so", false},
        {"auth sufficient pam_permit.so\n" GDPOP, "pam_permit.so", false},
        {"auth optional pam_gdpop.so\n" PERMIT, "pam_permit.so", true},
        {"auth sufficient pam_gdpop.so\nauth required pam_unix.so\n", "pam_unix.so", true},
        {"auth sufficient pam_gdpop.so\nauth sufficient pam_ldap.so\n" DENY, "pam_ldap.so", true},
        {"auth [success=2 default=ignore] pam_gdpop.so\n"
         "auth [success=1 default=ignore] pam_unix.so\n" DENY PERMIT,
         "pam_unix.so", true},
        {"auth [success=done user_unknown=ignore default=die] pam_gdpop.so\n"
         "auth required pam_sss.so\n",
         "pam_sss.so", true},
        /* one answer of many that is not fatal */
        {"auth [success=done authinfo_unavail=ignore default=die] pam_gdpop.so\n" PERMIT,
         "pam_permit.so", true},
        {"auth [success=ok default=reset] pam_gdpop.so\n" PERMIT, "pam_permit.so", true},
        {"auth [default=1] pam_env.so\n" GDPOP PERMIT, "pam_env.so", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pam_gap gap = gap_of(*state, cases[i].stack, true);
        if (!gap.by || strcmp(gap.by, cases[i].by) != 0 || gap.refused != cases[i].refused)
            fail_msg("%s (%d) instead of %s passes in\n%s", gap.by ? gap.by : "nobody", gap.refused,
                     cases[i].by, cases[i].stack);
    }
}

static void pam_unix_knows_nobody_of_gdpop(void **state)
{
    assert_null(gap_of(*state, "auth required pam_unix.so\n", false).by);
    assert_non_null(gap_of(*state, "auth sufficient pam_unix.so\n" PERMIT, false).by);
}

static void parts_in_other_files_count(void **state)
{
    struct place *p = *state;
    write_file(p, "common-auth", "auth sufficient pam_unix.so\naccount required pam_gdpop.so\n");
    assert_string_equal(gap_of(p, "@include common-auth\n" GDPOP, true).by, "pam_unix.so");
    assert_string_equal(gap_of(p, "auth include common-auth\n" GDPOP, true).by, "pam_unix.so");
    assert_null(gap_of(p, GDPOP "auth include common-auth\n", true).by);
    /* "done" of a substack ends the substack alone */
    assert_null(gap_of(p, "auth substack common-auth\nauth required pam_gdpop.so\n", true).by);
    write_file(p, "common-auth", "auth sufficient pam_gdpop.so\nauth sufficient pam_unix.so\n");
    assert_string_equal(gap_of(p, "auth substack common-auth\n" PERMIT, true).by, "pam_unix.so");
    /* a jump counts a substack as one module */
    write_file(p, "common-auth", "auth required pam_deny.so\nauth required pam_deny.so\n");
    assert_string_equal(
        gap_of(p, "auth [success=1 default=die] pam_ldap.so\nauth substack common-auth\n" PERMIT,
               true)
            .by,
        "pam_ldap.so");
}

static void a_phase_without_lines_is_that_of_other(void **state)
{
    struct place *p = *state;
    write_file(p, "service", "account required pam_gdpop.so\n");
    assert_int_equal(read_stack(p, "service", PHASE_auth), 0);
    assert_int_equal(p->stack.count, 0);
    write_file(p, "other", PERMIT);
    assert_int_equal(read_stack(p, "service", PHASE_auth), 0);
    assert_int_equal(pam_stack_find(&p->stack, "pam_permit.so"), 0);
    assert_int_equal(pam_stack_find(&p->stack, "pam_gdpop.so"), -1);
    assert_int_equal(read_stack(p, "nowhere", PHASE_auth), GDPOP_ERR_NOT_FOUND);
}

static void what_pam_does_not_understand_is_named(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"auth required pam_env.so\nauth perhaps pam_gdpop.so\n", "line 2: PAM does not underst"},
        {"auth [success=up] pam_gdpop.so\n", "line 1"},
        {"auth [sucess=ok] pam_gdpop.so\n", "line 1"},
        {"auth [success=0] pam_gdpop.so\n", "line 1"},
        {"auth required\n", "\"auth\""},
        {"login required pam_gdpop.so\n", "\"login\""},
        {"@include nowhere\n", "\"nowhere\""},
        {"@include service\n", "\"service\""},
    };
    struct place *p = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(p, "service", cases[i].text);
        int r = read_stack(p, "service", PHASE_auth);
        if (r != GDPOP_ERR_FORMAT || !strstr(err_sentence(), cases[i].words))
            fail_msg("%s: %d %s", cases[i].text, r, err_sentence());
    }
}

/* The stacks that ship, in each phase they have. */
static void shipped_stacks_have_no_gap(void **state)
{
    static const char *const services[] = {"sshd", "login",  "su",     "su-l",       "sudo",
                                           "cron", "sudo-i", "passwd", "gdpop-admin"};
    const char *const dirs[] = {SOURCE_DIR "/conf/pam.d", NULL};
    struct place *p = *state;
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        for (int phase = 0; phase < PHASE_COUNT; phase++) {
            assert_int_equal(
                pam_stack_read(dirs, p->arena, services[i], (enum pam_phase)phase, &p->stack), 0);
            struct pam_gap gap = pam_stack_gap(&p->stack, (enum pam_phase)phase, true);
            if (gap.by)
                fail_msg("%s, %s: %s", services[i], pam_phase_names[phase], gap.by);
        }
}

#define STACK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STACK_TEST(good_stacks_have_no_gap),
        STACK_TEST(bad_stacks_name_who_lets_pass),
        STACK_TEST(pam_unix_knows_nobody_of_gdpop),
        STACK_TEST(parts_in_other_files_count),
        STACK_TEST(a_phase_without_lines_is_that_of_other),
        STACK_TEST(what_pam_does_not_understand_is_named),
        STACK_TEST(shipped_stacks_have_no_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
