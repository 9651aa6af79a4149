// SPDX-License-Identifier: MIT
#include "read/charset.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "read/detect.h"
#include "read/reader.h"

#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/udata.h>

enum { BYTES_MAX = 2 * LO_READ_TEXT_MAX, SUBSTITUTE = 0x1a, FAULTS_MIN = 16 };

static bool word_character(uint32_t c)
{
    return c >= 0x80 ? c != 0xa0 && (c < 0x2000 || c > 0x206f) && (c < 0x3000 || c > 0x303f)
                     : (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool ascii_based(UConverter *converter)
{
    switch (ucnv_getType(converter)) {
    case UCNV_UTF8:
    case UCNV_SBCS:
    case UCNV_MBCS:
    case UCNV_LATIN_1:
    case UCNV_US_ASCII: break;
    default: return false;
    }
    /* EBCDIC is a single-byte set too. */
    UErrorCode error = U_ZERO_ERROR;
    const char *at = "A";
    return ucnv_getNextUChar(converter, &at, at + 1, &error) == 'A' && U_SUCCESS(error);
}

typedef struct output {
    lo_buf text;
    lo_origins origins;
    uint32_t faults;
    size_t nul; /* where U+0000 stood, or SIZE_MAX */
} output;

static void output_free(output *out)
{
    lo_buf_free(&out->text);
    lo_mem_free(out->origins.items);
    *out = (output){LO_BUF_EMPTY, LO_ORIGINS_EMPTY, 0, SIZE_MAX};
}

/* Decodes bytes[from ..); stops early after more than faults_max malformed sequences. */
static lo_status convert(UConverter *converter, lo_str bytes, size_t from, size_t faults_max, output *out)
{
    const char *p = bytes.p + from, *end = bytes.p + bytes.n;
    bool ascii = ascii_based(converter);
    lo_status status = LO_OK;
    ucnv_resetToUnicode(converter);
    if (lo_buf_reserve(&out->text, bytes.n - from))
        return out->text.status;
    while (p < end && !status) {
        const char *run = p;
        while (ascii && p < end && (unsigned char)*p < 0x80 && *p)
            p++;
        if (p > run) {
            lo_buf_add(&out->text, run, (size_t)(p - run));
            lo_origins_same(&out->origins, (size_t)(p - run), (size_t)(run - bytes.p));
            continue;
        }
        UErrorCode error = U_ZERO_ERROR;
        UChar32 c = ucnv_getNextUChar(converter, &p, end, &error);
        if (error == U_INDEX_OUTOFBOUNDS_ERROR) /* only state changes were left */
            break;
        if (U_FAILURE(error)) { /* cut short in the middle of a character */
            c = 0xfffd;
            p = error == U_TRUNCATED_CHAR_FOUND || p <= run ? end : p;
        }
        /* For a single byte without meaning ICU writes SUB. */
        if (c == SUBSTITUTE && !(p - run == 1 && *run == SUBSTITUTE) && ascii)
            c = 0xfffd;
        char encoded[4];
        size_t n = lo_utf8_encode((uint32_t)c, encoded);
        if (!n)
            n = lo_utf8_encode(c = 0xfffd, encoded);
        out->faults += c == 0xfffd;
        if (c == 0 && out->nul == SIZE_MAX)
            out->nul = (size_t)(run - bytes.p);
        if (out->faults > faults_max || out->nul != SIZE_MAX)
            return LO_OK;
        if (c == 0xfeff && out->text.n == 0)
            continue;
        lo_buf_add(&out->text, encoded, n);
        lo_origins_changed(&out->origins, n, (size_t)(run - bytes.p), (size_t)(p - run), word_character((uint32_t)c));
        status = out->text.status ? out->text.status : out->origins.status;
    }
    return status;
}

static lo_status open_converter(const char *name, UConverter **out)
{
    UErrorCode error = U_ZERO_ERROR;
    *out = ucnv_open(name, &error);
    if (U_SUCCESS(error))
        return LO_OK;
    *out = NULL;
    return error == U_MEMORY_ALLOCATION_ERROR
               ? lo_mem_short()
               : lo_status_set(LO_E_DATA, "the encoding %s is not known; save the file as UTF-8", name);
}

/* Tries one encoding; *fits tells whether at most faults_max sequences were malformed. */
static lo_status attempt(const char *name, lo_str bytes, size_t from, size_t faults_max, output *out, bool *fits)
{
    UConverter *converter = NULL;
    output_free(out);
    *fits = false;
    lo_status status = open_converter(name, &converter);
    if (status == LO_E_DATA)
        return LO_OK;
    if (!status)
        status = convert(converter, bytes, from, faults_max, out);
    *fits = !status && out->faults <= faults_max;
    ucnv_close(converter);
    return status;
}

static lo_status deliver(output *done, const char *name, lo_str bytes, lo_arena *arena, lo_charset_text *out)
{
    if (done->nul != SIZE_MAX)
        return lo_status_set(LO_E_DATA, "the character U+0000 stands at byte %zu; text cannot hold it", done->nul);
    if (done->faults > FAULTS_MIN && done->faults > done->text.n / 16)
        return lo_status_set(LO_E_DATA, "this is no text: %u of its characters are malformed %s", done->faults, name);
    out->text.n = done->text.n;
    out->text.p = lo_arena_copy(arena, done->text.p ? done->text.p : "", done->text.n);
    out->name = lo_arena_copy(arena, name, strlen(name));
    out->replacement = done->faults;
    if (!out->text.p || !out->name)
        return lo_mem_short();
    return lo_origins_finish(&done->origins, arena, bytes.n, &out->origins, &out->n_origins);
}

/* Well-formed UTF-8 from byte from on is not copied. */
static lo_status borrow(lo_str bytes, size_t from, lo_arena *arena, lo_charset_text *out)
{
    out->text = (lo_str){bytes.p + from, bytes.n - from};
    out->name = "UTF-8";
    if (!from)
        return LO_OK;
    lo_origins origins = LO_ORIGINS_EMPTY;
    lo_origins_same(&origins, out->text.n, from);
    return lo_origins_finish(&origins, arena, bytes.n, &out->origins, &out->n_origins);
}

lo_status lo_charset_decode(lo_str bytes, lo_str declared, bool markup, lo_arena *arena, lo_charset_text *out)
{
    *out = (lo_charset_text){LO_STR_NONE, NULL, 0, NULL, 0};
    if (bytes.n > BYTES_MAX)
        return lo_status_set(LO_E_LIMIT, "%zu MiB is too much for one document (at most %d); split the file",
                             bytes.n >> 20, BYTES_MAX >> 20);
    lo_detected found;
    lo_status status = lo_detect(bytes, declared, markup, &found);
    if (status)
        return status;
    if (found.utf8)
        return borrow(bytes, found.skip, arena, out);

    output done = {LO_BUF_EMPTY, LO_ORIGINS_EMPTY, 0, SIZE_MAX};
    bool fits = false;
    const char *name = "";
    for (size_t i = 0; i < found.n && !fits && !status; i++) {
        name = found.tries[i].name;
        status = attempt(name, bytes, found.skip, found.tries[i].faults, &done, &fits);
    }
    if (!status && !fits)
        status = lo_status_set(LO_E_DATA, "the encoding could not be found out; save the file as UTF-8");
    if (!status)
        status = deliver(&done, name, bytes, arena, out);
    output_free(&done);
    return status;
}

uint32_t lo_charset_windows(unsigned char byte)
{
    UErrorCode error = U_ZERO_ERROR;
    UConverter *converter = ucnv_open("windows-1252", &error);
    if (U_FAILURE(error))
        return 0;
    const char one[1] = {(char)byte}, *at = one;
    UChar32 c = ucnv_getNextUChar(converter, &at, one + 1, &error);
    ucnv_close(converter);
    return U_SUCCESS(error) && c > 0x9f && c != 0xfffd ? (uint32_t)c : 0;
}

lo_status lo_charset_warm_up(void)
{
    UErrorCode error = U_ZERO_ERROR;
    udata_setFileAccess(UDATA_NO_FILES, &error);
    lo_detect_warm_up();
    return lo_charset_windows(0x92) == 0x2019
               ? LO_OK
               : lo_status_set(LO_E_IO, "ICU's encoding tables are missing; reinstall libicu");
}
