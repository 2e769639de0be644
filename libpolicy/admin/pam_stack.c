#include "admin/pam_stack.h"

#include "base/err.h"
#include "base/text.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16, SKIP_MAX = PAM_STEPS_MAX };

const char *const pam_phase_names[PHASE_COUNT] = {"auth", "account", "password", "session"};

/* The place in the list is the answer's number in pam_step.on. */
static const char *const answers[PAM_ANSWERS] = {"success",
                                                 "open_err",
                                                 "symbol_err",
                                                 "service_err",
                                                 "system_err",
                                                 "buf_err",
                                                 "perm_denied",
                                                 "auth_err",
                                                 "cred_insufficient",
                                                 "authinfo_unavail",
                                                 "user_unknown",
                                                 "maxtries",
                                                 "new_authtok_reqd",
                                                 "acct_expired",
                                                 "session_err",
                                                 "cred_unavail",
                                                 "cred_expired",
                                                 "cred_err",
                                                 "no_module_data",
                                                 "conv_err",
                                                 "authtok_err",
                                                 "authtok_recover_err",
                                                 "authtok_lock_busy",
                                                 "authtok_disable_aging",
                                                 "try_again",
                                                 "ignore",
                                                 "abort",
                                                 "authtok_expired",
                                                 "module_unknown",
                                                 "bad_item",
                                                 "conv_again",
                                                 "incomplete"};

static const struct {
    const char *word, *actions;
} controls[] = {
    {"required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad"},
    {"requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die"},
    {"sufficient", "success=done new_authtok_reqd=done default=ignore"},
    {"optional", "success=ok new_authtok_reqd=ok default=ignore"},
};

struct reader {
    const char *const *dirs;
    struct arena *arena;
    enum pam_phase phase;
    struct pam_stack *stack;
    const char *path; /* of the file that is read, with the line, for sentences */
    int line, depth;
};

static int read_file(struct reader *r, const char *service, int level);

static int wrong(const struct reader *r, const char *what)
{
    return err_fail(GDPOP_ERR_FORMAT, _("%s, line %d: PAM does not understand \"%s\""), r->path,
                    r->line, what);
}

static bool parse_action(const char *word, unsigned char *action)
{
    static const char *const words[] = {"bad", "ignore", "ok", "done", "die", "reset"};
    for (unsigned i = 0; i < ACTION_skip; i++)
        if (strcmp(word, words[i]) == 0) {
            *action = (unsigned char)i;
            return true;
        }
    char *end;
    unsigned long skip = strtoul(word, &end, 10);
    *action = (unsigned char)(ACTION_skip + skip);
    return isdigit((unsigned char)*word) && *end == '\0' && skip > 0 && skip < SKIP_MAX;
}

/* "success=ok default=die"; text is changed. What is not named is bad, or what default says. */
static bool parse_actions(char *text, unsigned char on[static PAM_ANSWERS])
{
    bool named[PAM_ANSWERS] = {false};
    unsigned char rest = ACTION_bad;
    char *save = NULL;
    for (char *w = strtok_r(text, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
        char *equal = strchr(w, '=');
        unsigned char action;
        if (!equal || !parse_action(equal + 1, &action))
            return false;
        *equal = '\0';
        size_t i = 0;
        while (i < PAM_ANSWERS && strcmp(answers[i], w) != 0)
            i++;
        if (i < PAM_ANSWERS) {
            on[i] = action;
            named[i] = true;
        } else if (strcmp(w, "default") == 0) {
            rest = action;
        } else {
            return false;
        }
    }
    for (size_t i = 0; i < PAM_ANSWERS; i++)
        if (!named[i])
            on[i] = rest;
    return true;
}

static int add_step(struct reader *r, const char *control, const char *module, int level)
{
    struct pam_step *s = &r->stack->step[r->stack->count];
    const char *actions = control;
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
        if (strcasecmp(control, controls[i].word) == 0)
            actions = controls[i].actions;
    if (r->stack->count == PAM_STEPS_MAX)
        return wrong(r, module);
    char *text = arena_strdup(r->arena, actions);
    const char *slash = strrchr(module, '/');
    s->module = arena_strdup(r->arena, slash ? slash + 1 : module);
    s->level = level;
    if (!text || !s->module)
        return GDPOP_ERR_NOMEM;
    if (!parse_actions(text, s->on))
        return wrong(r, control);
    r->stack->count++;
    return 0;
}

/* The next word, or what stands in brackets; *rest goes behind it. NULL when there is none. */
static char *next_word(char **rest)
{
    char *start = *rest + strspn(*rest, " \t");
    if (*start == '\0')
        return NULL;
    char *end;
    if (*start == '[' && (end = strchr(start, ']')))
        start++;
    else
        end = start + strcspn(start, " \t");
    *rest = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static int read_line(struct reader *r, char *line, int level)
{
    char *rest = line, *type = next_word(&rest);
    if (!type)
        return 0;
    char *control = next_word(&rest);
    if (control && strcasecmp(type, "@include") == 0)
        return read_file(r, control, level);
    char *module = control ? next_word(&rest) : NULL;
    if (!module)
        return wrong(r, type);
    type += *type == '-';
    size_t phase = 0;
    while (phase < PHASE_COUNT && strcasecmp(type, pam_phase_names[phase]) != 0)
        phase++;
    if (phase == PHASE_COUNT)
        return wrong(r, type);
    if (phase != r->phase)
        return 0;
    if (strcasecmp(control, "include") == 0)
        return read_file(r, module, level);
    if (strcasecmp(control, "substack") == 0)
        return read_file(r, module, level + 1);
    return add_step(r, control, module, level);
}

/* A line goes on behind a backslash; '#' begins a comment. *line is grown by getline. */
static int read_lines(struct reader *r, FILE *f, int level)
{
    char *line = NULL, *whole = NULL;
    size_t room = 0;
    int result = 0;
    while (result == 0 && getline(&line, &room, f) > 0) {
        r->line++;
        line[strcspn(line, "\n")] = '\0';
        if (!whole || !*whole)
            line[strcspn(line, "#")] = '\0';
        size_t len = strlen(line);
        bool goes_on = len > 0 && line[len - 1] == '\\';
        if (goes_on)
            line[len - 1] = ' ';
        whole = arena_printf(r->arena, "%s%s", whole ? whole : "", line);
        if (!whole)
            result = GDPOP_ERR_NOMEM;
        else if (!goes_on) {
            result = read_line(r, whole, level);
            whole = NULL;
        }
    }
    free(line);
    return result;
}

static int read_file(struct reader *r, const char *service, int level)
{
    const struct reader before = *r;
    FILE *f = NULL;
    if (r->depth == DEPTH_MAX)
        return wrong(r, service);
    for (size_t i = 0; !f && r->dirs[i]; i++) {
        r->path = *service == '/' ? service : arena_printf(r->arena, "%s/%s", r->dirs[i], service);
        if (!r->path)
            return GDPOP_ERR_NOMEM;
        f = fopen(r->path, "re");
        if (!f && errno != ENOENT)
            return err_errno(_("cannot read %s"), r->path);
    }
    if (!f) {
        r->path = before.path;
        return before.depth ? wrong(r, service) : GDPOP_ERR_NOT_FOUND;
    }
    r->line = 0;
    r->depth++;
    int result = read_lines(r, f, level);
    fclose(f);
    r->path = before.path;
    r->line = before.line;
    r->depth = before.depth;
    return result;
}

int pam_stack_read(const char *const *dirs, struct arena *a, const char *service,
                   enum pam_phase phase, struct pam_stack *s)
{
    struct reader r = {dirs, a, phase, s, "", 0, 0};
    s->count = 0;
    int result = read_file(&r, service, 0);
    if (result != 0 || s->count > 0)
        return result;
    result = read_file(&r, "other", 0);
    return result == GDPOP_ERR_NOT_FOUND ? 0 : result;
}

int pam_stack_find(const struct pam_stack *s, const char *module)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->step[i].module, module) == 0)
            return (int)i;
    return -1;
}
