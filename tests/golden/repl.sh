#!/bin/sh
# SPDX-License-Identifier: MIT
# The interactive session in a real terminal: a person types, reads tables, makes mistakes, interrupts, comes back.
# Closes with "N passed, N failed".
set -u
locutor=$LOCUTOR
work=$(mktemp -d)
trap 'tmux -S "$work/socket" kill-server 2>/dev/null; rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work/state" NO_COLOR=1 LC_ALL=C.UTF-8
passed=0
failed=0

screen() { tmux -S "$work/socket" capture-pane -p -J -S -200 -t s; }
type_line() { tmux -S "$work/socket" send-keys -t s -l "$1" && tmux -S "$work/socket" send-keys -t s Enter; }

# expect WHAT PATTERN: the screen shows PATTERN within 10 seconds.
expect() {
  for _ in $(seq 100); do
    if screen | grep -qE -- "$2"; then
      passed=$((passed + 1))
      return
    fi
    sleep 0.1
  done
  failed=$((failed + 1))
  echo "not seen: $1 (/$2/); the screen was:"
  screen
}

start() {
  tmux -S "$work/socket" -f /dev/null new-session -d -s s -x 100 -y 40 "$locutor repl $work/p.db; echo \"exit status \$?\"; sleep 60"
}

printf '%s\n' '{"id": "a", "outlet": "The Tide", "date": "2019-03-02", "text": "The minister, Ann Lee, said the accord was dead."}' |
  "$locutor" ingest --quiet "$work/p.db" -

start
expect "a greeting" '^locutor [0-9].*Ctrl-D ends'
type_line '1 + 1'
expect "the value of an expression" '^2$'
type_line 'for i = 1, 2 do'
expect "a prompt for the rest of a statement" '^     \.\.\.>'
type_line 'print("row " .. i) end'
expect "output of a statement over two lines" '^row 2$'
type_line 'store:documents {}'
expect "rows as a table" '^2019-03-02 +The Tide'
type_line 'store:statements { wrong = 1 }'
expect "an error that lists what there is" "has no filter 'wrong'; there are .*outlet"
type_line 'local x = = 2'
expect "a syntax error with its place" 'input:1: unexpected symbol'
type_line 'while true do end'
sleep 1
tmux -S "$work/socket" send-keys -t s C-c
expect "Ctrl-C stops what runs" '^stopped$'
type_line '40 + 2'
expect "the session goes on" '^42$'
tmux -S "$work/socket" send-keys -t s -l 'half a li'
tmux -S "$work/socket" send-keys -t s C-c
expect "Ctrl-C drops a line" '\^C$'
type_line 'help()'
expect "help" 'store:statements \{'
tmux -S "$work/socket" send-keys -t s C-d
expect "Ctrl-D ends with status 0" 'exit status 0'
tmux -S "$work/socket" kill-server
sleep 0.3
start
expect "a second session" 'Ctrl-D ends'
tmux -S "$work/socket" send-keys -t s Up
expect "history of the first one" '^locutor> help\(\)'

# From a pipe: no prompt, an error sets the exit status, the rest still runs.
out=$(printf 'print(1)\nerror("no")\nprint(2)\n' | "$locutor" repl 2>"$work/err")
status=$?
if [ "$out" = "$(printf '1\n2')" ] && [ "$status" -eq 1 ] && grep -q 'no$' "$work/err"; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
  echo "from a pipe: status $status, output: $out"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
