/* State machines, each move tried from each state: accounts by their commands, entries of every
 * register. */
#include "admin/register.h"
#include "workflow.h"

static int set_state(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "zhangsan", &x);
    x->state = arg;
    x->frozen_by = T("sysadm");
    if (strcmp(x->state, "applied") == 0)
        x->applications[0]->approval = NULL;
    return r != 0 ? r : store_put_account(t, x);
}

static int move_account(struct fixture *f, int move)
{
    static const char user[] = "zhangsan";
    switch (move) {
    case 0:
        return RUN(f, "sysadm", "account", "approve", "user", user, "paper", "批件");
    case 1:
        return RUN(f, "sysadm", "account", "freeze", "user", user, "reason", "x");
    case 2:
        return RUN(f, "sysadm", "account", "suspend", "user", user, "until", "2098-01-01", "reason",
                   "x");
    case 3:
        return RUN(f, "secadm", "account", "unfreeze", "user", user, "reason", "x");
    case 4:
        return RUN(f, "sysadm", "account", "initial-password", "user", user, "to", "x");
    case 5:
        return RUN(f, "sysadm", "account", "transfer", "user", user, "org", "town", "post", "科员");
    case 6:
        return RUN(f, "sysadm", "account", "second", "user", user, "org", "town", "until",
                   "2098-01-01");
    case 7:
        return RUN(f, "sysadm", "account", "leave", "user", user, "on", "2026-01-05", "reason",
                   "retired");
    default:
        return RUN(f, "sysadm", "account", "close", "user", user, "reason", "x");
    }
}

static void moves_of_an_account(void **state)
{
    /* approve freeze suspend unfreeze initial-password transfer second leave close */
    static const struct {
        const char *state, *allowed;
    } cases[] = {
        {"applied", "100000001"}, {"approved", "000000001"}, {"active", "011011111"},
        {"frozen", "000100011"},  {"closed", "000000000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int move = 0; move < 9; move++) {
            void *own;
            workflow_setup(&own);
            struct fixture *f = own;
            with_store(f, set_state, T(cases[i].state));
            int r = move_account(f, move);
            if (r != (cases[i].allowed[move] == '1' ? 0 : GDPOP_ERR_REFUSED))
                fail_msg("%s, move %d: %d %s", cases[i].state, move, r, err_sentence());
            fixture_teardown(&own);
        }
}

/* A leaving: none, announced for a day to come, the day is over, closed. */
static int set_leave(struct txn *t, void *arg)
{
    const char *stage = arg;
    Model__Leave leave = MODEL__LEAVE__INIT;
    Model__Account *x;
    int r = store_get_account(t, "zhangsan", &x);
    if (r != 0 || strcmp(stage, "none") == 0)
        return r;
    leave.on_at = INT64_MAX / 2;
    leave.reason = T("retired");
    leave.announced_by = T("countysys");
    leave.announced_at = 1;
    leave.successor = T("lisi");
    x->leave = &leave;
    if (strcmp(stage, "announced") != 0) {
        leave.on_at = leave.frozen_at = 1;
        x->state = T("frozen");
    }
    if (strcmp(stage, "closed") == 0) {
        leave.closed_at = 2;
        x->state = T("closed");
    }
    return store_put_account(t, x);
}

static int move_leave(struct fixture *f, int move)
{
    static const char user[] = "zhangsan";
    switch (move) {
    case 0:
        return RUN(f, "countysys", "account", "leave", "user", user, "on", "2098-01-01", "reason",
                   "retired");
    case 1:
        return RUN(f, "countysys", "leave", "withdraw", "user", user, "reason", "x");
    case 2:
        return RUN(f, "countysys", "leave", "return", "user", user, "item", "documents");
    case 3:
        return RUN(f, "countysys", "leave", "hand-over", "user", user, "paper", "移交单");
    case 4:
        return RUN(f, "countysys", "leave", "accept", "user", user, "paper", "接收单");
    case 5:
        return RUN(f, "countysys", "leave", "audit", "user", user, "outcome", "passed");
    case 6: /* nothing is given back yet */
        return RUN(f, "countysys", "leave", "close", "user", user);
    default:
        return RUN(f, "secadm", "account", "unfreeze", "user", user, "reason", "x");
    }
}

static void moves_of_a_leaving(void **state)
{
    /* announce withdraw return hand-over accept audit close unfreeze */
    static const struct {
        const char *stage, *allowed;
    } cases[] = {
        {"none", "10000000"},
        {"announced", "01111000"},
        {"left", "00111100"},
        {"closed", "00000000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int move = 0; move < 8; move++) {
            void *own;
            workflow_setup(&own);
            struct fixture *f = own;
            with_store(f, set_leave, T(cases[i].stage));
            int r = move_leave(f, move);
            bool refused = r == GDPOP_ERR_REFUSED || r == GDPOP_ERR_EXISTS;
            if (cases[i].allowed[move] == '1' ? r != 0 : !refused)
                fail_msg("%s, move %d: %d %s", cases[i].stage, move, r, err_sentence());
            fixture_teardown(&own);
        }
}

struct device_case {
    const char *state; /* before */
    bool bound;
    const char *after[7]; /* bind unbind lost found send returned retire; NULL: refused */
};

static int put_device(struct txn *t, void *arg)
{
    const struct device_case *c = arg;
    Model__RegisterEntry e = MODEL__REGISTER_ENTRY__INIT;
    Model__RegisterMove m = MODEL__REGISTER_MOVE__INIT, *moves[] = {&m};
    Model__Device d = MODEL__DEVICE__INIT;
    Model__Binding b = MODEL__BINDING__INIT;
    d.id = b.device = e.device = T("D000001");
    d.kind = T("computer");
    d.name = T("pc");
    d.organisation = e.organisation = T("county");
    d.state = T(c->state);
    b.account = T("zhangsan");
    b.from_at = 1;
    e.id = T("R000009"); /* sent for repair at some time */
    e.register_ = T("repair");
    e.state = m.state = T("sent");
    m.at = m.recorded_at = 1;
    e.moves = moves;
    e.n_moves = 1;
    assert_int_equal(store_put_device(t, &d), 0);
    assert_int_equal(store_put_register_entry(t, &e), 0);
    return c->bound ? store_put_binding(t, &b) : 0;
}

#define REPAIR                                                                                     \
    "field", "repairer=维修站", "field", "qualification=资质1号", "field", "backup_proof=备份单",  \
        "field", "wipe_proof=清除单", "field", "back_by=2026-12-31"

static int move_device(struct fixture *f, int move)
{
    static const char id[] = "D000001";
    switch (move) {
    case 0:
        return RUN(f, "sysadm", "device", "bind", "id", id, "user", "lisi");
    case 1:
        return RUN(f, "sysadm", "device", "unbind", "id", id, "user", "zhangsan");
    case 2:
        return RUN(f, "sysadm", "device", "lost", "id", id);
    case 3:
        return RUN(f, "secadm", "device", "found", "id", id);
    case 4:
        return RUN(f, "sysadm", "register", "add", "register", "repair", "device", id, REPAIR);
    case 5: /* what the repairer wrote is required when it is sent */
        return RUN(f, "sysadm", "register", "move", "id", "R000009", "state", "returned", REPAIR,
                   "field", "found=主板");
    default:
        return RUN(f, "sysadm", "device", "retire", "id", id, "reason", "x");
    }
}

/* What is away for repair, lost or retired logs in nobody (rule device); only what leads back to
 * "bound" lets it in again. */
static void moves_of_a_device(void **state)
{
    static const struct device_case cases[] = {
        {"registered", false, {"bound", NULL, "lost", NULL, "repair", "registered", "retired"}},
        {"bound", true, {"bound", "registered", "lost", NULL, "repair", "bound", "retired"}},
        {"lost", true, {NULL, "lost", NULL, "bound", NULL, "lost", "retired"}},
        {"lost", false, {NULL, NULL, NULL, "registered", NULL, "lost", "retired"}},
        {"repair", true, {NULL, "repair", "lost", NULL, NULL, "bound", "retired"}},
        {"repair", false, {NULL, NULL, "lost", NULL, NULL, "registered", "retired"}},
        {"retired", false, {NULL, NULL, NULL, NULL, NULL, "retired", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int move = 0; move < 7; move++) {
            void *own;
            workflow_setup(&own);
            struct fixture *f = own;
            with_store(f, put_device, (void *)(uintptr_t)&cases[i]);
            int r = move_device(f, move);
            if ((r == 0) != (cases[i].after[move] != NULL))
                fail_msg("%s, move %d: %d %s", cases[i].state, move, r, err_sentence());
            assert_ok(RUN(f, "sysadm", "device", "show", "id", "D000001"));
            const char *wanted = cases[i].after[move] ? cases[i].after[move] : cases[i].state;
            if (strcmp(field(f, 0, "state"), wanted) != 0)
                fail_msg("%s, move %d: %s", cases[i].state, move, field(f, 0, "state"));
            if (move == 6 && r == 0)
                assert_string_equal(field(f, 0, "accounts"), "");
            fixture_teardown(&own);
        }
}

struct entry {
    const struct register_kind *kind;
    const char *state;
};

static int put_entry(struct txn *t, void *arg)
{
    const struct entry *e = arg;
    Model__RegisterEntry x = MODEL__REGISTER_ENTRY__INIT;
    Model__RegisterMove m = MODEL__REGISTER_MOVE__INIT, *moves[] = {&m};
    x.id = T("R000009");
    x.register_ = T(e->kind->name);
    x.organisation = T("county");
    x.state = m.state = T(e->state);
    m.at = m.recorded_at = 1;
    x.moves = moves;
    x.n_moves = 1;
    return store_put_register_entry(t, &x);
}

static bool is_a_move(const struct register_kind *kind, const char *from, const char *to)
{
    bool found = false;
    for (const struct register_move *m = kind->moves; m->from; m++)
        found |= strcmp(m->from, from) == 0 && strcmp(m->to, to) == 0;
    return found;
}

/* What the table does not name is refused as such; what it names may still lack a field or belong
 * to another duty. */
static void try_move(struct fixture *f, const struct register_kind *kind, const char *from,
                     const char *to)
{
    struct entry e = {kind, from};
    with_store(f, put_entry, &e);
    int r = RUN(f, "sysadm", "register", "move", "id", "R000009", "state", to);
    bool cannot = r == GDPOP_ERR_REFUSED && strstr(err_sentence(), "cannot become");
    if (cannot == is_a_move(kind, from, to))
        fail_msg("%s: %s to %s: %d %s", kind->name, from, to, r, err_sentence());
}

/* Whether an earlier move of the table leads to the same state. */
static bool is_repeated(const struct register_kind *kind, const struct register_move *move)
{
    bool found = false;
    for (const struct register_move *m = kind->moves; m != move; m++)
        found |= strcmp(m->to, move->to) == 0;
    return found;
}

static void moves_of_every_register(void **state)
{
    struct fixture *f = *state;
    for (const struct register_kind *kind = register_kinds; kind->name; kind++)
        for (const struct register_move *from = kind->moves; from->from; from++) {
            if (is_repeated(kind, from))
                continue;
            for (const struct register_move *to = kind->moves; to->from; to++)
                if (!is_repeated(kind, to))
                    try_move(f, kind, from->to, to->to);
            try_move(f, kind, "withdrawn", from->to);
            try_move(f, kind, from->to, "withdrawn");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_of_an_account),
        cmocka_unit_test(moves_of_a_leaving),
        cmocka_unit_test(moves_of_a_device),
        WORKFLOW_TEST(moves_of_every_register),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
