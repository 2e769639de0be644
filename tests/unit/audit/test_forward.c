/* What leaves the host by whom: messages, and how far each destination came. */
#include "../store/fixture.h"

#include "audit/export.h"
#include "audit/forward.h"
#include "audit/line.h"
#include "audit/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* In place of libaudit's: the kernel of a test machine is not written to. */
static int kernel_type;
static char kernel_record[512];
static bool kernel_refuses;

int audit_open(void)
{
    errno = EPROTONOSUPPORT;
    return kernel_refuses ? -1 : open("/dev/null", O_RDWR | O_CLOEXEC);
}

int audit_log_acct_message(int fd, int type, const char *program, const char *op, const char *name,
                           unsigned id, const char *host, const char *addr, const char *tty,
                           int result)
{
    assert_true(fd >= 0 && !program && id == (unsigned)-1 && !host);
    kernel_type = type;
    snprintf(kernel_record, sizeof(kernel_record), "%s %s %s %s %d", op, name, addr ? addr : "-",
             tty ? tty : "-", result);
    return 1;
}

static struct fixture *f;
static struct store *s;

static void append(const char *action, const char *outcome, const char *detail)
{
    Model__Event e = MODEL__EVENT__INIT;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    e.actor = T("audadm");
    e.action = T(action);
    e.subject = T("zhangsan");
    e.outcome = T(outcome);
    e.address = T("10.77.1.2");
    e.detail = T(detail);
    assert_ok(trail_append(t, &e));
    assert_ok(txn_commit(t));
}

static int setup(void **state)
{
    if (fixture_setup(state) != 0)
        return -1;
    f = *state;
    snprintf(f->conf.forward_socket, sizeof(f->conf.forward_socket), "%s/log", f->dir);
    f->conf.forward = 1U << CONF_FORWARD_syslog;
    s = fixture_open(f);
    assert_ok(trail_make_sign_key(&f->conf));
    append("login.auth", "denied", "a \"b\" c\\d ]e 张三");
    append("account.freeze", "done", "x");
    append("session.close", "done", "");
    return 0;
}

static int teardown(void **state)
{
    store_close(s);
    return fixture_teardown(state);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, path);
    unlink(path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static char *receive(int fd)
{
    static char text[FORWARD_MAX_BYTES];
    ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
    text[n < 0 ? 0 : n] = '\0';
    return n < 0 ? NULL : text;
}

static int forward(struct forward_report *report)
{
    struct txn *t;
    assert_ok(store_read(s, f->arena, &t));
    int r = forward_some(t, 480, report);
    txn_abort(t);
    return r;
}

static void events_go_in_order_with_structured_data(void **state)
{
    (void)state;
    struct forward_report report;
    int fd = listen_at(f->conf.forward_socket);
    assert_ok(forward(&report));
    assert_int_equal(report.sent, 3);
    assert_false(report.left);
    assert_string_equal(report.why, "");
    char *text = receive(fd);
    assert_non_null(text);
    assert_int_equal(strncmp(text, "<84>1 20", 8), 0); /* authpriv, warning */
    assert_non_null(strstr(text, " gdpop - event [gdpop@32473 sequence=\"1\" epoch=\"0\" "));
    assert_non_null(strstr(text, " action=\"login.auth\" outcome=\"denied\""));
    assert_non_null(strstr(text, " detail=\"a \\\"b\\\" c\\\\d \\]e 张三\"] {\"sequence\":1,"));
    assert_null(strstr(text, " object="));
    assert_int_equal(text[strlen(text) - 1], '}');
    text = receive(fd);
    assert_int_equal(strncmp(text, "<86>1 20", 8), 0); /* info */
    assert_non_null(strstr(text, "{\"sequence\":2,"));
    assert_non_null(strstr(receive(fd), "{\"sequence\":3,"));
    assert_null(receive(fd));
    assert_ok(forward(&report));
    assert_int_equal(report.sent, 0);
    append("login.auth", "allowed", "");
    assert_ok(forward(&report));
    assert_non_null(strstr(receive(fd), "{\"sequence\":4,"));
    close(fd);
}

static void what_is_not_taken_stays(void **state)
{
    (void)state;
    struct forward_report report;
    assert_ok(forward(&report));
    assert_int_equal(report.sent, 0);
    assert_non_null(strstr(report.why, f->conf.forward_socket));
    int fd = listen_at(f->conf.forward_socket);
    for (int i = 0; i < 2000; i++)
        append("login.auth", "allowed", "flood");
    uint64_t received = 0;
    do {
        assert_ok(forward(&report));
        assert_true(report.sent <= FORWARD_BATCH);
        char *text;
        while ((text = receive(fd)))
            received += strstr(text, " gdpop - event ") != NULL;
    } while (report.sent > 0);
    assert_int_equal(received, 2003 + 2); /* with the ends of two epochs */
    close(fd);
}

static void where_an_epoch_ended_a_checkpoint_follows(void **state)
{
    (void)state;
    const struct trail_limits limits = {3600, 3};
    struct forward_report report;
    struct txn *t;
    bool ended;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_end_epoch(t, &limits, &ended));
    assert_ok(txn_commit(t));
    assert_true(ended);
    int fd = listen_at(f->conf.forward_socket);
    assert_ok(forward(&report));
    for (int i = 0; i < 4; i++)
        assert_non_null(receive(fd));
    char *text = receive(fd);
    assert_non_null(text);
    assert_non_null(strstr(text, " gdpop - checkpoint - {\"checkpoint\":{"));
    assert_non_null(strstr(text, "\"sequence\":4,"));
    close(fd);
}

static void a_trail_that_was_put_back_is_refused(void **state)
{
    (void)state;
    struct forward_state kept;
    struct forward_report report;
    struct txn *t;
    int fd = listen_at(f->conf.forward_socket);
    assert_ok(forward(&report));
    assert_ok(forward_state_read(f->conf.store_dir, &kept));
    assert_int_equal(kept.to[CONF_FORWARD_syslog].sequence, 3);
    struct forward_state other = kept;
    other.to[CONF_FORWARD_syslog].sequence = 4;
    assert_ok(forward_state_write(f->conf.store_dir, &other));
    assert_int_equal(forward(&report), GDPOP_ERR_TRAIL);
    other = kept;
    other.to[CONF_FORWARD_syslog].digest[5] ^= 1;
    assert_ok(forward_state_write(f->conf.store_dir, &other));
    assert_int_equal(forward(&report), GDPOP_ERR_TRAIL);
    while (receive(fd))
        ;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(forward_restart(t, 2));
    assert_int_equal(forward_restart(t, 0), GDPOP_ERR_NOT_FOUND);
    assert_int_equal(forward_restart(t, 5), GDPOP_ERR_NOT_FOUND);
    txn_abort(t);
    assert_ok(forward(&report));
    assert_int_equal(report.sent, 2);
    assert_non_null(strstr(receive(fd), "{\"sequence\":2,"));
    close(fd);
}

static void a_damaged_file_is_told(void **state)
{
    (void)state;
    struct forward_state kept;
    char path[300];
    snprintf(path, sizeof(path), "%s/forward", f->conf.store_dir);
    FILE *file = fopen(path, "we");
    fputs("gdpop-forward 1\nsyslog three\n", file);
    fclose(file);
    assert_int_equal(forward_state_read(f->conf.store_dir, &kept), GDPOP_ERR_FORMAT);
    assert_non_null(strstr(err_sentence(), path));
}

static void the_kernel_gets_records_like_those_of_pam(void **state)
{
    (void)state;
    struct forward_report report;
    f->conf.forward = 1U << CONF_FORWARD_audit;
    kernel_refuses = true;
    store_close(s);
    s = fixture_open(f);
    assert_ok(forward(&report));
    assert_int_equal(report.sent, 0);
    assert_true(report.why[0] != '\0');
    kernel_refuses = false;
    assert_ok(forward(&report));
    assert_int_equal(report.sent, 3);
    assert_int_equal(kernel_type, AUDIT_USER_END);
    assert_string_equal(kernel_record, "gdpop:session.close:3 zhangsan 10.77.1.2 - 1");
    append("login.auth", "denied", "");
    assert_ok(forward(&report));
    assert_int_equal(kernel_type, AUDIT_USER_AUTH);
    assert_string_equal(kernel_record, "gdpop:login.auth:4 zhangsan 10.77.1.2 - 0");
    append("account.freeze", "done", "");
    assert_ok(forward(&report));
    assert_int_equal(kernel_type, AUDIT_ACCT_LOCK);
    append("policy.set", "done", "");
    assert_ok(forward(&report));
    assert_int_equal(kernel_type, AUDIT_TRUSTED_APP);
}

static void the_journal_gets_a_field_a_line(void **state)
{
    (void)state;
    static char out[FORWARD_MAX_BYTES];
    Model__Event e = MODEL__EVENT__INIT;
    Model__TrailEntry entry = MODEL__TRAIL_ENTRY__INIT;
    e.sequence = 7;
    e.actor = e.subject = T("zhangsan");
    e.action = T("login.account");
    e.outcome = T("denied");
    e.tag = T("GD-16");
    e.code = T("W02");
    e.address = T("192.0.2.2");
    const struct forward_item item = {&e, &entry, "{}", 2, 0, 480};
    size_t len = forward_journal_message(&item, out);
    out[len] = '\0';
    assert_string_equal(out, "PRIORITY=4\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=gdpop\n"
                             "MESSAGE=login.account denied: zhangsan, GD-16 W02, from 192.0.2.2\n"
                             "GDPOP_SEQUENCE=7\nGDPOP_ACTOR=zhangsan\nGDPOP_SUBJECT=zhangsan\n"
                             "GDPOP_ACTION=login.account\nGDPOP_OUTCOME=denied\nGDPOP_TAG=GD-16\n"
                             "GDPOP_ADDRESS=192.0.2.2\nGDPOP_CODE=W02\nGDPOP_LINE={}\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(events_go_in_order_with_structured_data),
        TEST(what_is_not_taken_stays),
        TEST(where_an_epoch_ended_a_checkpoint_follows),
        TEST(a_trail_that_was_put_back_is_refused),
        TEST(a_damaged_file_is_told),
        TEST(the_kernel_gets_records_like_those_of_pam),
        TEST(the_journal_gets_a_field_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
