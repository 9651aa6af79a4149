// SPDX-License-Identifier: MIT
#include "out/json.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

static void expect(lo_buf *out, const char *want)
{
    cr_assert_eq(out->status, LO_OK);
    cr_assert(lo_str_is(lo_buf_str(out), want), "got %.*s, want %s", LO_STR_ARG(lo_buf_str(out)), want);
    lo_buf_clear(out);
}

Test(json, values)
{
    lo_buf out = LO_BUF_EMPTY;
    lo_json json = lo_json_to(&out);
    lo_json_open(&json, '{');
    lo_json_field(&json, "a", LO_STR("x"));
    lo_json_key(&json, "b");
    lo_json_open(&json, '[');
    lo_json_uint(&json, 0);
    lo_json_int(&json, INT64_MIN);
    lo_json_uint(&json, UINT64_MAX);
    lo_json_bool(&json, true);
    lo_json_null(&json);
    lo_json_open(&json, '{');
    lo_json_close(&json, '}');
    lo_json_close(&json, ']');
    lo_json_field(&json, "c", LO_STR_NONE);
    lo_json_close(&json, '}');
    expect(&out, "{\"a\": \"x\", \"b\": [0, -9223372036854775808, 18446744073709551615, true, null, {}], \"c\": \"\"}");
    lo_buf_free(&out);
}

Test(json, fixed)
{
    static const struct {
        double value;
        int decimals;
        const char *want;
    } cases[] = {
        {0, 4, "0"},
        {-0.0, 4, "0"},
        {0.5, 4, "0.5"},
        {1, 4, "1"},
        {-0.00001, 4, "0"},
        {0.99996, 4, "1"},
        {0.05, 4, "0.05"},
        {-12.25, 2, "-12.25"},
        {1e20, 4, "1000000000000000"},
        {NAN, 4, "null"},
        {INFINITY, 2, "null"},
        {0.1f, 4, "0.1"},
        {123456.789012, 6, "123456.789012"},
        {2.5, 0, "3"},
    };
    lo_buf out = LO_BUF_EMPTY;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lo_json json = lo_json_to(&out);
        lo_json_fixed(&json, cases[i].value, cases[i].decimals);
        expect(&out, cases[i].want);
    }
    lo_buf_free(&out);
}

Test(json, strings)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "\"\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"\b\t\n\v\f\r\x01\x1f\x7f", "\"\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\\u007f\""},
        {"caf\xc3\xa9 \xf0\x9f\x99\x82", "\"caf\xc3\xa9 \xf0\x9f\x99\x82\""},
        {"\xff", "\"\xef\xbf\xbd\""},
        {"a\xc3(\xc3\xa9\xed\xa0\x80z", "\"a\xef\xbf\xbd(\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\""},
        {"cut \xe2\x82", "\"cut \xef\xbf\xbd\xef\xbf\xbd\""},
    };
    lo_buf out = LO_BUF_EMPTY;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lo_json json = lo_json_to(&out);
        lo_json_string(&json, lo_str_of(cases[i].text));
        expect(&out, cases[i].want);
    }
    lo_buf_free(&out);
}

/* Whatever the bytes, a strict reader takes the literal, and valid text comes back as it was. */
Test(json, any_bytes_are_valid_json)
{
    uint64_t seed = 42;
    lo_buf out = LO_BUF_EMPTY;
    for (int round = 0; round < 2000; round++) {
        char bytes[40];
        size_t n = (size_t)(round % 40);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(round % 2 ? (seed >> 33) & 0x7f : seed >> 33);
        }
        lo_json json = lo_json_to(&out);
        lo_json_string(&json, (lo_str){bytes, n});
        json_error_t error;
        json_t *read = json_loadb(out.p, out.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
        cr_assert(read, "round %d: %s", round, error.text);
        if (round % 2) {
            cr_assert_eq(json_string_length(read), n);
            cr_assert(!memcmp(json_string_value(read), bytes, n));
        }
        json_decref(read);
        lo_buf_clear(&out);
    }
    lo_buf_free(&out);
}
