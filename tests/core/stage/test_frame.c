// SPDX-License-Identifier: MIT
#include "stage/frame.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

static void add(lo_buf *out, unsigned type, const char *payload)
{
    size_t begin = lo_frame_begin(out, type);
    lo_buf_add_text(out, payload);
    cr_assert_eq(lo_frame_end(out, begin), LO_OK);
}

Test(frame, whole_and_in_pieces)
{
    static const char *const payloads[] = {"", "a", "two words", "a longer payload with \n line ends"};
    lo_buf bytes = LO_BUF_EMPTY;
    for (size_t i = 0; i < 4; i++)
        add(&bytes, i % 2 ? LO_FRAME_TASKS : LO_FRAME_RESULT, payloads[i]);
    for (size_t piece = 1; piece < bytes.n + 1; piece++) { /* through a pipe, so many bytes at a time */
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        lo_frame_reader reader = LO_FRAME_READER_EMPTY;
        size_t seen = 0;
        for (size_t at = 0; at < bytes.n; at += piece) {
            size_t n = bytes.n - at < piece ? bytes.n - at : piece;
            cr_assert_eq(write(ends[1], bytes.p + at, n), (ssize_t)n);
            bool ended, have = true;
            cr_assert_eq(lo_frame_reader_fill(&reader, ends[0], &ended), LO_OK);
            cr_assert_not(ended);
            for (lo_frame frame; lo_frame_reader_next(&reader, &frame, &have) == LO_OK && have; seen++) {
                cr_assert_eq(frame.type, seen % 2 ? LO_FRAME_TASKS : LO_FRAME_RESULT);
                cr_assert(lo_str_is(frame.payload, payloads[seen]));
            }
        }
        cr_assert_eq(seen, 4, "pieces of %zu", piece);
        close(ends[1]);
        bool ended;
        cr_assert_eq(lo_frame_reader_fill(&reader, ends[0], &ended), LO_OK);
        cr_assert(ended);
        close(ends[0]);
        lo_frame_reader_free(&reader);
    }
    lo_buf_free(&bytes);
}

Test(frame, hostile_headers)
{
    static const struct {
        unsigned char bytes[LO_FRAME_HEADER];
        lo_status want;
    } cases[] = {
        {{'X', 'F', LO_FRAME_RESULT, 0, 0, 0, 0, 0}, LO_E_DATA},
        {{'L', 'X', LO_FRAME_RESULT, 0, 0, 0, 0, 0}, LO_E_DATA},
        {{'L', 'F', 0, 0, 0, 0, 0, 0}, LO_E_DATA},
        {{'L', 'F', 31, 0, 0, 0, 0, 0}, LO_E_DATA},
        {{'L', 'F', 255, 0, 0, 0, 0, 0}, LO_E_DATA},
        {{'L', 'F', LO_FRAME_RESULT, 1, 0, 0, 0, 0}, LO_E_DATA},
        {{'L', 'F', LO_FRAME_RESULT, 0, 0xff, 0xff, 0xff, 0xff}, LO_E_DATA},
        {{'L', 'F', LO_FRAME_RESULT, 0, 1, 0, 0, 0x10}, LO_E_DATA},
        {{'L', 'F', LO_FRAME_RESULT, 0, 0, 0, 0, 0x10}, LO_OK}, /* 256 MiB are allowed, but not there yet */
        {{'L', 'F', LO_FRAME_RESULT, 0, 1, 0, 0, 0}, LO_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lo_frame frame;
        size_t used = 99;
        lo_str bytes = {(const char *)cases[i].bytes, LO_FRAME_HEADER};
        cr_assert_eq(lo_frame_take(bytes, &frame, &used), cases[i].want, "case %zu", i);
        cr_assert_eq(used, 0);
        for (bytes.n = 0; bytes.n < LO_FRAME_HEADER; bytes.n++) {
            cr_assert_eq(lo_frame_take(bytes, &frame, &used), LO_OK);
            cr_assert_eq(used, 0);
        }
    }
}

/* A length that was announced costs nothing until its bytes arrive. */
Test(frame, announced_length_takes_no_memory)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    static const unsigned char header[LO_FRAME_HEADER] = {'L', 'F', LO_FRAME_RESULT, 0, 0, 0, 0, 0x0f};
    cr_assert_eq(write(ends[1], header, sizeof header), (ssize_t)sizeof header);
    lo_frame_reader reader = LO_FRAME_READER_EMPTY;
    lo_frame frame;
    bool ended, have;
    cr_assert_eq(lo_frame_reader_fill(&reader, ends[0], &ended), LO_OK);
    cr_assert_eq(lo_frame_reader_next(&reader, &frame, &have), LO_OK);
    cr_assert_not(have);
    cr_assert_lt(reader.buffer.capacity, 1 << 20);
    lo_frame_reader_free(&reader);
    close(ends[0]);
    close(ends[1]);
}

Test(frame, short_memory)
{
    int64_t alive = lo_mem_alive();
    for (uint64_t skip = 0; skip < 3; skip++) {
        lo_buf out = LO_BUF_EMPTY;
        lo_mem_fail_after(skip, 1);
        size_t begin = lo_frame_begin(&out, LO_FRAME_TASKS);
        char big[300];
        memset(big, 'x', sizeof big);
        for (int i = 0; i < 20; i++)
            lo_buf_add(&out, big, sizeof big);
        lo_status status = lo_frame_end(&out, begin);
        lo_mem_fail_never();
        cr_assert_eq(status, LO_E_MEMORY);
        lo_buf_free(&out);
    }
    cr_assert_eq(lo_mem_alive(), alive);
}
