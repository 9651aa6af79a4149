// SPDX-License-Identifier: MIT
#include "tool/repl.h"

#include "base/mem.h"
#include "base/stop.h"
#include "out/escape.h"
#include "tool/show.h"

#include <errno.h>
#include <histedit.h>
#include <lauxlib.h>
#include <locale.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

enum { HISTORY_MAX = 1000, ROWS_SHOWN = 40, LINE_MAX_BYTES = 1 << 20 };

static lo_vm *running; /* what Ctrl-C stops */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
    if (running)
        lo_vm_interrupt(running);
}

typedef struct session {
    lo_vm *vm;
    EditLine *edit; /* NULL when input is no terminal */
    History *history;
    char history_file[4096]; /* "" when there is no place for one */
    bool continued;
    bool colour;
    bool failed;
} session;

/* ---- reading lines ---- */

static char *prompt(EditLine *edit)
{
    session *s;
    el_get(edit, EL_CLIENTDATA, &s);
    static char first[] = "locutor> ", more[] = "     ...> ";
    return s->continued ? more : first;
}

/* One character for the line editor.  A signal ends the wait, where libedit's own reader would go on. */
static int read_character(EditLine *edit, wchar_t *out)
{
    (void)edit;
    mbstate_t state = {0};
    for (int i = 0; i < 6; i++) {
        char byte;
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n < 0 && errno == EINTR && !interrupted) {
            i--;
            continue;
        }
        if (n <= 0)
            return n == 0 ? 0 : -1;
        size_t used = mbrtowc(out, &byte, 1, &state);
        if (used == (size_t)-1) {
            *out = L'\ufffd';
            return 1;
        }
        if (used != (size_t)-2)
            return 1;
    }
    return -1;
}

/* Makes every folder above the file. */
static bool make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        int failed = mkdir(path, 0700) && errno != EEXIST;
        *slash = '/';
        if (failed)
            return false;
    }
    return true;
}

static void find_history_file(session *s)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n = -1;
    if (state && state[0] == '/')
        n = snprintf(s->history_file, sizeof s->history_file, "%s/locutor/history", state);
    else if (home && home[0] == '/')
        n = snprintf(s->history_file, sizeof s->history_file, "%s/.local/state/locutor/history", home);
    if (n < 0 || (size_t)n >= sizeof s->history_file || !make_parents(s->history_file))
        s->history_file[0] = 0;
}

static void open_editor(session *s)
{
    if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
        setlocale(LC_CTYPE, "C.UTF-8");
    s->edit = el_init("locutor", stdin, stdout, stderr);
    s->history = history_init();
    if (!s->edit || !s->history)
        return;
    HistEvent event;
    history(s->history, &event, H_SETSIZE, HISTORY_MAX);
    history(s->history, &event, H_SETUNIQUE, 1);
    find_history_file(s);
    if (s->history_file[0])
        history(s->history, &event, H_LOAD, s->history_file);
    el_set(s->edit, EL_CLIENTDATA, s);
    el_set(s->edit, EL_PROMPT, prompt);
    el_set(s->edit, EL_EDITOR, "emacs");
    el_set(s->edit, EL_HIST, history, s->history);
    el_set(s->edit, EL_GETCFN, read_character);
    el_set(s->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(s->edit, NULL); /* ~/.editrc */
}

static void close_editor(session *s)
{
    if (s->history) {
        HistEvent event;
        if (s->history_file[0])
            history(s->history, &event, H_SAVE, s->history_file);
        history_end(s->history);
    }
    if (s->edit)
        el_end(s->edit);
}

/* Appends a line; false at the end of input.  *stopped: Ctrl-C was pressed. */
static bool read_line(session *s, lo_buf *chunk, bool *stopped)
{
    *stopped = false;
    interrupted = 0;
    if (s->edit) {
        int n = 0;
        const char *line = el_gets(s->edit, &n);
        if (interrupted) {
            interrupted = 0;
            *stopped = true;
            el_reset(s->edit);
            fputs("^C\n", stdout);
            return true;
        }
        if (!line || n <= 0)
            return false;
        lo_buf_add(chunk, line, (size_t)n);
        return true;
    }
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n = getline(&line, &capacity, stdin);
    if (n > 0)
        lo_buf_add(chunk, line, (size_t)n);
    free(line);
    return n > 0;
}

/* ---- running them ---- */

static void complain(session *s)
{
    lo_buf shown = LO_BUF_EMPTY;
    lo_escape_terminal(&shown, lo_str_of(lo_status_message()));
    fprintf(stderr, "%s%.*s%s\n", s->colour ? "\033[31m" : "", LO_STR_ARG(lo_buf_str(&shown)),
            s->colour ? "\033[0m" : "");
    lo_buf_free(&shown);
    s->failed = true;
}

/* Whether a syntax error only says that more lines are wanted. */
static bool incomplete(void)
{
    const char *message = lo_status_message();
    size_t n = strlen(message);
    return n >= 5 && strcmp(message + n - 5, "<eof>") == 0;
}

/* Leaves the compiled chunk on the stack: as an expression where that works, else as statements. */
static lo_status compile(session *s, lo_str text)
{
    lo_buf expression = LO_BUF_EMPTY;
    lo_buf_add_text(&expression, "return ");
    lo_buf_add_str(&expression, text.n && text.p[0] == '=' ? (lo_str){text.p + 1, text.n - 1} : text);
    lo_status status = expression.status ? expression.status : lo_vm_load(s->vm, lo_buf_str(&expression), "=input", 0);
    lo_buf_free(&expression);
    return status == LO_OK ? status : lo_vm_load(s->vm, text, "=input", 0);
}

static uint32_t terminal_width(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 0;
}

typedef struct showing {
    int first, last;
    lo_buf out;
    lo_status status;
    bool colour;
} showing;

/* Values are shown under protection too: a row may be read from the store by a metamethod. */
static int show_values(lua_State *L)
{
    showing *s = lua_touserdata(L, lua_upvalueindex(1));
    int n = lua_gettop(L);
    for (int i = 1; i <= n && !s->status; i++) {
        /* a query fetches its rows itself */
        if (luaL_getmetafield(L, i, "__show") != LUA_TNIL) {
            lua_pushvalue(L, i);
            lua_call(L, 1, 1);
            lua_replace(L, i);
        }
        s->status = lo_show_value(L, i, terminal_width(), s->colour, ROWS_SHOWN, &s->out);
    }
    return 0;
}

static void run(session *s)
{
    lua_State *L = lo_vm_state(s->vm);
    int base = lua_gettop(L) - 1; /* below the chunk */
    running = s->vm;
    lo_status status = lo_vm_call(s->vm, 0, LUA_MULTRET);
    int n = lua_gettop(L) - base;
    if (!status && n > 0) {
        showing shown = {.out = LO_BUF_EMPTY, .colour = s->colour};
        lua_pushlightuserdata(L, &shown);
        lua_pushcclosure(L, show_values, 1);
        lua_insert(L, base + 1);
        status = lo_vm_call(s->vm, n, 0);
        if (!status)
            status = shown.status;
        fwrite(shown.out.p ? shown.out.p : "", 1, shown.out.n, stdout);
        lo_buf_free(&shown.out);
    }
    running = NULL;
    if (status && interrupted)
        fputs(s->edit ? "\nstopped\n" : "stopped\n", stderr);
    else if (status)
        complain(s);
    lua_settop(L, base);
    fflush(stdout);
}

static bool is_quit(lo_str line)
{
    return lo_str_is(line, "quit") || lo_str_is(line, "exit") || lo_str_is(line, ":q");
}

static void remember(session *s, lo_str chunk)
{
    if (!s->history || !chunk.n)
        return;
    HistEvent event;
    char *line = lo_mem_alloc(chunk.n + 1);
    if (!line)
        return;
    memcpy(line, chunk.p, chunk.n);
    line[chunk.n] = 0;
    history(s->history, &event, H_ENTER, line);
    lo_mem_free(line);
}

int lo_repl_run(lo_vm *vm)
{
    session s = {.vm = vm};
    lo_buf chunk = LO_BUF_EMPTY;
    struct sigaction action = {.sa_handler = on_interrupt}, former;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &former);
    const char *no_colour = getenv("NO_COLOR");
    s.colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
    if (isatty(STDIN_FILENO)) {
        printf("locutor " LO_VERSION " on " LUA_RELEASE ". help() shows what there is, Ctrl-D ends.\n");
        open_editor(&s);
    }
    bool stopped;
    while (!lo_stop_asked() && read_line(&s, &chunk, &stopped)) {
        lo_str text = lo_str_trim(lo_buf_str(&chunk));
        if (stopped || !text.n || chunk.n > LINE_MAX_BYTES) {
            s.continued = false;
            lo_buf_clear(&chunk);
            continue;
        }
        if (is_quit(text))
            break;
        lo_status status = compile(&s, text);
        if (status && incomplete()) {
            s.continued = true;
            continue;
        }
        remember(&s, text);
        if (status)
            complain(&s);
        else
            run(&s);
        s.continued = false;
        lo_buf_clear(&chunk);
    }
    if (s.continued && chunk.n) { /* input ended inside a statement */
        compile(&s, lo_buf_str(&chunk));
        complain(&s);
    }
    if (s.edit)
        fputc('\n', stdout);
    close_editor(&s);
    lo_buf_free(&chunk);
    sigaction(SIGINT, &former, NULL);
    return s.failed && !isatty(STDIN_FILENO);
}
