#include "adopt.h"

#include "act.h"
#include "actor.h"
#include "pieces.h"
#include "prompt.h"
#include "say.h"
#include "signals.h"
#include "table_file.h"
#include "user_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the persons' table may say; only the account must be there. */
static const struct column person_columns[] = {
    {"user", true, "user", "账号|用户名|登录名", true, COLUMN_CODE},
    {"name", false, "name", "姓名", false, COLUMN_TEXT},
    {"id_number", false, "id-number", "证件号码|身份证号码|身份证号|证件号", true, COLUMN_CODE},
    {"document_type", false, "document-type", "证件类型|证件种类", false, COLUMN_CODE},
    {"organisation", false, "org", "单位|单位代码|机构代码|所属单位", false, COLUMN_CODE},
    {"department", false, "department", "部门|科室", false, COLUMN_TEXT},
    {"post", false, "post", "职务|岗位", false, COLUMN_TEXT},
    {"phone", false, "phone", "电话|联系电话|手机号码|手机号|手机", false, COLUMN_CODE},
    {"staff", false, "staff", "人员类别|人员性质", false, COLUMN_CODE},
    {"system", false, "system", "系统", false, COLUMN_CODE},
    {"role", false, "role", "角色|权限角色", false, COLUMN_CODE},
    {"until", false, "until", "有效期至|到期日期|截止日期", false, COLUMN_DATE},
    {"purpose", false, "purpose", "用途|申请事由", false, COLUMN_TEXT},
    {NULL},
};
enum { USER, NAME, ID_NUMBER, DOCUMENT_TYPE, ORGANISATION, DEPARTMENT, POST, PHONE, STAFF, SYSTEM };
enum { ROLE = SYSTEM + 1, UNTIL, PURPOSE };

enum { SYSTEMS_MAX = 16, REQUEST_ROWS = 100, REQUESTS_MAX = 256, SOURCES = 3 };

/* A request takes the applications of one organisation, as one paper does. */
struct request {
    char *organisation, *id;
    unsigned rows;
};

struct work {
    struct tool *t;
    const char *organisation;
    char id[SOURCES][GDPOP_TABLE_ID_BYTES]; /* of what the entries were read from */
    struct entries entries;
    struct table_file persons;
    const size_t *row_of; /* of each entry: its row + 1, 0 none */
    struct outcome *outcomes;
    struct request requests[REQUESTS_MAX];
    size_t request_count;
    struct gdpop_admin *act;
};

static void forget_requests(struct work *w)
{
    for (size_t i = 0; i < w->request_count; i++) {
        free(w->requests[i].organisation);
        free(w->requests[i].id);
    }
    w->request_count = 0;
}

/* A request of that organisation with room for one more; NULL, and an application of its own, when
 * there are too many organisations. */
static int find_request(struct work *w, const char *organisation, const char **id)
{
    const struct gdpop_result *result;
    struct request *q = w->requests;
    while (q < w->requests + w->request_count && strcmp(q->organisation, organisation) != 0)
        q++;
    *id = NULL;
    if (q == w->requests + REQUESTS_MAX)
        return 0;
    if (q == w->requests + w->request_count) {
        *q = (struct request){.organisation = strdup(organisation), .rows = REQUEST_ROWS};
        w->request_count++;
    }
    if (q->rows == REQUEST_ROWS) {
        const struct pair open[] = {{"act", "account"}, {"org", organisation}};
        int r = act_call(w->act, "request", "open", open, 2, &result);
        if (r)
            return r;
        const char *number = act_field(result, "id");
        free(q->id);
        q->id = strdup(number ? number : "");
        q->rows = 0;
    }
    if (!q->organisation || !q->id)
        return GDPOP_ERR_NOMEM;
    q->rows++;
    *id = q->id;
    return 0;
}

static int add_person(struct work *w, const char *const *v, char **person)
{
    const struct gdpop_result *result = NULL;
    const char *organisation = v[ORGANISATION] ? v[ORGANISATION] : w->organisation;
    const struct pair words[] = {
        {"name", v[NAME]},     {"id-number", v[ID_NUMBER]},   {"document-type", v[DOCUMENT_TYPE]},
        {"org", organisation}, {"department", v[DEPARTMENT]}, {"post", v[POST]},
        {"phone", v[PHONE]},   {"staff", v[STAFF]},           {"or-existing", "yes"}};
    *person = NULL;
    if (!v[NAME] || !v[ID_NUMBER] || !organisation || !v[POST] || !v[PHONE])
        return 0;
    int r = act_call(w->act, "person", "add", words, sizeof(words) / sizeof(words[0]), &result);
    if (r)
        return r;
    const char *id = act_field(result, "id");
    *person = strdup(id ? id : "");
    return *person ? 0 : GDPOP_ERR_NOMEM;
}

static void forget(struct outcome *o)
{
    free(o->organisation);
    free(o->lacks);
    free(o->skipped);
    *o = (struct outcome){0};
}

static int keep(struct outcome *o, const struct gdpop_result *result)
{
    const char *skipped = act_field(result, "skipped"), *lacks = act_field(result, "lacks");
    const char *organisation = act_field(result, "organisation"), *p;
    forget(o);
    o->skipped = strdup(skipped ? skipped : "");
    o->lacks = strdup(lacks ? lacks : "");
    o->organisation = strdup(organisation ? organisation : "");
    o->password = (p = act_field(result, "password")) && strcmp(p, "true") == 0;
    return o->skipped && o->lacks && o->organisation ? 0 : GDPOP_ERR_NOMEM;
}

static int call_adopt(struct work *w, const struct entry *e, const char *const *v,
                      const char *person, struct outcome *o)
{
    const struct gdpop_result *result = NULL;
    struct pair words[20 + SYSTEMS_MAX];
    const char *request = NULL;
    size_t n = 0;
    int r = 0;
    words[n++] = (struct pair){"user", e->value[ENTRY_USER]};
    for (int i = ENTRY_UID; i < ENTRY_UNTIL; i++)
        words[n++] = (struct pair){entry_params[i], e->value[i]};
    const char *until = v[UNTIL] ? v[UNTIL] : e->value[ENTRY_UNTIL];
    const char *organisation = v[ORGANISATION] ? v[ORGANISATION] : w->organisation;
    char *systems = strdup(v[SYSTEM] ? v[SYSTEM] : ""), *rest = systems, *system;
    if (!systems)
        return GDPOP_ERR_NOMEM;
    if (person && *systems && v[ROLE] && organisation)
        r = find_request(w, organisation, &request);
    const struct pair more[] = {
        {"until", until},      {"must-change", e->must_change ? "yes" : NULL},
        {"org", organisation}, {"person", person},
        {"role", v[ROLE]},     {"purpose", v[PURPOSE]},
        {"request", request}};
    memcpy(words + n, more, sizeof(more));
    n += sizeof(more) / sizeof(more[0]);
    while (n < sizeof(words) / sizeof(words[0]) && (system = strsep(&rest, " ,;")))
        if (*system)
            words[n++] = (struct pair){"system", system};
    if (r == 0 && (r = act_call(w->act, "account", "adopt", words, n, &result)) == 0)
        r = keep(o, result);
    free(systems);
    return r;
}

static int take_over(struct work *w, size_t i)
{
    const char *values[TABLE_COLUMNS_MAX] = {NULL};
    char *person = NULL;
    size_t row = w->row_of[i];
    int r = 0;
    if (row) {
        table_file_values(&w->persons, row - 1, values);
        r = add_person(w, values, &person);
    }
    if (r == 0)
        r = call_adopt(w, &w->entries.list[i], values, person, &w->outcomes[i]);
    free(person);
    return r;
}

/* At the value of the passwd file, shadow file or table that the sentence is about. */
static void refused(struct work *w, size_t i, int code)
{
    const struct entry *e = &w->entries.list[i];
    const char *sentence = gdpop_error();
    for (int v = 0; v < ENTRY_VALUES; v++)
        if (e->path[v] && sentence_is_about(sentence, entry_params[v], NULL)) {
            entry_problem(&w->entries, e, (enum entry_value)v, code, "%s", sentence);
            return;
        }
    if (w->row_of[i])
        table_file_refused(&w->persons, w->row_of[i] - 1, code, sentence);
    else
        entry_problem(&w->entries, e, ENTRY_USER, code, "%s", sentence);
}

static size_t problem_count(const struct work *w)
{
    return w->entries.problems.count + w->persons.problems.count;
}

/* All problems, those of the accounts first. */
static int say_problems(struct work *w, const char *sentence)
{
    struct problems *all = &w->persons.problems;
    if (w->entries.problems.count == 0)
        return table_file_say(w->t, &w->persons, sentence);
    for (size_t i = 0; i < all->count; i++) {
        struct problem *p = &all->list[i];
        problems_add(&w->entries.problems, all->code, strdup(p->place), p->line, p->column, "%s",
                     p->sentence);
    }
    return problems_say(w->t, &w->entries.problems, sentence);
}

static int enter(struct pieces *p, size_t i, bool *is_refused)
{
    struct work *w = p->work;
    size_t row = w->row_of[i];
    if (row && w->persons.bad[row - 1])
        return 0;
    w->act = p->act;
    int r = take_over(w, i);
    if (r && !pieces_row_error(r))
        return say_library(w->t, r);
    if (r == 0 && *w->outcomes[i].skipped && row)
        table_file_refused(&w->persons, row - 1, GDPOP_ERR_REFUSED,
                           _("user: this account stays local"));
    if (r != 0)
        refused(w, i, r);
    *is_refused = r != 0;
    return 0;
}

static void forget_act(struct pieces *p)
{
    forget_requests(p->work);
}

static size_t count_problems(const struct pieces *p)
{
    return problem_count(p->work);
}

static int say_all_problems(struct pieces *p, const char *sentence)
{
    return say_problems(p->work, sentence);
}

static int say_stopped(struct pieces *p, int code, size_t done)
{
    return say(
        p->t, code,
        _("stopped: %zu accounts, those of the first lines, are taken over; the same command "
          "with the same files goes on there"),
        done);
}

/* Everything that says what is taken over. */
static int make_id(struct pieces *p)
{
    const struct work *w = p->work;
    const char *org = w->organisation ? w->organisation : "";
    const struct gdpop_arg parts[] = {
        {"passwd", w->id[0], strlen(w->id[0])},
        {"shadow", w->id[1], strlen(w->id[1])},
        {"ldif", w->id[2], strlen(w->id[2])},
        {"persons", w->persons.id, strlen(w->persons.id)},
        {"org", org, strlen(org)},
    };
    int r = gdpop_table_id(parts, sizeof(parts) / sizeof(parts[0]), p->id);
    return r ? say_library(p->t, r) : 0;
}

static int with_store(struct work *w, const char *actor, char **answer)
{
    struct pieces p = {.t = w->t,
                       .what = "account.adopt",
                       .actor = actor,
                       .count = w->entries.count,
                       .work = w,
                       .enter = enter,
                       .forget = forget_act,
                       .problem_count = count_problems,
                       .say_problems = say_all_problems,
                       .say_stopped = say_stopped};
    w->outcomes = calloc(w->entries.count + 1, sizeof(*w->outcomes));
    if (!w->outcomes)
        return say(w->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    int r = make_id(&p);
    if (r == 0 && (r = pieces_enter(&p)) == 0)
        r = adopt_show(w->t, &w->entries, w->outcomes, p.from, answer);
    pieces_end(&p);
    for (size_t i = 0; i < w->entries.count; i++)
        forget(&w->outcomes[i]);
    free(w->outcomes);
    return r;
}

/* ---- Files ---- */

struct file {
    const char *path;
    char *bytes;
    size_t len;
};

static int read_entries(struct work *w, struct file *f, char id[static GDPOP_TABLE_ID_BYTES],
                        int (*read)(struct entries *all, const char *path, char *bytes))
{
    int r = f->path ? user_file_read(w->t, f->path, false, &f->bytes, &f->len) : 0;
    if (r || !f->path)
        return r;
    if (strlen(f->bytes) != f->len)
        return say(w->t, GDPOP_ERR_FORMAT, _("%s holds a NUL character: it is no text"), f->path);
    const struct gdpop_arg content = {"file", f->bytes, f->len};
    if ((r = gdpop_table_id(&content, 1, id)) != 0)
        return say_library(w->t, r);
    r = read(&w->entries, f->path, f->bytes);
    return r ? say(w->t, r, "%s", gdpop_strerror(r)) : 0;
}

/* The persons' rows by account; a row of an account that is not there is a problem. */
static int join(struct work *w, size_t **row_of)
{
    const char *values[TABLE_COLUMNS_MAX];
    w->row_of = *row_of = calloc(w->entries.count + 1, sizeof(**row_of));
    if (!*row_of)
        return say(w->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    for (size_t i = 0; i < w->persons.row_count; i++) {
        table_file_values(&w->persons, i, values);
        const struct entry *e = values[USER] ? entries_find(&w->entries, values[USER]) : NULL;
        if (!values[USER])
            continue;
        if (e)
            (*row_of)[e - w->entries.list] = i + 1;
        else
            table_file_refused(&w->persons, i, GDPOP_ERR_NOT_FOUND,
                               _("user: there is no such account among those to be taken over"));
    }
    return 0;
}

struct files {
    struct file passwd, shadow, ldif;
    const char *persons;
};

static int read_files(struct work *w, struct files *f, size_t **row_of)
{
    int r;
    if ((r = read_entries(w, &f->passwd, w->id[0], passwd_read)) != 0 ||
        (r = read_entries(w, &f->ldif, w->id[2], ldif_read)) != 0)
        return r;
    if (entries_sort(&w->entries) != 0)
        return say(w->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    if ((r = read_entries(w, &f->shadow, w->id[1], shadow_read)) != 0 ||
        (f->persons && (r = table_file_read(w->t, f->persons, person_columns, &w->persons)) != 0) ||
        (r = join(w, row_of)) != 0)
        return r;
    if (w->entries.count == 0 && w->entries.problems.count == 0)
        return say(w->t, GDPOP_ERR_USAGE, _("%s holds no account"),
                   f->passwd.path ? f->passwd.path : f->ldif.path);
    /* What cannot be told apart or joined cannot be tried. */
    return w->entries.problems.count
               ? say_problems(w, _("nothing was written: correct these rows first"))
               : 0;
}

/* It holds hashes. */
static void wipe(struct file *f)
{
    if (f->bytes)
        explicit_bzero(f->bytes, f->len);
    free(f->bytes);
}

static int check_files(struct tool *t, const struct files *f)
{
    if (!f->passwd.path == !f->ldif.path)
        return say(t, GDPOP_ERR_USAGE,
                   _("account adopt takes either --passwd with --shadow, or --ldif"));
    if (!f->passwd.path != !f->shadow.path)
        return say(t, GDPOP_ERR_USAGE, _("--passwd and --shadow belong together"));
    return 0;
}

static int run(struct tool *t, struct call *call)
{
    struct work w = {.t = t, .organisation = arguments_value(call, "org")};
    struct files f = {.passwd.path = arguments_value(call, "passwd"),
                      .shadow.path = arguments_value(call, "shadow"),
                      .ldif.path = arguments_value(call, "ldif"),
                      .persons = arguments_value(call, "persons")};
    size_t *row_of = NULL;
    const char *actor = NULL;
    char *answer = NULL;
    if (arguments_value(call, "template"))
        return table_file_template(stdout, person_columns);
    int r = check_files(t, &f);
    if (r == 0)
        r = read_files(&w, &f, &row_of);
    if (r == 0 && !t->recover)
        r = actor_find(t, false, &actor);
    prompt_end();
    if (r == 0) {
        signals_hold();
        r = with_store(&w, actor, &answer);
        signals_release();
    }
    if (answer)
        fputs(answer, stdout);
    if (answer && t->dry_run)
        say_note(_("dry run: nothing was written"));
    free(answer);
    free(row_of);
    entries_free(&w.entries);
    table_file_free(&w.persons);
    wipe(&f.passwd);
    wipe(&f.shadow);
    wipe(&f.ldif);
    return r;
}

static const struct gdpop_param params[] = {
    {"passwd", GDPOP_PARAM_TEXT, false, false, false, "FILE", N_("lines as in /etc/passwd")},
    {"shadow", GDPOP_PARAM_TEXT, false, false, false, "FILE", N_("their lines of /etc/shadow")},
    {"ldif", GDPOP_PARAM_TEXT, false, false, false, "FILE",
     N_("posixAccount entries of a directory instead")},
    {"persons", GDPOP_PARAM_TEXT, false, false, false, "FILE.csv",
     N_("whose accounts they are, and what is applied for")},
    {"org", GDPOP_PARAM_WORD, false, false, false, "ORG",
     N_("organisation where the table names none; this host's when left out")},
    {"template", GDPOP_PARAM_FLAG, false, false, false, NULL,
     N_("print the header line of an empty table of persons")},
    {NULL},
};

const struct own_command adopt_command = {
    {"account", "adopt",
     N_("Take over accounts with name, uid, home and password hash, all or none."),
     "--passwd passwd --shadow shadow --persons persons.csv --dry-run", GDPOP_DUTY_SYSTEM, true,
     params},
    run,
};
