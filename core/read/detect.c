// SPDX-License-Identifier: MIT
#include "read/detect.h"

#include "base/utf8.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

/* ICU's detector looks at this much around the first byte that is not ASCII. */
enum { SAMPLE = 4 << 10, SAMPLE_BEFORE = 256, UNITS = 4096 };

/* First bytes of formats that people hand over by mistake. */
static const struct {
    const char *bytes;
    size_t n;
    const char *what;
} formats[] = {
    {"%PDF-", 5, "a PDF file; convert it to text first (pdftotext)"},
    {"PK\x03\x04", 4, "a zip archive or an office document; unpack it or save it as text first"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "an old office document; save it as text first"},
    {"{\\rtf", 5, "an RTF document; save it as plain text first"},
    {"\x1f\x8b", 2, "a gzip file; unpack it first"},
    {"BZh", 3, "a bzip2 file; unpack it first"},
    {"\xfd"
     "7zXZ",
     5, "an xz file; unpack it first"},
    {"\x28\xb5\x2f\xfd", 4, "a zstd file; unpack it first"},
    {"\x89PNG", 4, "a PNG picture, not text"},
    {"\xff\xd8\xff", 3, "a JPEG picture, not text"},
    {"GIF8", 4, "a GIF picture, not text"},
    {"\x7f"
     "ELF",
     4, "a program, not text"},
    {"SQLite format 3", 16, "an SQLite database, not text"},
};

static const struct {
    const char *bytes;
    size_t n;
    const char *name;
} marks[] = {
    {"\xff\xfe\0\0", 4, "UTF-32LE"}, {"\0\0\xfe\xff", 4, "UTF-32BE"}, {"\xef\xbb\xbf", 3, "UTF-8"},
    {"\xff\xfe", 2, "UTF-16LE"},     {"\xfe\xff", 2, "UTF-16BE"},
};

static bool starts(lo_str s, const char *bytes, size_t n)
{
    return s.n >= n && memcmp(s.p, bytes, n) == 0;
}

static void add(lo_detected *out, const char *name, size_t faults)
{
    for (size_t i = 0; i < out->n; i++)
        if (strcasecmp(out->tries[i].name, name) == 0)
            return;
    size_t n = strlen(name);
    if (!n || n >= LO_DETECT_NAME || out->n == LO_DETECT_TRIES)
        return;
    memcpy(out->tries[out->n].name, name, n + 1);
    out->tries[out->n++].faults = faults;
}

/* What the labels of the web mean in practice: the superset that browsers use (WHATWG Encoding Standard). */
static const char *superset(const char *name)
{
    static const char *const wider[][2] = {
        {"ISO-8859-1", "windows-1252"},
        {"latin1", "windows-1252"},
        {"ascii", "windows-1252"},
        {"US-ASCII", "windows-1252"},
        {"ISO-8859-9", "windows-1254"},
        {"ISO-8859-11", "windows-874"},
        {"TIS-620", "windows-874"},
        {"GB2312", "GB18030"},
        {"GBK", "GB18030"},
        {"EUC-KR", "windows-949"},
        {"KS_C_5601-1987", "windows-949"},
        {"Shift_JIS", "windows-31j"},
        {"Big5", "Big5-HKSCS"},
    };
    for (size_t i = 0; i < sizeof wider / sizeof *wider; i++)
        if (ucnv_compareNames(name, wider[i][0]) == 0)
            return wider[i][1];
    return name;
}

/* How far bytes keep to UTF-8. */
typedef struct utf8_shape {
    size_t sequences; /* well-formed ones of two and more bytes */
    size_t faults;    /* malformed ones */
    size_t high;      /* bytes past 0x7f */
    size_t single;    /* of these, without another such byte beside them */
    size_t first;     /* of them; n when there is none */
    bool cut;         /* only the last character is broken off, with two and more of its bytes there */
} utf8_shape;

static bool continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* A lead byte with the continuation bytes that it asks for, as far as they are there. */
static size_t broken_part(lo_str s, size_t at)
{
    size_t n = 1, want = lo_utf8_length((unsigned char)s.p[at]);
    while (n < want && at + n < s.n && continuation((unsigned char)s.p[at + n]))
        n++;
    return n;
}

static utf8_shape shape_of(lo_str s)
{
    utf8_shape shape = {0, 0, 0, 0, s.n, false};
    for (size_t i = 0; i < s.n;) {
        size_t valid = lo_utf8_valid_prefix((lo_str){s.p + i, s.n - i});
        for (size_t end = i + valid; i < end;) {
            if ((unsigned char)s.p[i] < 0x80) {
                i++;
                continue;
            }
            shape.first = shape.first < i ? shape.first : i;
            size_t n = lo_utf8_length((unsigned char)s.p[i]);
            shape.sequences++;
            shape.high += n;
            i += n;
        }
        if (i == s.n)
            break;
        size_t part = broken_part(s, i);
        bool alone = (i == 0 || (unsigned char)s.p[i - 1] < 0x80) && (i + 1 == s.n || (unsigned char)s.p[i + 1] < 0x80);
        shape.first = shape.first < i ? shape.first : i;
        shape.faults++;
        shape.high += part;
        shape.single += alone;
        shape.cut = part > 1 && i + part == s.n && shape.faults == 1;
        i += part;
    }
    return shape;
}

/* UTF-16 and UTF-32 without a byte order mark: where the zero bytes of the Latin, Greek, Cyrillic … blocks stand. */
static const char *wide(lo_str s)
{
    static const char *const names32[] = {"UTF-32BE", NULL, NULL, "UTF-32LE"};
    size_t units = s.n / 4 < UNITS ? s.n / 4 : UNITS, hits[4] = {0};
    for (size_t u = 0; u < units; u++)
        for (size_t lane = 0; lane < 4; lane += 3) {
            const char *p = s.p + 4 * u;
            bool zero = lane == 0 ? !p[0] && (unsigned char)p[1] < 0x11 && (p[2] || p[3])
                                  : !p[3] && (unsigned char)p[2] < 0x11 && (p[0] || p[1]);
            hits[lane] += zero;
        }
    for (size_t lane = 0; lane < 4; lane += 3)
        if (units && s.n % 4 == 0 && hits[lane] == units && hits[3 - lane] < units)
            return names32[lane];

    units = s.n / 2 < UNITS ? s.n / 2 : UNITS;
    size_t high[2][256] = {{0}};
    for (size_t u = 0; u < units; u++)
        for (size_t lane = 0; lane < 2; lane++)
            high[lane][(unsigned char)s.p[2 * u + lane]]++;
    for (size_t lane = 0; lane < 2; lane++) {
        size_t other = 0;
        for (size_t block = 1; block < 0x20; block++)
            other = high[lane][block] > other ? high[lane][block] : other;
        if (units && s.n % 2 == 0 && high[lane][0] * 20 >= units && (high[lane][0] + other) * 10 >= units * 9 &&
            high[1 - lane][0] * 50 <= units)
            return lane == 0 ? "UTF-16BE" : "UTF-16LE";
    }
    return NULL;
}

/* Over 2 % of the first 64 KiB are control characters that no text has. */
static bool binary(lo_str s)
{
    size_t n = s.n < 65536 ? s.n : 65536, controls = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        controls +=
            (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v' && c != 0x1b) || c == 0x7f;
    }
    return controls * 50 > n + 200;
}

/* A text of which a few letters are not ASCII gives the detector little to hold on to: then windows-1252, by far the
 * commonest, is better than its guess, and a double-byte set cannot be when such letters stand alone. */
static void guess(lo_str bytes, const utf8_shape *shape, bool markup, lo_detected *out)
{
    size_t from = shape->first > SAMPLE_BEFORE ? shape->first - SAMPLE_BEFORE : 0;
    size_t n = bytes.n - from < SAMPLE ? bytes.n - from : SAMPLE, high = 0, letters = 0;
    for (size_t i = from; i < from + n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        high += c >= 0x80;
        letters += c >= 0x80 || isalpha(c);
    }
    bool sparse = high * 8 < letters;
    /* Accents and quotation marks here and there: nothing to detect, and the detector takes 0.4 ms a KB to say so. */
    if (high * 40 < letters && shape->single * 2 > shape->faults) {
        add(out, "windows-1252", bytes.n);
        return;
    }
    UErrorCode error = U_ZERO_ERROR;
    UCharsetDetector *detector = ucsdet_open(&error);
    int32_t found = 0;
    const UCharsetMatch **matches = NULL;
    if (U_SUCCESS(error)) {
        ucsdet_enableInputFilter(detector, markup);
        ucsdet_setText(detector, bytes.p + from, (int32_t)n, &error);
        matches = ucsdet_detectAll(detector, &found, &error);
    }
    for (int32_t i = 0; i < found && U_SUCCESS(error); i++) {
        const char *name = ucsdet_getName(matches[i], &error);
        int32_t confidence = ucsdet_getConfidence(matches[i], &error);
        if (U_FAILURE(error))
            break;
        bool single =
            strncmp(name, "ISO-8859", 8) == 0 || strncmp(name, "windows-", 8) == 0 || strncmp(name, "KOI8", 4) == 0;
        bool unlikely = strncmp(name, "UTF", 3) == 0 || strncmp(name, "IBM", 3) == 0;
        bool latin = ucnv_compareNames(name, "ISO-8859-1") == 0 || ucnv_compareNames(name, "windows-1252") == 0;
        if (unlikely || confidence < 10 || (!single && shape->single * 2 > shape->faults) ||
            (single && sparse && !latin && confidence < 50))
            continue;
        add(out, superset(name), 0);
    }
    ucsdet_close(detector);
    add(out, "windows-1252", bytes.n);
}

static bool is_utf8(const char *name)
{
    return ucnv_compareNames(name, "UTF-8") == 0;
}

lo_status lo_detect(lo_str bytes, lo_str declared, bool markup, lo_detected *out)
{
    memset(out, 0, sizeof *out);
    if (!lo_str_trim(bytes).n)
        return lo_status_set(LO_E_DATA, "the document is empty");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (starts(bytes, formats[i].bytes, formats[i].n))
            return lo_status_set(LO_E_DATA, "this is %s", formats[i].what);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (starts(bytes, marks[i].bytes, marks[i].n)) {
            out->skip = marks[i].n;
            add(out, marks[i].name, bytes.n);
            break;
        }
    lo_str rest = {bytes.p + out->skip, bytes.n - out->skip};
    if (out->skip && !rest.n)
        return lo_status_set(LO_E_DATA, "the document is empty but for a byte order mark");

    bool marked = out->n && !is_utf8(out->tries[0].name);
    const char *nul = marked ? NULL : memchr(rest.p, 0, rest.n);
    const char *wide_name = nul ? wide(rest) : NULL;
    if (marked)
        return LO_OK;
    if (wide_name && !out->skip) {
        add(out, wide_name, 0);
        return LO_OK;
    }
    if (binary(rest))
        return lo_status_set(LO_E_DATA, "this is binary data, not text");
    if (nul)
        return lo_status_set(LO_E_DATA, "the character U+0000 stands at byte %zu; text cannot hold it",
                             (size_t)(nul - bytes.p));

    char label[LO_DETECT_NAME] = "";
    declared = lo_str_trim(declared);
    if (declared.n && declared.n < sizeof label) {
        memcpy(label, declared.p, declared.n);
        label[declared.n] = 0;
    }
    /* ISO-2022-JP and its kin are ASCII with escape sequences: only a declaration tells them from it. */
    bool escapes = strncasecmp(label, "ISO-2022", 8) == 0 && memchr(rest.p, 0x1b, rest.n);
    if (lo_utf8_valid(rest)) {
        out->utf8 = !escapes;
        add(out, label, 0);
        add(out, "UTF-8", 0);
        return LO_OK;
    }
    utf8_shape shape = shape_of(rest);
    /* A declaration of UTF-16 or UTF-32 cannot be right: it was read as ASCII, or there would be zero bytes. */
    bool impossible = strncasecmp(label, "UTF", 3) == 0 || strncasecmp(label, "UCS", 3) == 0;
    bool meant =
        shape.cut || shape.sequences >= 2 * shape.faults || (is_utf8(label) && shape.sequences * 4 >= shape.faults);
    if (out->skip || meant) {
        out->n = 0;
        add(out, "UTF-8", bytes.n);
        return LO_OK;
    }
    if (label[0] && !impossible)
        add(out, superset(label), shape.high / 50);
    guess(rest, &shape, markup, out);
    return LO_OK;
}

void lo_detect_warm_up(void)
{
    /* Half of it beyond ASCII, or the detector would not be asked. */
    lo_detected found;
    (void)lo_detect(LO_STR("\xcc\xe8\xed\xe8\xf1\xf2\xf0 \xf1\xee\xee\xe1\xf9\xe8\xeb \xf7\xf2\xee"),
                    LO_STR("ISO-8859-15"), true, &found);
}
