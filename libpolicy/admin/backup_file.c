#include "admin/backup_file.h"

#include "audit/export.h"
#include "audit/trail.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/keyfile.h"
#include "model/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_NAME "key"

enum { NAME_MAX_BYTES = 255, KEY_MAX_BYTES = 511, VALUE_MAX_BYTES = 64 << 20 };

static void put_be(uint8_t *out, size_t value, int len)
{
    for (int i = len - 1; i >= 0; i--, value >>= 8)
        out[i] = (uint8_t)value;
}

static size_t get_be(const uint8_t *in, int len)
{
    size_t value = 0;
    for (int i = 0; i < len; i++)
        value = value << 8 | in[i];
    return value;
}

/* ---- Writing ---- */

struct writing {
    struct envelope *envelope;
    uint64_t values;
};

static int write_value(const struct store_value *v, void *arg)
{
    struct writing *w = arg;
    uint8_t head[4];
    struct bytes name = bytes_of_text(v->table);
    int r;
    w->values++;
    put_be(head, name.len, 1);
    if ((r = envelope_write(w->envelope, head, 1)) < 0 ||
        (r = envelope_write(w->envelope, name.data, name.len)) < 0)
        return r;
    put_be(head, v->key.len, 2);
    if ((r = envelope_write(w->envelope, head, 2)) < 0 ||
        (r = envelope_write(w->envelope, v->key.data, v->key.len)) < 0)
        return r;
    put_be(head, v->value.len, 4);
    if ((r = envelope_write(w->envelope, head, 4)) < 0)
        return r;
    return envelope_write(w->envelope, v->value.data, v->value.len);
}

static int write_key(const struct keyfile *f, void *arg)
{
    uint8_t id[4];
    put_be(id, f->id, sizeof(id));
    const struct store_value v = {KEY_NAME, BYTES(id, sizeof(id)), BYTES(f->key, sizeof(f->key))};
    return write_value(&v, arg);
}

static int keep_newest(const Model__Event *e, void *arg)
{
    Model__Backup *label = arg;
    label->newest_at = e->at;
    return 0;
}

static int fill_label(struct txn *t, Model__Backup *label)
{
    Model__TrailEntry *entry;
    int r = store_last_event(t, &label->sequence, &entry);
    if (r < 0)
        return r;
    label->digest.len = entry->digest.len;
    label->digest.data = arena_memdup(txn_arena(t), entry->digest.data, entry->digest.len);
    if (!label->digest.data)
        return GDPOP_ERR_NOMEM;
    return trail_walk(t, label->sequence, label->sequence, keep_newest, label);
}

static int write_content(struct txn *t, struct envelope *e, Model__Backup *label,
                         const struct sign_key *signer)
{
    struct writing w = {e, 0};
    const uint8_t end = 0;
    int r;
    if ((r = keyring_each(store_conf(txn_store(t))->key_dir, write_key, &w)) < 0 ||
        (r = store_dump(t, write_value, &w)) < 0 || (r = envelope_write(e, &end, 1)) < 0 ||
        (r = envelope_end(e, signer)) < 0)
        return r;
    label->values = w.values;
    label->bytes = envelope_bytes(e);
    return 0;
}

static int write_all(struct txn *t, Model__Backup *label, const struct sign_key *const *recipients,
                     size_t count, int fd)
{
    struct sign_key *signer = NULL;
    struct envelope *e = NULL;
    struct bytes packed;
    int r;
    if ((r = fill_label(t, label)) == 0 &&
        (r = trail_sign_key(store_conf(txn_store(t)), &signer)) == 0 &&
        (r = codec_encode(label, txn_arena(t), &packed)) == 0 &&
        (r = envelope_seal(fd, packed, recipients, count, &e)) == 0)
        r = write_content(t, e, label, signer);
    envelope_free(e);
    sign_key_free(signer);
    return r;
}

int backup_write(struct store *s, struct arena *a, Model__Backup *label,
                 const struct sign_key *const *recipients, size_t count, int fd)
{
    struct txn *t;
    int r = store_read(s, a, &t);
    if (r == 0)
        r = write_all(t, label, recipients, count, fd);
    txn_abort(t);
    return r;
}

/* ---- Reading ---- */

static int open_file(int fd, struct arena *a, struct envelope **e, Model__Backup **label)
{
    struct bytes packed;
    *label = NULL;
    if (lseek(fd, 0, SEEK_SET) < 0)
        return err_errno(_("the backup cannot be read from its beginning"));
    int r = envelope_open(fd, e, &packed);
    if (r == 0 && codec_decode(&model__backup__descriptor, packed, a, (void **)label) != 0)
        r = err_fail(GDPOP_ERR_FORMAT, _("this file is no backup of gdpop"));
    return r;
}

int backup_look(int fd, struct arena *a, const struct sign_key *signer, Model__Backup **label)
{
    struct envelope *e = NULL;
    int r = open_file(fd, a, &e, label);
    if (r == 0)
        r = envelope_finish(e, signer);
    if (r == 0)
        (*label)->bytes = envelope_bytes(e);
    envelope_free(e);
    return r;
}

struct reading {
    struct envelope *envelope;
    char name[NAME_MAX_BYTES + 1];
    uint8_t key[KEY_MAX_BYTES];
    uint8_t *value; /* grows */
    size_t value_room;
    bool has_first; /* one was read ahead */
    struct store_value first;
};

static int malformed(void)
{
    return err_fail(GDPOP_ERR_FORMAT, _("the content of the backup cannot be read"));
}

static int read_exactly(struct reading *rd, void *out, size_t len)
{
    bool got;
    int r = envelope_read(rd->envelope, out, len, &got);
    return r == 0 && len > 0 && !got ? malformed() : r;
}

static int read_size(struct reading *rd, int bytes, size_t max, size_t *size)
{
    uint8_t head[4];
    int r = read_exactly(rd, head, (size_t)bytes);
    *size = get_be(head, bytes);
    return r == 0 && *size > max ? malformed() : r;
}

static int make_room(struct reading *rd, size_t len)
{
    if (len <= rd->value_room)
        return 0;
    uint8_t *larger = malloc(len); /* not realloc: a key may stand there */
    if (!larger)
        return GDPOP_ERR_NOMEM;
    if (rd->value)
        explicit_bzero(rd->value, rd->value_room);
    free(rd->value);
    rd->value = larger;
    rd->value_room = len;
    return 0;
}

/* 1 and a value, 0 at the end. */
static int read_value(struct reading *rd, struct store_value *v)
{
    size_t name_len, key_len, value_len;
    int r = read_size(rd, 1, NAME_MAX_BYTES, &name_len);
    if (r < 0 || name_len == 0)
        return r;
    if ((r = read_exactly(rd, rd->name, name_len)) < 0 ||
        (r = read_size(rd, 2, KEY_MAX_BYTES, &key_len)) < 0 ||
        (r = read_exactly(rd, rd->key, key_len)) < 0 ||
        (r = read_size(rd, 4, VALUE_MAX_BYTES, &value_len)) < 0 ||
        (r = make_room(rd, value_len)) < 0 || (r = read_exactly(rd, rd->value, value_len)) < 0)
        return r;
    rd->name[name_len] = '\0';
    *v = (struct store_value){rd->name, BYTES(rd->key, key_len), BYTES(rd->value, value_len)};
    return 1;
}

static int next_value(struct store_value *v, void *arg)
{
    struct reading *rd = arg;
    if (!rd->has_first)
        return read_value(rd, v);
    *v = rd->first;
    rd->has_first = false;
    return 1;
}

static int import_key(const struct store_value *v, const char *dir)
{
    struct keyfile f = {0};
    if (v->key.len != 4 || v->value.len != sizeof(f.key))
        return malformed();
    f.id = (uint32_t)get_be(v->key.data, 4);
    memcpy(f.key, v->value.data, sizeof(f.key));
    int r = keyring_import(dir, &f);
    explicit_bzero(&f, sizeof(f));
    return r;
}

/* The keys come first; the value behind them is kept for the store. */
static int read_keys(struct reading *rd, const struct conf *conf)
{
    int r;
    while ((r = read_value(rd, &rd->first)) == 1) {
        if (strcmp(rd->name, KEY_NAME) != 0) {
            rd->has_first = true;
            return 0;
        }
        if ((r = import_key(&rd->first, conf->key_dir)) < 0)
            return r;
    }
    return r == 0 ? malformed() : r;
}

static int unpack(struct reading *rd, const struct conf *conf)
{
    int r = read_keys(rd, conf);
    if (r == 0)
        r = store_create_from(conf, next_value, rd);
    if (r == 0)
        r = envelope_finish(rd->envelope, NULL);
    return r;
}

int backup_unpack(int fd, struct arena *a, const struct sign_key *private_key,
                  const struct conf *conf, Model__Backup **label)
{
    struct reading rd = {.envelope = NULL};
    int r = open_file(fd, a, &rd.envelope, label);
    if (r == 0 && (*label)->schema > STORE_SCHEMA)
        r = err_fail(GDPOP_ERR_STORE,
                     _("the backup was made by gdpop %s, which is newer than this one"),
                     (*label)->gdpop_version);
    if (r == 0)
        r = envelope_unlock(rd.envelope, private_key);
    if (r == 0)
        r = unpack(&rd, conf);
    if (rd.value)
        explicit_bzero(rd.value, rd.value_room);
    free(rd.value);
    envelope_free(rd.envelope);
    explicit_bzero(&rd, sizeof(rd));
    return r;
}

/* By a lock on the directory of the store itself, which nobody else locks: what is taken away and
 * made in it is then one attempt's. */
static int hold_place(const char *dir, int *hold)
{
    int r = 0;
    *hold = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (*hold < 0)
        return err_errno(_("cannot open the directory %s"), dir);
    if (flock(*hold, LOCK_EX | LOCK_NB) == 0)
        return 0;
    r = errno == EWOULDBLOCK ? err_fail(GDPOP_ERR_BUSY,
                                        _("another backup is being tried or restored in %s at this "
                                          "moment: try again when that is done"),
                                        dir)
                             : err_errno(_("cannot lock %s"), dir);
    close(*hold);
    *hold = -1;
    return r;
}

int backup_place(const struct conf *conf, const char *name, struct conf *place, int *hold)
{
    *hold = -1;
    *place = *conf;
    if (snprintf(place->store_dir, sizeof(place->store_dir), "%s/%s", conf->store_dir, name) >=
            (int)sizeof(place->store_dir) ||
        snprintf(place->key_dir, sizeof(place->key_dir), "%s/%s/keys", conf->store_dir, name) >=
            (int)sizeof(place->key_dir))
        return err_fail(GDPOP_ERR_CONFIG, _("the path of the store is too long: %s"),
                        conf->store_dir);
    int r = hold_place(conf->store_dir, hold);
    if (r < 0)
        return r;
    store_remove(place);
    if (mkdir(place->store_dir, 0700) == 0)
        return 0;
    r = err_errno(_("cannot make the directory %s"), place->store_dir);
    close(*hold);
    *hold = -1;
    return r;
}
