// SPDX-License-Identifier: MIT
#include "tool/input.h"

#include "base/mem.h"
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

lo_input lo_input_of(const char *const *paths, size_t n_paths)
{
    return (lo_input){.paths = paths, .n_paths = n_paths, .name = LO_BUF_EMPTY, .bytes = LO_BUF_EMPTY};
}

int lo_input_fd(const lo_input *input)
{
    return input->state == LO_INPUT_CLOSED ? -1 : input->lines.fd;
}

static void close_lines(lo_input *input)
{
    if (input->state != LO_INPUT_CLOSED && input->lines.fd != STDIN_FILENO)
        close(input->lines.fd);
    if (input->state != LO_INPUT_CLOSED)
        lo_lines_free(&input->lines);
    input->state = LO_INPUT_CLOSED;
}

void lo_input_close(lo_input *input)
{
    close_lines(input);
    if (input->tree)
        fts_close(input->tree);
    input->tree = NULL;
    lo_buf_free(&input->name);
    lo_buf_free(&input->bytes);
}

static bool ends_with(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n > m && !strcasecmp(name + n - m, ending);
}

static bool is_lines(const char *name)
{
    return ends_with(name, ".jsonl") || ends_with(name, ".ndjson");
}

static bool is_read(const char *name)
{
    static const char *const endings[] = {".txt", ".text", ".md", ".html", ".htm", ".xhtml"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(name, endings[i]))
            return true;
    return is_lines(name);
}

static lo_status failed(lo_input_item *out, const char *path, const char *why)
{
    lo_status_set(LO_E_IO, "%s: %s", path, why);
    out->kind = LO_INPUT_FAILED;
    return LO_OK;
}

static lo_status set_name(lo_input *input, const char *path)
{
    while (path[0] == '.' && path[1] == '/' && path[2])
        path += path[2] == '/' ? 1 : 2;
    lo_buf_clear(&input->name);
    lo_buf_add_text(&input->name, path);
    return lo_buf_add_byte(&input->name, 0);
}

static lo_str name_of(const lo_input *input)
{
    return (lo_str){input->name.p, input->name.n - 1};
}

/* Refused as soon as it is too long, whatever its size was said to be. */
static lo_status read_bytes(lo_input *input, int fd, lo_input_item *out)
{
    lo_buf *bytes = &input->bytes;
    for (;;) {
        if (lo_buf_reserve(bytes, 64 << 10))
            return bytes->status;
        ssize_t got = read(fd, bytes->p + bytes->n, bytes->capacity - bytes->n);
        if (got < 0 && errno == EINTR && lo_stop_asked())
            return lo_stop_check();
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(out, input->name.p, strerror(errno));
        if (!got)
            break;
        bytes->n += (size_t)got;
        if (bytes->n > LO_INPUT_FILE_MAX)
            return failed(out, input->name.p, "is larger than 32 MiB, too much for one document; split it");
    }
    *out = (lo_input_item){LO_INPUT_FILE, name_of(input), lo_buf_str(bytes), 0};
    return LO_OK;
}

static lo_status read_file(lo_input *input, int fd, const struct stat *about, lo_input_item *out)
{
    lo_buf_clear(&input->bytes);
    if (input->bytes.capacity > (4 << 20)) /* a large one before does not stay in memory */
        lo_buf_free(&input->bytes);
    if (S_ISREG(about->st_mode) && about->st_size > LO_INPUT_FILE_MAX)
        return failed(out, input->name.p, "is larger than 32 MiB, too much for one document; split it");
    return read_bytes(input, fd, out);
}

static void open_lines(lo_input *input, int fd, int state)
{
    input->lines = lo_lines_of(fd);
    input->state = state;
    input->line = 0;
}

/* One read, when there is something to read; else item WAIT.  *more: it was done. */
static lo_status fill(lo_input *input, lo_input_item *out, bool *more)
{
    struct pollfd ready = {.fd = input->lines.fd, .events = POLLIN};
    *more = poll(&ready, 1, 0) > 0;
    if (!*more) {
        out->kind = LO_INPUT_WAIT;
        return lo_stop_check();
    }
    lo_status status = lo_stop_check();
    if (!status)
        status = lo_lines_fill(&input->lines);
    if (status != LO_E_IO)
        return status;
    *more = false;
    lo_status_prefix(status, "%s", input->name.p);
    close_lines(input);
    out->kind = LO_INPUT_FAILED;
    return LO_OK;
}

/* LO_INPUT_END when the file is at its end. */
static lo_status next_line(lo_input *input, lo_input_item *out)
{
    for (bool more = true; more;) {
        lo_str line;
        lo_status status;
        switch (lo_lines_next(&input->lines, &line)) {
        case LO_LINES_LINE:
            if (input->line++ == 0 && line.n >= 3 && !memcmp(line.p, "\xef\xbb\xbf", 3))
                line = (lo_str){line.p + 3, line.n - 3}; /* a byte order mark */
            if (!lo_str_trim(line).n)
                continue;
            *out = (lo_input_item){LO_INPUT_LINE, name_of(input), line, input->line};
            return LO_OK;
        case LO_LINES_TOO_LONG:
            input->line++;
            lo_status_set(LO_E_LIMIT, "%s:%llu: the line is longer than %d MiB", input->name.p,
                          (unsigned long long)input->line, LO_LINES_MAX >> 20);
            out->kind = LO_INPUT_FAILED;
            return LO_OK;
        case LO_LINES_END:
            close_lines(input);
            out->kind = LO_INPUT_END;
            return LO_OK;
        case LO_LINES_WAIT:
            if ((status = fill(input, out, &more)))
                return status;
            break;
        }
    }
    return LO_OK;
}

static bool blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A stream is JSON Lines when its first character is that of an object. */
static lo_status next_of_stream(lo_input *input, lo_input_item *out)
{
    lo_buf *buffer = &input->lines.buffer;
    for (bool more = true; more && !input->lines.ended;) {
        lo_status status = fill(input, out, &more);
        if (status)
            return status;
        size_t at = more && buffer->n >= 3 && !memcmp(buffer->p, "\xef\xbb\xbf", 3) ? 3 : 0;
        while (more && input->state == LO_INPUT_SNIFFING && at < buffer->n && blank(buffer->p[at]))
            at++;
        if (more && input->state == LO_INPUT_SNIFFING && at < buffer->n)
            input->state = buffer->p[at] == '{' ? LO_INPUT_LINES : LO_INPUT_WHOLE;
        if (input->state == LO_INPUT_LINES)
            return next_line(input, out);
        if (more && buffer->n > LO_INPUT_FILE_MAX) {
            close_lines(input);
            return failed(out, input->name.p, "is larger than 32 MiB, too much for one document; split it");
        }
        if (!more)
            return LO_OK; /* waits, or has failed */
    }
    lo_buf_free(&input->bytes);
    input->bytes = *buffer; /* moved, not copied */
    *buffer = LO_BUF_EMPTY;
    close_lines(input);
    *out = (lo_input_item){LO_INPUT_FILE, name_of(input), lo_buf_str(&input->bytes), 0};
    return LO_OK;
}

static lo_status start_file(lo_input *input, const char *path, lo_input_item *out)
{
    struct stat about;
    lo_status status = set_name(input, path);
    if (status)
        return status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0) {
        status = failed(out, path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return status;
    }
    if (is_lines(path)) {
        open_lines(input, fd, LO_INPUT_LINES);
        return next_line(input, out);
    }
    if (!S_ISREG(about.st_mode)) {
        open_lines(input, fd, LO_INPUT_SNIFFING);
        return next_of_stream(input, out);
    }
    status = read_file(input, fd, &about, out);
    close(fd);
    return status;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* LO_INPUT_END at the end of the tree. */
static lo_status next_in_tree(lo_input *input, lo_input_item *out)
{
    for (FTSENT *entry; (errno = 0, entry = fts_read(input->tree));) {
        lo_status status = lo_stop_check();
        if (status)
            return status;
        switch (entry->fts_info) {
        case FTS_F:
            if (entry->fts_level > 0 && !is_read(entry->fts_name)) {
                input->skipped++;
                break;
            }
            out->kind = LO_INPUT_END;
            status = start_file(input, entry->fts_path, out);
            if (status || out->kind != LO_INPUT_END) /* an empty .jsonl file gives nothing */
                return status;
            break;
        case FTS_DC: /* a folder inside itself, by a link: seen already */ break;
        case FTS_DNR:
        case FTS_ERR:
        case FTS_NS: return failed(out, entry->fts_path, strerror(entry->fts_errno));
        case FTS_DEFAULT:
        case FTS_SLNONE: input->skipped++; break;
        default: break;
        }
    }
    int error = errno;
    fts_close(input->tree);
    input->tree = NULL;
    out->kind = LO_INPUT_END;
    return error ? failed(out, input->paths[input->at - 1], strerror(error)) : LO_OK;
}

static lo_status start_path(lo_input *input, const char *path, lo_input_item *out)
{
    struct stat about;
    if (!strcmp(path, "-")) {
        lo_status status = set_name(input, path);
        open_lines(input, STDIN_FILENO, LO_INPUT_SNIFFING);
        return status ? status : next_of_stream(input, out);
    }
    if (stat(path, &about) != 0)
        return failed(out, path, strerror(errno));
    if (!S_ISDIR(about.st_mode))
        return start_file(input, path, out);
    char *roots[] = {(char *)path, NULL};
    input->tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    return input->tree ? next_in_tree(input, out) : lo_mem_short();
}

lo_status lo_input_next(lo_input *input, lo_input_item *out)
{
    for (;;) {
        lo_status status = LO_OK;
        *out = (lo_input_item){.kind = LO_INPUT_END};
        if (input->state == LO_INPUT_LINES)
            status = next_line(input, out);
        else if (input->state != LO_INPUT_CLOSED)
            status = next_of_stream(input, out);
        else if (input->tree)
            status = next_in_tree(input, out);
        else if (input->at < input->n_paths)
            status = start_path(input, input->paths[input->at++], out);
        else
            return LO_OK;
        if (status || out->kind != LO_INPUT_END)
            return status;
    }
}
