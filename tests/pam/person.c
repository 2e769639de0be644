#include "person.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

char person_log[1024];
int person_timer_signal;
long person_timer_sec;

#define SHOWN __attribute__((visibility("default")))

/* These stand before libc's for libpam and the module; a fortified build makes macros of them. */
#undef syslog
#undef __syslog_chk
SHOWN void syslog(int priority, const char *format, ...)
{
    va_list list;

    (void)priority;
    va_start(list, format);
    vsnprintf(person_log, sizeof person_log, format, list);
    va_end(list);
}

SHOWN void __syslog_chk(int priority, int flag, const char *format, ...);
SHOWN void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list list;

    (void)priority, (void)flag;
    va_start(list, format);
    vsnprintf(person_log, sizeof person_log, format, list);
    va_end(list);
}

SHOWN int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
    (void)clock;
    person_timer_signal = event->sigev_notify == SIGEV_SIGNAL ? event->sigev_signo : -1;
    *timer = 0;
    return 0;
}

SHOWN int timer_settime(timer_t timer, int flags, const struct itimerspec *value,
                        struct itimerspec *old)
{
    (void)timer, (void)flags, (void)old;
    person_timer_sec = value->it_value.tv_sec;
    return 0;
}

static void note(struct person *p, const char *kind, const char *text)
{
    size_t used = strlen(p->transcript);

    snprintf(p->transcript + used, sizeof p->transcript - used, "%s%s|", kind, text);
}

static int converse(int count, const struct pam_message **messages, struct pam_response **out,
                    void *data)
{
    struct person *p = data;
    int style = messages[0]->msg_style;
    bool prompt = style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON;

    assert_int_equal(count, 1);
    if (prompt && p->no_prompts)
        return PAM_CONV_ERR;
    note(p,
         style == PAM_PROMPT_ECHO_OFF  ? "P:"
         : style == PAM_PROMPT_ECHO_ON ? "V:"
         : style == PAM_ERROR_MSG      ? "E:"
                                       : "I:",
         messages[0]->msg);
    if (prompt && p->answers[p->next] == NULL)
        return PAM_CONV_ERR;
    *out = calloc(1, sizeof **out);
    assert_non_null(*out);
    if (prompt)
        (*out)->resp = strdup(p->answers[p->next++]);
    return PAM_SUCCESS;
}

static void delay(int code, unsigned usec, void *data)
{
    struct person *p = data;

    (void)code;
    p->delay_usec = usec;
}

static void write_stack(const struct person *p, const char *service, const char *arguments)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", p->folder, service);
    f = fopen(path, "w");
    assert_non_null(f);
    if (strcmp(service, "with-token") == 0)
        fprintf(f, "auth optional %s token\n", OTHER_MODULE);
    fprintf(f,
            "auth [success=done ignore=ignore default=die] %1$s %2$s\n"
            "auth required %3$s\n"
            "account [success=done new_authtok_reqd=done ignore=ignore default=die] %1$s %2$s\n"
            "account required %3$s\n"
            "password [success=done ignore=ignore default=die] %1$s %2$s\n"
            "password required %3$s\n"
            "session [success=done ignore=ignore default=die] %1$s %2$s\n"
            "session required %3$s\n",
            MODULE, arguments, OTHER_MODULE);
    assert_int_equal(fclose(f), 0);
}

void person_start(struct person *p, const char *service, const char *user, const char *arguments)
{
    struct pam_conv conv = {converse, p};

    *p = (struct person){0};
    person_log[0] = '\0';
    person_timer_signal = 0;
    person_timer_sec = 0;
    strcpy(p->folder, "/tmp/gdpop-pam-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    write_stack(p, service, arguments);
    assert_int_equal(pam_start_confdir(service, user, &conv, p->folder, &p->pamh), PAM_SUCCESS);
    pam_set_item(p->pamh, PAM_FAIL_DELAY, (const void *)delay);
}

void person_end(struct person *p)
{
    char command[128];

    pam_end(p->pamh, PAM_SUCCESS);
    snprintf(command, sizeof command, "rm -r %s", p->folder);
    assert_int_equal(system(command), 0);
}

void person_answers(struct person *p, const char *first, ...)
{
    va_list list;
    int n = 0;

    memset(p->answers, 0, sizeof p->answers);
    p->next = 0;
    p->transcript[0] = '\0';
    va_start(list, first);
    for (const char *a = first; a != NULL; a = va_arg(list, const char *))
        p->answers[n++] = a;
    va_end(list);
}
