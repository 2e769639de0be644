/* su and sudo into an account. */
#define RULE "lending"
#include "fixture.h"

static void actors(void **state)
{
    (void)state;
#define SU f->service_class = CLASS_ELEVATE
    PASSES("oneself", SU);
    DENIES("another", "N01", "GD-9", "liuyang is another person's account", SU,
           f->actor = ACTOR_OTHER, f->actor_name = "wangwei");
    DENIES("nobody known", "N02", NULL, "not known who you are", SU, f->actor = ACTOR_UNKNOWN);
    DENIES("a kind of actor from elsewhere", "N02", NULL, NULL, SU, f->actor = (enum actor_kind)9);
    PASSES("a daemon", SU, f->actor = ACTOR_SYSTEM);
    SKIPS("a service account", SU, f->is_service = true, f->actor = ACTOR_OTHER);
    SKIPS("not checked", SU, set_number(s, SETTING_lending_check, 0, ""), f->actor = ACTOR_OTHER);
    DENIES("with its password", "N01", NULL, NULL, SU, f->actor = ACTOR_OTHER,
           f->password_proved = true);
    DENIES("by an administrator", "N01", NULL, NULL, SU, f->actor = ACTOR_OTHER,
           f->administers = true);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("lending", PHASE_ACCOUNT | PHASE_SESSION, CLASS_ELEVATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(actors),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
