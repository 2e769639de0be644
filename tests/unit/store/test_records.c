#include "fixture.h"

#include "model/codec.h"
#include "store/table.h"

static void fill(struct arena *a, ProtobufCMessage *m, int depth);

static void fill_value(struct arena *a, const ProtobufCFieldDescriptor *f, void *at, int depth)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(char **)at = arena_printf(a, "%s 张 %u", f->name, f->id);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        *(ProtobufCBinaryData *)at = (ProtobufCBinaryData){4, arena_memdup(a, "\0\1\2\377", 4)};
        break;
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessageDescriptor *type = f->descriptor;
        ProtobufCMessage *m = arena_alloc(a, type->sizeof_message);
        protobuf_c_message_init(type, m);
        fill(a, m, depth + 1);
        *(ProtobufCMessage **)at = m;
        break;
    }
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        *(int64_t *)at = INT64_C(1790000000000000) + f->id;
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = 1;
        break;
    default:
        *(uint32_t *)at = 70000 + f->id;
    }
}

static size_t size_of(const ProtobufCFieldDescriptor *f)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
        return 4;
    default:
        return 8;
    }
}

/* A value in every field, two in repeated ones. */
static void fill(struct arena *a, ProtobufCMessage *m, int depth)
{
    for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
        char *at = (char *)m + f->offset;
        if (f->label != PROTOBUF_C_LABEL_REPEATED) {
            fill_value(a, f, at, depth);
            continue;
        }
        char *list = arena_alloc(a, 2 * size_of(f));
        fill_value(a, f, list, depth);
        fill_value(a, f, list + size_of(f), depth);
        *(char **)at = list;
        *(size_t *)((char *)m + f->quantifier_offset) = 2;
    }
}

static ProtobufCMessage *filled(struct arena *a, const struct table *table)
{
    ProtobufCMessage *m = arena_alloc(a, table->type->sizeof_message);
    protobuf_c_message_init(table->type, m);
    fill(a, m, 0);
    return m;
}

static void assert_same(struct arena *a, const void *x, const void *y)
{
    struct bytes one, two;
    assert_ok(codec_encode(x, a, &one));
    assert_ok(codec_encode(y, a, &two));
    assert_true(one.len > 0);
    assert_true(bytes_equal(one, two));
}

static void test_every_table(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    size_t tables = 0;
    void *back;
    assert_ok(store_write(s, f->arena, &t));
    for (; store_tables[tables]; tables++)
        if (store_tables[tables] != &table_meta)
            assert_ok(store_put(t, store_tables[tables], bytes_of_text("the key!"),
                                filled(f->arena, store_tables[tables])));
    assert_ok(txn_commit(t));
    store_close(s);
    assert_int_equal(tables, 28);

    s = fixture_open(f);
    assert_ok(store_read(s, f->arena, &t));
    for (size_t i = 0; store_tables[i]; i++) {
        const struct table *table = store_tables[i];
        if (table == &table_meta)
            continue;
        assert_ok(store_get(t, table, bytes_of_text("the key!"), &back));
        assert_same(f->arena, back, filled(f->arena, table));
        assert_fails(store_get(t, table, bytes_of_text("the key"), &back), GDPOP_ERR_NOT_FOUND);
        assert_null(back);
    }
    txn_abort(t);
    store_close(s);
}

static void test_unknown_fields_survive(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    Model__Person p = MODEL__PERSON__INIT, *back;
    uint8_t packed[64];
    const uint8_t later[] = {0xc2, 0x3e, 3, 'n', 'e', 'w'}; /* field 1000, text */
    p.id = T("P000001");
    size_t len = model__person__pack(&p, packed);
    memcpy(packed + len, later, sizeof(later));
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(codec_decode(&model__person__descriptor, BYTES(packed, len + sizeof(later)), f->arena,
                           (void **)&back));
    assert_ok(store_put_person(t, back));
    assert_ok(store_get_person(t, "P000001", &back));
    back->name = T("李四");
    assert_ok(store_put_person(t, back));
    assert_ok(store_get_person(t, "P000001", &back));
    assert_string_equal(back->name, "李四");
    assert_int_equal(back->base.n_unknown_fields, 1);
    assert_int_equal(back->base.unknown_fields[0].tag, 1000);
    txn_abort(t);
    store_close(s);
}

static void test_shorthands(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    void *back;
    assert_ok(store_write(s, f->arena, &t));
#define CHECK(Type, table, put, get)                                                               \
    do {                                                                                           \
        Model__##Type *m = (Model__##Type *)filled(f->arena, &table);                              \
        assert_ok(put);                                                                            \
        assert_ok(get);                                                                            \
        assert_same(f->arena, m, back);                                                            \
    } while (0)
    void **b = &back;
    CHECK(Organisation, table_organisation, store_put_organisation(t, m),
          store_get_organisation(t, m->id, (Model__Organisation **)b));
    CHECK(Person, table_person, store_put_person(t, m),
          store_get_person(t, m->id, (Model__Person **)b));
    CHECK(Account, table_account, store_put_account(t, m),
          store_get_account(t, m->name, (Model__Account **)b));
    CHECK(Credential, table_credential, store_put_credential(t, "zhang", m),
          store_get_credential(t, "zhang", (Model__Credential **)b));
    CHECK(Counter, table_counter, store_put_counter(t, "zhang", m),
          store_get_counter(t, "zhang", (Model__Counter **)b));
    CHECK(Counter, table_source, store_put_source(t, "::1", m),
          store_get_source(t, "::1", (Model__Counter **)b));
    CHECK(Device, table_device, store_put_device(t, m),
          store_get_device(t, m->id, (Model__Device **)b));
    CHECK(Host, table_host, store_put_host(t, m), store_get_host(t, m->id, (Model__Host **)b));
    CHECK(Permit, table_permit, store_put_permit(t, m),
          store_get_permit(t, m->id, (Model__Permit **)b));
    CHECK(Agreement, table_agreement, store_put_agreement(t, m),
          store_get_agreement(t, m->id, (Model__Agreement **)b));
    CHECK(Session, table_session, store_put_session(t, m),
          store_get_session(t, m->account, m->id, (Model__Session **)b));
    CHECK(Profile, table_profile, store_put_profile(t, m),
          store_get_profile(t, m->name, (Model__Profile **)b));
    CHECK(Role, table_role, store_put_role(t, m), store_get_role(t, m->name, (Model__Role **)b));
    CHECK(Request, table_request, store_put_request(t, m),
          store_get_request(t, m->id, (Model__Request **)b));
    CHECK(Policy, table_policy, store_put_policy(t, "", m),
          store_get_policy(t, "", (Model__Policy **)b));
    CHECK(Policy, table_policy, store_put_policy(t, "awards+births", m),
          store_get_policy(t, "awards+births", (Model__Policy **)b));
    CHECK(RegisterEntry, table_register, store_put_register_entry(t, m),
          store_get_register_entry(t, m->id, (Model__RegisterEntry **)b));
    CHECK(Obligation, table_obligation, store_put_obligation(t, m),
          store_get_obligation(t, m->id, (Model__Obligation **)b));
    CHECK(Checkpoint, table_checkpoint, store_put_checkpoint(t, m),
          store_get_checkpoint(t, m->sequence, (Model__Checkpoint **)b));
    CHECK(Archive, table_archive, store_put_archive(t, m),
          store_get_archive(t, m->last, (Model__Archive **)b));
    assert_ok(store_put_override(t, (Model__Override *)filled(f->arena, &table_override)));
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

static void test_nothing_there(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Counter *c;
    Model__Account *x;
    struct txn *t;
    char long_name[600];
    memset(long_name, 'a', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_get_counter(t, "nobody", &c));
    assert_int_equal(c->n_failures, 0);
    assert_fails(store_get_account(t, "nobody", &x), GDPOP_ERR_NOT_FOUND);
    assert_fails(store_get_account(t, "", &x), GDPOP_ERR_ARGUMENT);
    assert_fails(store_get_account(t, long_name, &x), GDPOP_ERR_ARGUMENT);
    long_name[511] = '\0';
    assert_fails(store_get_account(t, long_name, &x), GDPOP_ERR_NOT_FOUND);
    txn_abort(t);
    store_close(s);
}

static void test_ids(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    char *id;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_next_id(t, 'P', &id));
    assert_string_equal(id, "P000001");
    assert_ok(store_next_id(t, 'D', &id));
    assert_string_equal(id, "D000001");
    assert_ok(txn_commit(t));
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_next_id(t, 'P', &id));
    assert_string_equal(id, "P000002");
    txn_abort(t);
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_next_id(t, 'P', &id));
    assert_string_equal(id, "P000002"); /* the aborted one was not used up */
    txn_abort(t);
    store_close(s);
}

static int note_id(struct bytes key, void *message, void *arg)
{
    char *seen = arg;
    const Model__Organisation *o = message;
    assert_memory_equal(key.data, o->id, key.len);
    strcat(seen, o->id);
    strcat(seen, " ");
    return strcmp(o->id, "b2") == 0 ? 7 : 0;
}

static void test_each(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    const char *ids[] = {"b2", "a1", "c", "b1", "b3"};
    char seen[64] = "";
    uint64_t records;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    for (size_t i = 0; i < 5; i++) {
        Model__Organisation o = MODEL__ORGANISATION__INIT;
        o.id = T(ids[i]);
        assert_ok(store_put_organisation(t, &o));
    }
    assert_ok(store_records(t, &table_organisation, &records));
    assert_int_equal(records, 5);
    assert_int_equal(store_each(t, &table_organisation, BYTES("", 0), note_id, seen), 7);
    assert_string_equal(seen, "a1 b1 b2 ");
    seen[0] = '\0';
    assert_ok(store_delete(t, &table_organisation, bytes_of_text("b2")));
    assert_fails(store_delete(t, &table_organisation, bytes_of_text("b2")), GDPOP_ERR_NOT_FOUND);
    assert_int_equal(store_scan(t, &table_organisation, bytes_of_text("b"), note_id, seen), 0);
    assert_string_equal(seen, "b1 b3 ");
    txn_abort(t);
    store_close(s);
}

static void test_supervision(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    const char *tree[][2] = {{"p", ""},   {"c", "p"},      {"x", "c"},
                             {"c2", "p"}, {"loop", "pol"}, {"pol", "loop"}};
    const struct {
        const char *organisation, *top;
        bool within;
    } cases[] = {{"x", "p", true},     {"x", "x", true},        {"c", "x", false},
                 {"x", "c2", false},   {"loop", "p", false},    {"loop", "pol", true},
                 {"none", "p", false}, {"none", "none", false}, {"x", "", false}};
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    for (size_t i = 0; i < sizeof(tree) / sizeof(*tree); i++) {
        Model__Organisation o = MODEL__ORGANISATION__INIT;
        o.id = T(tree[i][0]);
        o.supervised_by = T(tree[i][1]);
        assert_ok(store_put_organisation(t, &o));
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        bool within = !cases[i].within;
        assert_ok(store_is_within(t, cases[i].organisation, cases[i].top, &within));
        if (within != cases[i].within)
            fail_msg("%s within %s: %d", cases[i].organisation, cases[i].top, within);
    }
    txn_abort(t);
    store_close(s);
}

static void test_text_that_cannot_be_read_again(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Organisation o = MODEL__ORGANISATION__INIT;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    o.id = T("a");
    o.name = T("\xff\xfe");
    assert_fails(store_put_organisation(t, &o), GDPOP_ERR_FORMAT);
    txn_abort(t);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_table), TEST(test_unknown_fields_survive),
        TEST(test_shorthands),  TEST(test_nothing_there),
        TEST(test_ids),         TEST(test_each),
        TEST(test_supervision), TEST(test_text_that_cannot_be_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
