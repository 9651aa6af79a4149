// SPDX-License-Identifier: MIT
#include "lang/model.h"

#include <string.h>

static const char magic[8] = {'L', 'O', 'm', 'o', 'd', 'e', 'l', '\n'};

enum { FORMAT = 1, BYTE_ORDER_MARK = 0x01020304 };

typedef struct header {
    char magic[8];
    uint32_t byte_order, format;
    char kind[LO_MODEL_NAME + 1];
    uint32_t version, n_sections;
    uint64_t size;
    uint64_t checksum; /* of everything behind the header */
    uint64_t reserved;
} header;

typedef struct section {
    char name[LO_MODEL_NAME + 1];
    uint64_t offset, size;
} section;

_Static_assert(sizeof(header) == 64, "the header is one cache line");
_Static_assert(sizeof(section) == 32, "two sections a cache line");

/* Four lanes, since one multiplication waits for the one before: 20 MB must not cost more than a few milliseconds. */
uint64_t lo_model_checksum(lo_str bytes)
{
    static const uint64_t odd = 0x9e3779b97f4a7c15u;
    uint64_t lane[4] = {1, 2, 3, 4};
    size_t i = 0;
    for (; bytes.n - i >= 32; i += 32)
        for (int k = 0; k < 4; k++) {
            uint64_t word;
            memcpy(&word, bytes.p + i + 8 * k, 8);
            lane[k] = (lane[k] ^ word) * odd;
            lane[k] ^= lane[k] >> 32;
        }
    for (; i < bytes.n; i++) {
        lane[0] = (lane[0] ^ (unsigned char)bytes.p[i]) * odd;
        lane[0] ^= lane[0] >> 32;
    }
    uint64_t sum = bytes.n;
    for (int k = 0; k < 4; k++) {
        sum = (sum ^ lane[k]) * odd;
        sum ^= sum >> 29;
    }
    return sum;
}

static section section_at(const lo_model *model, uint32_t i)
{
    section at;
    memcpy(&at, model->bytes.p + sizeof(header) + i * sizeof at, sizeof at);
    return at;
}

lo_status lo_model_open(lo_str bytes, const char *kind, uint32_t version, lo_model *out)
{
    header head;
    *out = (lo_model){bytes, 0};
    if (bytes.n < sizeof head || memcmp(bytes.p, magic, sizeof magic) != 0)
        return lo_status_set(LO_E_DATA, "this is no model file of locutor; make one with 'locutor train %s'", kind);
    memcpy(&head, bytes.p, sizeof head);
    if (head.byte_order != BYTE_ORDER_MARK || head.format != FORMAT)
        return lo_status_set(LO_E_DATA, "this model file has another format; make it anew with 'locutor train %s'",
                             kind);
    char wanted[LO_MODEL_NAME + 1] = {0};
    strncpy(wanted, kind, LO_MODEL_NAME);
    bool same = !memcmp(head.kind, wanted, sizeof wanted);
    head.kind[LO_MODEL_NAME] = 0;
    if (!same)
        return lo_status_set(LO_E_DATA, "this is a model of kind '%s', where one of kind '%s' is needed", head.kind,
                             kind);
    if (head.version != version)
        return lo_status_set(LO_E_DATA,
                             "%s model of version %u, this program needs %u; make it anew with 'locutor train %s'",
                             kind, head.version, version, kind);
    if (head.size != bytes.n)
        return lo_status_set(LO_E_DATA, "%s model cut short or padded: %zu bytes instead of %llu", kind, bytes.n,
                             (unsigned long long)head.size);
    if ((uintptr_t)bytes.p % LO_MODEL_ALIGN)
        return lo_status_set(LO_E_ARG, "%s model is not aligned to %d bytes in memory", kind, LO_MODEL_ALIGN);
    lo_str body = {bytes.p + sizeof head, bytes.n - sizeof head};
    if (head.n_sections > LO_MODEL_SECTIONS || head.n_sections * sizeof(section) > body.n ||
        lo_model_checksum(body) != head.checksum)
        return lo_status_set(LO_E_DATA, "%s model is damaged (its checksum differs)", kind);
    for (uint32_t i = 0; i < head.n_sections; i++) {
        section at = section_at(out, i);
        if (at.offset % LO_MODEL_ALIGN || at.offset > bytes.n || at.size > bytes.n - at.offset)
            return lo_status_set(LO_E_DATA, "%s model is damaged (section %u lies outside)", kind, i);
    }
    out->n_sections = head.n_sections;
    return LO_OK;
}

lo_str lo_model_section(const lo_model *model, const char *name)
{
    for (uint32_t i = 0; i < model->n_sections; i++) {
        section at = section_at(model, i);
        at.name[LO_MODEL_NAME] = 0;
        if (strcmp(at.name, name) == 0)
            return (lo_str){model->bytes.p + at.offset, at.size};
    }
    return LO_STR_NONE;
}

lo_status lo_model_array(const lo_model *model, const char *name, size_t size, size_t least, const void **out,
                         size_t *count)
{
    lo_str bytes = lo_model_section(model, name);
    *out = bytes.p;
    *count = bytes.n / size;
    if (!bytes.p || bytes.n % size || *count < least)
        return lo_status_set(LO_E_DATA, "model is damaged (section '%s' is missing or has a wrong length)", name);
    return LO_OK;
}

static size_t aligned(size_t n)
{
    return (n + LO_MODEL_ALIGN - 1) & ~(size_t)(LO_MODEL_ALIGN - 1);
}

lo_status lo_model_write(const char *kind, uint32_t version, const lo_model_part *parts, size_t n, lo_buf *out)
{
    header head = {.byte_order = BYTE_ORDER_MARK, .format = FORMAT, .version = version, .n_sections = (uint32_t)n};
    if (n > LO_MODEL_SECTIONS || strlen(kind) > LO_MODEL_NAME || out->n)
        return lo_status_set(LO_E_ARG, "a model of kind '%s' cannot have %zu sections", kind, n);
    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.kind, kind, strlen(kind));
    head.size = aligned(sizeof head + n * sizeof(section));
    size_t offset = head.size;
    for (size_t i = 0; i < n; i++)
        head.size = aligned(head.size + parts[i].bytes.n);
    if (lo_buf_reserve(out, head.size))
        return out->status;
    memset(out->p, 0, head.size);
    out->n = head.size;
    for (size_t i = 0; i < n; i++) {
        section at = {.offset = offset, .size = parts[i].bytes.n};
        if (strlen(parts[i].name) > LO_MODEL_NAME)
            return lo_status_set(LO_E_ARG, "section name '%s' is too long", parts[i].name);
        memcpy(at.name, parts[i].name, strlen(parts[i].name));
        memcpy(out->p + sizeof head + i * sizeof at, &at, sizeof at);
        if (at.size)
            memcpy(out->p + offset, parts[i].bytes.p, at.size);
        offset = aligned(offset + at.size);
    }
    head.checksum = lo_model_checksum((lo_str){out->p + sizeof head, out->n - sizeof head});
    memcpy(out->p, &head, sizeof head);
    return LO_OK;
}
