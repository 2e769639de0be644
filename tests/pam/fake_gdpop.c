#include "fake_gdpop.h"

#include <stdio.h>
#include <string.h>

struct fake fake;

struct gdpop {
    int unused;
};
static struct gdpop only_handle;

void fake_reset(void)
{
    memset(&fake, 0, sizeof fake);
    fake.host_language = "en";
    strcpy(fake.language, "en");
    strcpy(fake.closed_session, "none");
}

static struct fake_answer *add(enum fake_function function)
{
    struct fake_script *s = &fake.scripts[function];

    return &s->answers[s->count++];
}

void fake_say(enum fake_function function, enum gdpop_outcome outcome, const char *text)
{
    struct gdpop_verdict *v = &add(function)->verdict;
    bool denied = outcome < GDPOP_IGNORED || outcome == GDPOP_CHANGE_PASSWORD;

    v->outcome = outcome;
    if (function == FAKE_AUTHENTICATE && outcome == GDPOP_ALLOWED)
        snprintf(v->proof, sizeof v->proof, "proof of that password");
    if (text != NULL)
        snprintf(denied ? v->sentence : v->notice, sizeof v->notice, "%s", text);
}

void fake_fail(enum fake_function function, int r)
{
    add(function)->r = r;
}

static const char *copy(struct fake_script *s, int i, const char *text)
{
    if (text == NULL)
        return NULL;
    snprintf(s->texts[i], sizeof s->texts[i], "%s", text);
    return s->texts[i];
}

static int answer(enum fake_function function, const struct gdpop_evidence *ev,
                  struct gdpop_verdict *v)
{
    struct fake_script *s = &fake.scripts[function];
    int i = s->calls < s->count ? s->calls : s->count - 1;

    s->calls++;
    s->seen = *ev;
    s->seen.service = copy(s, 0, ev->service);
    s->seen.user = copy(s, 1, ev->user);
    s->seen.address = copy(s, 2, ev->address);
    s->seen.tty = copy(s, 3, ev->tty);
    s->seen.auth_info = copy(s, 4, ev->auth_info);
    s->seen.statement = copy(s, 5, ev->statement);
    s->seen.proof = copy(s, 6, ev->proof);
    if (v != NULL)
        *v = s->count > 0 ? s->answers[i].verdict : (struct gdpop_verdict){0};
    return s->count > 0 ? s->answers[i].r : 0;
}

const char *gdpop_strerror(int r)
{
    return r == GDPOP_ERR_STORE ? "the store is damaged" : "error";
}

const char *gdpop_error(void)
{
    return fake.error;
}

const char *gdpop_language(const char *language)
{
    static char before[8];

    strcpy(before, fake.language);
    if (language != NULL)
        snprintf(fake.language, sizeof fake.language, "%s", language);
    return strcmp(before, "zh") == 0 ? "zh" : "en";
}

const char *gdpop_text(const char *english)
{
    static const char *const chinese[][2] = {
        {"Password: ", "密码："},
        {"Current password: ", "当前密码："},
        {"New password: ", "新密码："},
        {"Retype new password: ", "再次输入新密码："},
        {"Press Enter to end: ", "按回车键结束："},
    };

    for (size_t i = 0; strcmp(fake.language, "zh") == 0 && i < sizeof chinese / sizeof *chinese;
         i++)
        if (strcmp(english, chinese[i][0]) == 0)
            return chinese[i][1];
    return english;
}

int gdpop_open(const char *conf_path, struct gdpop **gp)
{
    *gp = NULL;
    if (fake.open_result == GDPOP_ERR_NOMEM)
        return fake.open_result;
    snprintf(fake.conf_path, sizeof fake.conf_path, "%s",
             conf_path != NULL ? conf_path : "default");
    fake.handles++;
    *gp = &only_handle;
    return fake.open_result;
}

void gdpop_close(struct gdpop *g)
{
    if (g != NULL)
        fake.handles--;
}

const char *gdpop_host_language(const struct gdpop *g)
{
    (void)g;
    return fake.host_language;
}

int gdpop_identify(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    (void)g;
    return answer(FAKE_IDENTIFY, ev, v);
}

int gdpop_authenticate(struct gdpop *g, const struct gdpop_evidence *ev, const char *password,
                       size_t password_len, struct gdpop_verdict *v)
{
    (void)g;
    snprintf(fake.password, sizeof fake.password, "%.*s", (int)password_len, password);
    return answer(FAKE_AUTHENTICATE, ev, v);
}

int gdpop_account(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    (void)g;
    return answer(FAKE_ACCOUNT, ev, v);
}

int gdpop_session_open(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    (void)g;
    return answer(FAKE_SESSION_OPEN, ev, v);
}

int gdpop_session_close(struct gdpop *g, const struct gdpop_evidence *ev, const char *session)
{
    (void)g;
    snprintf(fake.closed_session, sizeof fake.closed_session, "%s",
             session != NULL ? session : "-");
    return answer(FAKE_SESSION_CLOSE, ev, NULL);
}

int gdpop_password_ready(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    (void)g;
    return answer(FAKE_PASSWORD_READY, ev, v);
}

int gdpop_password_change(struct gdpop *g, const struct gdpop_evidence *ev,
                          const char *old_password, size_t old_len, const char *new_password,
                          size_t new_len, struct gdpop_verdict *v)
{
    (void)g;
    fake.old_given = old_password != NULL;
    snprintf(fake.old_password, sizeof fake.old_password, "%.*s", (int)old_len,
             old_password != NULL ? old_password : "");
    snprintf(fake.new_password, sizeof fake.new_password, "%.*s", (int)new_len, new_password);
    return answer(FAKE_PASSWORD_CHANGE, ev, v);
}

int gdpop_ssh_keys(struct gdpop *g, const char *user, void (*line)(const char *text, void *arg),
                   void *arg)
{
    const struct gdpop_evidence ev = {.user = user};
    int r = answer(FAKE_SSH_KEYS, &ev, NULL);

    (void)g;
    for (int i = 0; i < 4 && fake.keys[i] != NULL; i++)
        line(fake.keys[i], arg);
    return r;
}
