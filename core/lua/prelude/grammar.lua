-- SPDX-License-Identifier: MIT
--- Rules over tokens, and a few LPeg patterns over bytes.
---
--- A token pattern is built from conditions on one token and put together with functions or operators:
---
---   g.class "cue_verb"            one token of a word class (g.class { "day", "month" }: of any of them)
---   g.none "comma"                one token of none of the classes
---   g.any                         one token
---   g.token { class = …, lemma = …, upos = …, word = …, folded = …, xpos = …, deprel = …, none = … }
---                                 one token for which all of these hold; each is a string or a list of alternatives.
---                                 lemma, upos, xpos ask the tagger, deprel the parser; with --fast they never hold
---   g.anchor                      the anchor token of the rule, where the match was begun
---   p * q   g.seq { p, q }        one after the other          p + q   g.alt { p, q }   either, the first first
---   g.opt(p)  g.many(p)  g.some(p)  g.upto(n, p)  g.times(m, n, p)   as many as can be, giving back
---   g.skip(n)  g.skip(n, p)       at most n tokens (of p), as few as can be
---   -p  g.not_(p)                 p does not begin here        #p  g.ahead(p)  p begins here; both take no token
---   g.cap("name", p)              keeps the tokens p took      g.start  g.finish   the ends of the sentence
---
--- Matching backtracks: whatever choice makes the whole pattern fit is found.
local lpeg, core, shared = ...
local P, S, V, B, C, Cc, Cp, Cmt = lpeg.P, lpeg.S, lpeg.V, lpeg.B, lpeg.C, lpeg.Cc, lpeg.Cp, lpeg.Cmt
local concat, insert, unpack = table.concat, table.insert, table.unpack

local g = { lpeg = shared }
local Pattern = { __metatable = false, __name = "token pattern" }

local function fail(...)
  error(string.format(...), 3)
end

local function node(op, fields)
  fields.op = op
  return setmetatable(fields, Pattern)
end

local function is_pattern(value)
  return type(value) == "table" and rawget(value, "op") ~= nil and rawget(value, "op") ~= "rule"
end

local function names_of(value, what)
  if type(value) == "string" then
    return { value }
  end
  if type(value) ~= "table" or #value == 0 then
    fail("%s: a name or a list of names, got %s", what, type(value) == "table" and "an empty list" or type(value))
  end
  for _, name in ipairs(value) do
    if type(name) ~= "string" then
      fail("%s: names are strings, got a %s", what, type(name))
    end
  end
  return value
end

local function use(names)
  for _, name in ipairs(names) do
    core.use(name)
  end
  return names
end

--- A string is a class, an LPeg pattern stands for itself (over the class string).
local function coerce(value, what)
  if is_pattern(value) then
    return value
  elseif type(value) == "string" then
    return node("token", { classes = use { value } })
  elseif lpeg.type(value) == "pattern" then
    return node("raw", { raw = value })
  end
  fail("%s: a token pattern, the name of a class or an LPeg pattern is wanted, got a %s", what, type(value))
end

-- ---- building ----

--- Declares classes that the plugin asks about with doc:is.
function g.use(names)
  use(names_of(names, "g.use"))
end

--- Adds words (a list, or the text of a word list) to a class, which comes into being if need be.
function g.words(class, words)
  if type(words) == "table" then
    words = concat(words, "\n") .. "\n"
  end
  core.words(class, words)
  return g.class(class)
end

function g.class(names)
  return node("token", { classes = use(names_of(names, "g.class")) })
end

function g.none(names)
  return node("token", { without = use(names_of(names, "g.none")) })
end

g.any = node("token", {})
g.anchor = node("anchor", {})
g.start = node("start", {})
g.finish = node("finish", {})

local conditions = { "word", "folded", "lemma", "upos", "xpos", "deprel" }

function g.token(fields)
  local made = {}
  for key, value in pairs(fields) do
    if key == "class" then
      made.classes = use(names_of(value, "class"))
    elseif key == "none" then
      made.without = use(names_of(value, "none"))
    end
  end
  for _, which in ipairs(conditions) do
    if fields[which] then
      made.tests = made.tests or {}
      insert(made.tests, core.condition(which, names_of(fields[which], which)))
    end
  end
  for key in pairs(fields) do
    local known = key == "class" or key == "none"
    for _, which in ipairs(conditions) do
      known = known or key == which
    end
    if not known then
      fail("g.token: there is no condition '%s'", tostring(key))
    end
  end
  return node("token", made)
end

local function sequence(list, what)
  local made = {}
  for i, value in ipairs(list) do
    value = coerce(value, what)
    if value.op == "seq" then
      for _, part in ipairs(value) do
        insert(made, part)
      end
    else
      made[#made + 1] = value
    end
    if i > 200 then
      fail("%s: more than 200 parts", what)
    end
  end
  return node("seq", made)
end

function g.seq(list)
  return sequence(list, "g.seq")
end

function g.alt(list)
  local made = {}
  for i, value in ipairs(list) do
    made[i] = coerce(value, "g.alt")
  end
  if #made == 0 then
    fail("g.alt: nothing to choose from")
  end
  return node("alt", made)
end

local function repeated(p, min, max, lazy, what)
  p = coerce(p, what)
  if math.type(min) ~= "integer" or min < 0 or min > 100
    or (max and (math.type(max) ~= "integer" or max < min or max > 100)) then
    fail("%s: counts are 0 to 100", what)
  end
  return node("repeat", { p, min = min, max = max, lazy = lazy })
end

function g.opt(p)
  return repeated(p, 0, 1, false, "g.opt")
end

function g.many(p)
  return repeated(p, 0, nil, false, "g.many")
end

function g.some(p)
  return repeated(p, 1, nil, false, "g.some")
end

function g.upto(n, p)
  return repeated(p, 0, n, false, "g.upto")
end

function g.times(min, max, p)
  return repeated(p, min, max, false, "g.times")
end

function g.skip(n, p)
  return repeated(p or g.any, 0, n, true, "g.skip")
end

function g.not_(p)
  return node("not", { coerce(p, "g.not_") })
end

function g.ahead(p)
  return node("ahead", { coerce(p, "g.ahead") })
end

function g.cap(name, p)
  if type(name) ~= "string" or not name:find "^[%a_][%w_]*$" or name == "match" or name == "anchor" then
    fail("g.cap: '%s' cannot be the name of a capture", tostring(name))
  end
  return node("cap", { coerce(p, "g.cap"), name = name })
end

function Pattern.__mul(a, b)
  return sequence({ a, b }, "*")
end

function Pattern.__add(a, b)
  return node("alt", { coerce(a, "+"), coerce(b, "+") })
end

function Pattern.__unm(a)
  return g.not_(a)
end

function Pattern.__len(a)
  return g.ahead(a)
end

function Pattern.__sub(a, b)
  return sequence({ g.not_(b), a }, "-")
end

function Pattern.__pow(p, n)
  if n < 0 then
    return repeated(p, 0, -n, false, "^")
  end
  return repeated(p, n, nil, false, "^")
end

-- ---- what a pattern's shape tells ----

--- Least and most tokens it takes; most is nil when there is no bound.
local function extent(p)
  local op = p.op
  if op == "token" or op == "anchor" then
    return 1, 1
  elseif op == "not" or op == "ahead" or op == "start" or op == "finish" then
    return 0, 0
  elseif op == "raw" then
    return 0, nil
  elseif op == "cap" then
    return extent(p[1])
  elseif op == "repeat" then
    local min, max = extent(p[1])
    return min * p.min, max and p.max and max * p.max
  end
  local low, high
  for i, part in ipairs(p) do
    local min, max = extent(part)
    if op == "seq" then
      low = (low or 0) + min
      if i == 1 then
        high = max
      else
        high = high and max and high + max
      end
    elseif i == 1 then
      low, high = min, max
    else
      low, high = math.min(low, min), high and max and math.max(high, max)
    end
  end
  if #p == 0 then
    return 0, 0
  end
  return low, high
end

--- Least and most tokens in front of the anchor; nil when the pattern has none.
local function before_anchor(p)
  local op = p.op
  if op == "anchor" then
    return 0, 0
  elseif op == "cap" then
    return before_anchor(p[1])
  elseif op == "seq" then
    local low, high = 0, 0
    for _, part in ipairs(p) do
      local min, max = before_anchor(part)
      if min then
        return low + min, high and max and high + max
      end
      min, max = extent(part)
      low, high = low + min, high and max and high + max
    end
  elseif op == "alt" then
    local low, high, seen
    for _, part in ipairs(p) do
      local min, max = before_anchor(part)
      if min then
        low = seen and math.min(low, min) or min
        if seen then
          high = high and max and math.max(high, max)
        else
          high = max
        end
        seen = true
      end
    end
    return low, high
  elseif op == "repeat" and p.max == 1 then
    return before_anchor(p[1])
  end
end

-- ---- codes ----

local all_codes = {}
for code = 1, 255 do
  all_codes[code] = string.char(code)
end
all_codes = concat(all_codes)

local function codes_of(classes)
  local seen = {}
  for _, name in ipairs(classes) do
    for code in core.codes(name):gmatch "." do
      seen[code] = true
    end
  end
  return seen
end

local function set_string(has)
  local codes = {}
  for code in all_codes:gmatch "." do
    if has(code) then
      codes[#codes + 1] = code
    end
  end
  return concat(codes)
end

--- The codes of the tokens that a condition on one token lets through (its tests aside).
local function token_codes(p)
  local yes, no = p.classes and codes_of(p.classes), p.without and codes_of(p.without)
  return set_string(function(code)
    return (not yes or yes[code]) and not (no and no[code])
  end)
end

--- Code sets of the first tokens, as far as their number is fixed; returns whether the whole pattern is.
local function lead(p, anchor, out)
  local op = p.op
  if #out >= 8 then
    return false
  elseif op == "token" then
    insert(out, token_codes(p))
    return true
  elseif op == "anchor" then
    insert(out, anchor)
    return true
  elseif op == "not" or op == "ahead" or op == "start" or op == "finish" then
    return true
  elseif op == "cap" then
    return lead(p[1], anchor, out)
  elseif op == "seq" then
    for _, part in ipairs(p) do
      if not lead(part, anchor, out) then
        return false
      end
    end
    return true
  elseif op == "repeat" then
    for _ = 1, p.min do
      if not lead(p[1], anchor, out) then
        return false
      end
    end
    return p.min == p.max
  end
  return false
end

-- ---- compiling to LPeg: from the back, each part with what has to follow it ----

local function share(rest, rules)
  if rules.shared[rest] then
    return rest
  end
  rules.n = rules.n + 1
  local name = "k" .. rules.n
  rules.grammar[name] = rest
  local reference = V(name)
  rules.shared[reference] = true
  return reference
end

local function token(p)
  local codes = token_codes(p)
  local pattern = #codes == 255 and P(1) or S(codes)
  for _, test in ipairs(p.tests or {}) do
    pattern = Cmt(pattern, test)
  end
  return pattern
end

local compile

local function compile_repeat(p, rest, rules)
  local part, min, max = p[1], p.min, p.max
  if extent(part) == 0 then
    error("a rule repeats something that may be empty", 0)
  end
  rest = share(rest, rules)
  local made = rest
  if max then
    for _ = min + 1, max do
      local more = compile(part, made, rules)
      made = share(p.lazy and rest + more or more + rest, rules)
    end
  else
    rules.n = rules.n + 1
    local name = "k" .. rules.n
    local more = compile(part, V(name), rules)
    rules.grammar[name] = p.lazy and rest + more or more + rest
    made = V(name)
  end
  for _ = 1, min do
    made = compile(part, made, rules)
  end
  return made
end

function compile(p, rest, rules)
  local op = p.op
  if op == "token" then
    return token(p) * rest
  elseif op == "seq" then
    for i = rawlen(p), 1, -1 do
      rest = compile(p[i], rest, rules)
    end
    return rest
  elseif op == "alt" then
    rest = share(rest, rules)
    local made
    for i = rawlen(p), 1, -1 do
      local one = compile(p[i], rest, rules)
      made = made and one + made or one
    end
    return made
  elseif op == "repeat" then
    return compile_repeat(p, rest, rules)
  elseif op == "cap" then
    local id = rules.names[p.name]
    if not id then
      id = #rules.list + 1
      rules.list[id] = p.name
      rules.names[p.name] = id
    end
    return Cc(2 * id) * Cp() * compile(p[1], Cc(2 * id + 1) * Cp() * rest, rules)
  elseif op == "not" then
    return -compile(p[1], P(true), rules) * rest
  elseif op == "ahead" then
    return #compile(p[1], P(true), rules) * rest
  elseif op == "raw" then
    return p.raw * rest
  elseif op == "start" then
    return -B(P(1)) * rest
  elseif op == "finish" then
    return -P(1) * rest
  elseif op == "anchor" then
    local here = S(rules.anchor)
    return (rules.fixed and here or Cmt(P(true), core.here) * here) * rest
  end
  error("a rule with an unknown part", 0)
end

-- ---- rules ----

local scopes = { sentence = 0, paragraph = 1, document = 2 }

--- g.tokens { name = "after", anchor = "cue_verb", pattern = …, sentence = "quote", scope = "sentence" } -> rule
---
--- The match is begun wherever a token of the anchor's class (or classes) stands: `before` tokens in front of it (0),
--- or, when the pattern says g.anchor, wherever that lands on it.
--- sentence = "quote": only in sentences with a quotation
--- mark.  scope: how far the pattern sees ("sentence", "paragraph" or "document").  Further fields are yours.
function g.tokens(rule)
  if type(rule) ~= "table" or type(rule.name) ~= "string" then
    fail("g.tokens: a rule is a table with a name")
  end
  local what = "rule '" .. rule.name .. "'"
  if rule.pattern == nil then
    fail("%s has no pattern", what)
  end
  rule.op = "rule"
  rule.pattern = coerce(rule.pattern, what)
  rule.anchor = rule.anchor and use(names_of(rule.anchor, what .. ": anchor"))
  if rule.before and (math.type(rule.before) ~= "integer" or rule.before < 0 or rule.before > 60) then
    fail("%s: before is the number of tokens in front of the anchor, 0 to 60", what)
  end
  if rule.sentence and rule.sentence ~= "quote" and rule.sentence ~= "any" then
    fail("%s: sentence is 'quote' or 'any'", what)
  end
  if rule.scope and not scopes[rule.scope] then
    fail("%s: scope is 'sentence', 'paragraph' or 'document'", what)
  end
  if not rule.anchor then
    if before_anchor(rule.pattern) then
      fail("%s: its pattern says g.anchor, but the rule has no anchor", what)
    end
    core.warn(what .. " has no anchor and is tried at every token: name a class that must be there")
  end
  return rule
end

local Set = { __name = "rules", __metatable = false }
Set.__index = Set

local function compile_rule(rule, names, list)
  local anchor = rule.anchor and set_string(function(code)
    return codes_of(rule.anchor)[code]
  end) or all_codes
  local min, max = before_anchor(rule.pattern)
  if not min then
    min = rule.before or 0
    max = min
  end
  local rules = { grammar = {}, shared = {}, n = 0, names = names, list = list, anchor = anchor, fixed = min == max }
  local ok, made = pcall(compile, rule.pattern, Cp(), rules)
  if ok and next(rules.grammar) ~= nil then
    rules.grammar[1] = made
    ok, made = pcall(P, rules.grammar)
  end
  if not ok then
    error(("rule '%s': %s"):format(rule.name, made), 0)
  end
  local first = {}
  lead(rule.pattern, anchor, first)
  return {
    name = rule.name, pattern = made, anchor = anchor, lead = first,
    before_min = min, before_max = max or 60,
    quote = rule.sentence == "quote", scope = scopes[rule.scope or "sentence"],
  }
end

--- g.rules { rule, rule, … } -> set;  for rule, captures in set:each(doc) do … end
---
--- Every match of every rule, by the place of its anchor, then in the order of the rules.  captures.NAME is
--- { first, last } (tokens, half-open; further captures of the same name follow in the list),
--- captures.match the whole match,
--- captures.anchor the anchor token.  doc:span(first, last) gives bytes.
function g.rules(list)
  local set = {}
  for i, rule in ipairs(list) do
    if type(rule) ~= "table" or rule.op ~= "rule" then
      fail("g.rules: entry %d is not a rule made by g.tokens", i)
    end
    set[i] = rule
  end
  if #set == 0 then
    fail("g.rules: there is no rule")
  end
  return setmetatable(set, Set)
end

function Set:each(doc)
  local compiled = rawget(self, "compiled")
  if not compiled then
    if not core.frozen() then
      fail("rules are matched on documents, after open")
    end
    local parts, rules, names, ids = {}, {}, {}, {}
    for i, rule in ipairs(self) do
      parts[i], rules[i] = compile_rule(rule, ids, names), rule
    end
    compiled = core.rule_set(parts, rules, names)
    rawset(self, "compiled", compiled)
  end
  return core.each(compiled, doc)
end

-- ---- LPeg patterns over bytes ----

--- Blanks, no-break spaces and line ends.
g.space = S " \t\r\n" + P "\u{A0}" + P "\u{2009}" + P "\u{202F}"
--- A run of letters and digits, any script.
g.word = (lpeg.R("az", "AZ", "09") + lpeg.R "\xC3\xDF" * lpeg.R "\x80\xBF" + lpeg.R "\xE0\xE1" * lpeg.R "\x80\xBF" ^ 2
  + lpeg.R "\xE3\xEF" * lpeg.R "\x80\xBF" ^ 2) ^ 1
g.digits = lpeg.R "09" ^ 1
--- What stands between double quotation marks of any style; captures the inside.
g.quoted = P "“" * C((1 - (P "”" + "“")) ^ 0) * "”" + P '"' * C((1 - P '"') ^ 0) * '"'
  + P "«" * C((1 - P "»") ^ 0) * "»"

--- The first place at or behind byte init (0-based) where the pattern matches: start, finish, captures; nil when none.
function g.find(pattern, text, init)
  local position, finder = (init or 0) + 1, Cp() * P(pattern) * Cp()
  while position <= #text + 1 do
    local found = { finder:match(text, position) }
    if found[1] then
      return found[1] - 1, found[#found] - 1, unpack(found, 2, #found - 1)
    end
    position = position + 1
  end
end

--- Iterates over all matches: start, finish, captures.
function g.all(pattern, text)
  local at = 0
  return function()
    local found = { g.find(pattern, text, at) }
    if found[1] then
      at = found[2] > found[1] and found[2] or found[2] + 1
      return unpack(found)
    end
    at = #text + 1
  end
end

return g
