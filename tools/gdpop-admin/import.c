#include "import.h"

#include "act.h"
#include "actor.h"
#include "csv.h"
#include "pieces.h"
#include "prompt.h"
#include "render.h"
#include "say.h"
#include "signals.h"
#include "table_file.h"
#include "user_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns of a form. */
static const struct column account_columns[] = {
    {"user", true, "user", "账号|用户名|登录名", true, COLUMN_CODE},
    {"name", true, "name", "姓名", false, COLUMN_TEXT},
    {"id_number", true, "id-number", "证件号码|身份证号码|身份证号|证件号", true, COLUMN_CODE},
    {"document_type", false, "document-type", "证件类型|证件种类", false, COLUMN_CODE},
    {"organisation", true, "org", "单位|单位代码|机构代码|所属单位", false, COLUMN_CODE},
    {"department", false, "department", "部门|科室", false, COLUMN_TEXT},
    {"post", true, "post", "职务|岗位", false, COLUMN_TEXT},
    {"phone", true, "phone", "电话|联系电话|手机号码|手机号|手机", false, COLUMN_CODE},
    {"staff", false, "staff", "人员类别|人员性质", false, COLUMN_CODE},
    {"system", true, "system", "系统", false, COLUMN_CODE},
    {"role", true, "role", "角色|权限角色", false, COLUMN_CODE},
    {"until", false, "until", "有效期至|到期日期|截止日期", false, COLUMN_DATE},
    {"purpose", false, "purpose", "用途|申请事由", false, COLUMN_TEXT},
    {"request", false, "request", "申请单|申请单号", false, COLUMN_CODE},
    {NULL},
};
enum { USER, NAME, ID_NUMBER, DOCUMENT_TYPE, ORGANISATION, DEPARTMENT, POST, PHONE, STAFF, SYSTEM };
enum { ROLE = SYSTEM + 1, UNTIL, PURPOSE, REQUEST };

static const struct column org_columns[] = {
    {"id", true, "id", "代码|单位代码|机构代码", true, COLUMN_CODE},
    {"name", true, "name", "名称|单位名称|机构名称", false, COLUMN_TEXT},
    {"level", true, "level", "级别|层级", false, COLUMN_CODE},
    {"division", true, "division", "区划|行政区划代码|区划代码", false, COLUMN_CODE},
    {"supervised_by", false, "supervised-by", "上级单位|主管单位|上级单位代码", false, COLUMN_CODE},
    {NULL},
};

enum { SUPERVISED_BY = 4, SYSTEMS_MAX = 16 };

/* Values of one row by column, NULL for empty ones, and the act it was added in. */
struct row {
    const char *values[TABLE_COLUMNS_MAX];
    char *person;
    unsigned act; /* 0 none */
};

static int add_account(struct gdpop_admin *a, struct row *row)
{
    const struct gdpop_result *result = NULL;
    const char *const *v = row->values;
    const struct pair person[] = {{"name", v[NAME]},
                                  {"id-number", v[ID_NUMBER]},
                                  {"document-type", v[DOCUMENT_TYPE]},
                                  {"org", v[ORGANISATION]},
                                  {"department", v[DEPARTMENT]},
                                  {"post", v[POST]},
                                  {"phone", v[PHONE]},
                                  {"staff", v[STAFF]},
                                  {"or-existing", "yes"}};
    int r = act_call(a, "person", "add", person, sizeof(person) / sizeof(person[0]), &result);
    if (r)
        return r;
    const char *id = act_field(result, "id");
    free(row->person);
    row->person = strdup(id ? id : "");
    char *systems = strdup(v[SYSTEM]), *rest = systems, *system;
    if (!row->person || !systems) {
        free(systems);
        return GDPOP_ERR_NOMEM;
    }
    struct pair account[6 + SYSTEMS_MAX] = {{NULL, v[USER]},         {"person", row->person},
                                            {"role", v[ROLE]},       {"until", v[UNTIL]},
                                            {"purpose", v[PURPOSE]}, {"request", v[REQUEST]}};
    size_t n = 6;
    while (n < 6 + SYSTEMS_MAX && (system = strsep(&rest, " ,;")))
        if (*system)
            account[n++] = (struct pair){"system", system};
    r = act_call(a, "account", "apply", account, n, &result);
    free(systems);
    return r;
}

static int add_org(struct gdpop_admin *a, struct row *row)
{
    const struct gdpop_result *result = NULL;
    const char *const *v = row->values;
    const struct pair org[] = {
        {NULL, v[0]}, {"name", v[1]}, {"level", v[2]}, {"division", v[3]}, {"supervised-by", v[4]}};
    return act_call(a, "org", "add", org, sizeof(org) / sizeof(org[0]), &result);
}

struct import {
    const char *what;
    const struct column *columns;
    int (*add)(struct gdpop_admin *a, struct row *row);
    size_t parent; /* column that may name an earlier row; 0 none */
};

struct named_row {
    const char *name;
    size_t row;
};

struct work {
    const struct import *import;
    struct table_file *file;
    struct row *rows;
    struct named_row *names; /* by their first column, where a row may name another */
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct named_row *)a)->name, ((const struct named_row *)b)->name);
}

/* The row that bears the name, before this one. */
static struct row *row_named(const struct work *w, const char *name, size_t before)
{
    struct named_row key = {name, 0}, *found = NULL;
    if (name && w->names)
        found = bsearch(&key, w->names, w->file->row_count, sizeof(key), by_name);
    return found && found->row < before ? &w->rows[found->row] : NULL;
}

/* Where a row is only tried, those that it stands on may have been tried in another act: they come
 * first in this one. What is refused of them has been told at its own place. */
static void add_parents(struct pieces *p, size_t row)
{
    enum { DEPTH_MAX = 32 };
    struct work *w = p->work;
    struct row *above[DEPTH_MAX], *r = &w->rows[row];
    size_t n = 0;
    while (n < DEPTH_MAX && (r = row_named(w, r->values[w->import->parent], row)) != NULL &&
           r->act != p->acts)
        above[n++] = r;
    while (n > 0 && (r = above[--n])->values[0] && w->import->add(p->act, r) == 0)
        r->act = p->acts;
}

static int enter(struct pieces *p, size_t i, bool *refused)
{
    struct work *w = p->work;
    struct row *row = &w->rows[i];
    if (w->file->bad[i])
        return 0;
    if (p->trial && w->import->parent)
        add_parents(p, i);
    int r = w->import->add(p->act, row);
    if (r == 0) {
        row->act = p->acts;
        return 0;
    }
    if (!pieces_row_error(r))
        return say_library(p->t, r);
    table_file_refused(w->file, i, r, gdpop_error());
    *refused = true;
    return 0;
}

static size_t problem_count(const struct pieces *p)
{
    const struct work *w = p->work;
    return w->file->problems.count;
}

static int say_problems(struct pieces *p, const char *sentence)
{
    struct work *w = p->work;
    return table_file_say(p->t, w->file, sentence);
}

static int say_stopped(struct pieces *p, int code, size_t row)
{
    struct work *w = p->work;
    return say(p->t, code,
               _("stopped: the lines up to %zu are written, and none behind them; the same command "
                 "with the same table goes on there"),
               table_file_line(w->file, row - 1));
}

/* What this run entered. */
static int show(struct pieces *p, char **answer)
{
    char message[160];
    const struct work *w = p->work;
    const struct row *rows = w->rows + p->from;
    size_t n = p->count - p->from;
    bool persons = w->import->add == add_account;
    struct gdpop_row *list = calloc(n + 1, sizeof(*list));
    struct gdpop_field(*fields)[3] = calloc(n + 1, sizeof(*fields));
    char(*lines)[24] = calloc(n + 1, sizeof(*lines));
    int r;
    for (size_t i = 0; list && fields && lines && i < n; i++) {
        snprintf(lines[i], sizeof(lines[i]), "%zu", table_file_line(w->file, p->from + i));
        fields[i][0] = (struct gdpop_field){"line", _("Line"), GDPOP_FIELD_NUMBER, lines[i]};
        fields[i][1] = (struct gdpop_field){persons ? "user" : "id", persons ? _("User") : _("Id"),
                                            GDPOP_FIELD_TEXT, rows[i].values[0]};
        fields[i][2] =
            (struct gdpop_field){"person", _("Person"), GDPOP_FIELD_TEXT, rows[i].person};
        list[i] = (struct gdpop_row){persons ? 3 : 2, fields[i], 0};
    }
    snprintf(message, sizeof(message),
             persons ? _("%zu applications were entered.") : _("%zu organisations were added."), n);
    const struct gdpop_result result = {true, true, n, list, message};
    if (list && fields && lines)
        r = render(p->t, &result, NULL, answer);
    else
        r = say(p->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    free(list);
    free(fields);
    free(lines);
    return r;
}

static int read_rows(struct work *w)
{
    size_t n = w->file->row_count;
    w->rows = calloc(n + 1, sizeof(*w->rows));
    w->names = w->import->parent ? calloc(n + 1, sizeof(*w->names)) : NULL;
    if (!w->rows || (w->import->parent && !w->names))
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        table_file_values(w->file, i, w->rows[i].values);
        if (w->names)
            w->names[i] = (struct named_row){w->rows[i].values[0] ? w->rows[i].values[0] : "", i};
    }
    if (w->names)
        qsort(w->names, n, sizeof(*w->names), by_name);
    return 0;
}

static int with_store(struct pieces *p, char **answer)
{
    struct work *w = p->work;
    const struct gdpop_arg part = {p->what, w->file->id, strlen(w->file->id)};
    int r = read_rows(w);
    if (r == 0)
        r = gdpop_table_id(&part, 1, p->id);
    if (r != 0)
        r = say(p->t, r, "%s", gdpop_strerror(r));
    else if ((r = pieces_enter(p)) == 0)
        r = show(p, answer);
    pieces_end(p);
    for (size_t i = 0; w->rows && i < w->file->row_count; i++)
        free(w->rows[i].person);
    free(w->rows);
    free(w->names);
    return r;
}

static int import_file(struct tool *t, const struct import *import, const char *path)
{
    struct table_file file;
    const char *actor = NULL;
    char *answer = NULL;
    int r = table_file_read(t, path, import->columns, &file);
    if (r == 0 && !t->recover)
        r = actor_find(t, false, &actor);
    prompt_end();
    if (r == 0) {
        signals_hold();
        struct work w = {.import = import, .file = &file};
        struct pieces p = {.t = t,
                           .what = import->what,
                           .actor = actor,
                           .count = file.row_count,
                           .work = &w,
                           .enter = enter,
                           .problem_count = problem_count,
                           .say_problems = say_problems,
                           .say_stopped = say_stopped};
        r = with_store(&p, &answer);
        signals_release();
    }
    if (answer)
        fputs(answer, stdout);
    if (answer && t->dry_run)
        say_note(_("dry run: nothing was written"));
    free(answer);
    table_file_free(&file);
    return r;
}

static int run_import(struct tool *t, struct call *call, const struct import *import)
{
    const char *path = arguments_value(call, "file");
    if (arguments_value(call, "template"))
        return table_file_template(stdout, import->columns);
    if (!path)
        return say(t, GDPOP_ERR_USAGE, _("%s needs FILE, or --template for an empty one"),
                   operations_title(call->operation));
    return import_file(t, import, path);
}

static int run_accounts(struct tool *t, struct call *call)
{
    static const struct import import = {"account.import", account_columns, add_account, 0};
    return run_import(t, call, &import);
}

static int run_orgs(struct tool *t, struct call *call)
{
    static const struct import import = {"org.import", org_columns, add_org, SUPERVISED_BY};
    return run_import(t, call, &import);
}

static const struct gdpop_param import_params[] = {
    {"file", GDPOP_PARAM_TEXT, true, false, false, "FILE.csv",
     N_("table with a header line; UTF-8 or GB18030, comma or tab")},
    {"template", GDPOP_PARAM_FLAG, false, false, false, NULL,
     N_("print the header line of an empty table")},
    {NULL},
};

const struct own_command import_accounts_command = {
    {"account", "import", N_("Enter the applications of a table, one person a row, all or none."),
     "applications.csv --dry-run", GDPOP_DUTY_SYSTEM, true, import_params},
    run_accounts,
};

const struct own_command import_orgs_command = {
    {"org", "import", N_("Add the organisations of a table, supervising ones first, all or none."),
     "organisations.csv", GDPOP_DUTY_SYSTEM, true, import_params},
    run_orgs,
};
