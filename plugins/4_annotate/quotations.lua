-- SPDX-License-Identifier: MIT
--- Quoted runs: what stands between an opening and its closing mark, in every mark style.
--- A run stays inside its paragraph; when a paragraph ends open and the next begins with a mark, both are passages of
--- one
--- quotation (closed = 0 on the first).  An odd mark never reaches further than its paragraph.
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Quoted runs with their marks, level and style",
  needs = {},
  makes = { "quotation" },
  examples = {
    { "He said “we will sign” and left.", makes = "quotation", text = "we will sign" },
    { "An odd \" mark.\n\nThe next “one” is fine.", makes = "quotation", text = "one" },
    { "It's the dogs' bowl.", makes = "quotation", none = true },
  },
}

local marks = g.rules {
  g.tokens { name = "mark", anchor = "quote", sentence = "quote", pattern = g.cap("mark", g.class "quote") },
}

local OPEN = { ["“"] = "double", ["``"] = "double", ["«"] = "guillemet", ["‘"] = "single", ["„"] = "double" }
local CLOSE = { ["”"] = "double", ["»"] = "guillemet", ["’"] = "single" }

--- Style and direction of a mark token: opens, closes, or (straight marks) what the blanks around it say.
local function read(doc, i)
  local w = doc:word(i)
  if OPEN[w] then
    return OPEN[w], true, false
  elseif CLOSE[w] then
    return CLOSE[w], false, true
  end
  local kind = (w == '"' or w == "''") and "double" or "single"
  local open, close = doc:is(i, "open_quote"), doc:is(i, "close_quote")
  if w == "''" then -- on both sides in some texts: what touches it tells
    local s, e = doc:token(i)
    open = s == 0 or doc:sub(s - 1, s):find "[%s%(%[-]" ~= nil
    close = not open or doc:sub(e, e + 1):find "^%s?$" ~= nil
  end
  if open == close then
    return kind, true, true
  end
  return kind, open, close
end

local function emit(doc, out, open, close, last, level)
  local first = open.at + 1
  if first >= last then
    return
  end
  local s, e = doc:span(first, last)
  local fields = { kind = open.kind, level = level, closed = close and 1 or 0, open = { { doc:token(open.at) } } }
  if close then
    fields.close = { { doc:token(close) } }
  end
  out:add("quotation", s, e, fields)
end

function M.annotate(doc, out)
  local stack, paragraph, last_token = {}, -1, 0
  local function flush()
    for level = #stack, 1, -1 do
      if stack[level].kind ~= "single" and level == 1 then
        emit(doc, out, stack[level], nil, last_token, 0)
      end
      stack[level] = nil
    end
  end
  for _, c in marks:each(doc) do
    local i = c.mark[1]
    local here = doc:paragraph_of(doc:sentence_of(i))
    if here ~= paragraph then
      flush()
      paragraph = here
      local _, last = doc:paragraph(here)
      _, last_token = doc:sentence(last - 1)
    end
    local kind, opens, closes = read(doc, i)
    local top = stack[#stack]
    local at
    for level = #stack, 1, -1 do
      if stack[level].kind == kind then
        at = level
        break
      end
    end
    if closes and at and not (opens and top.kind ~= kind) and not (opens and top.at == i - 1) then
      while #stack > at do
        stack[#stack] = nil
      end
      emit(doc, out, stack[at], i, i, at - 1)
      stack[at] = nil
    elseif opens and (kind ~= "single" or not top or top.kind ~= "single") then
      if at and kind ~= "single" then -- a second opening mark: the first one was odd, or a new passage
        emit(doc, out, stack[at], nil, i, at - 1)
        while #stack >= at do
          stack[#stack] = nil
        end
      end
      stack[#stack + 1] = { at = i, kind = kind }
    end
  end
  flush()
end

return M
