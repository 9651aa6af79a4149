-- SPDX-License-Identifier: MIT
--- Appointments: who was made what.  A rule over tokens.
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Who was appointed to which office",
  needs = {},
  makes = { "appointment" },
  options = {
    score = { type = "number", default = 0.8, doc = "how sure an appointment is, 0 to 1" },
  },
  data = { verbs = "appointments.txt" },
  examples = {
    { "On Monday Ann Lee was appointed chief inspector.", who = "Ann Lee", office = "chief inspector" },
    { "Karl Voss, 54, was formally named deputy minister of energy on Friday.", who = "Karl Voss",
      office = "deputy minister of energy", text = "Karl Voss, 54, was formally named deputy minister of energy" },
    { "Ann Lee appointed nobody.", none = true },
    { "Ann Lee was named. Karl Voss was elected mayor.", count = 1, who = "Karl Voss", office = "mayor" },
  },
}

-- Two classes of our own: one written here, one filled from the data file in open.
g.words("day_word", { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" })
g.words("be_past", { "was", "were" })
g.words("appoint_verb", {})

local name = g.some(g.token { class = "capitalised", none = "day_word" })
local age = g.class "comma" * g.class "number" * g.class "comma"

local rules = g.rules {
  g.tokens {
    name = "was-appointed",
    anchor = "appoint_verb",
    pattern = g.cap("who", name) * g.opt(age) * g.class "be_past" * g.upto(1, g.class "lower") * g.anchor
      * g.cap("office", g.some(g.token { upos = { "ADJ", "NOUN", "PROPN" } })
        * g.opt(g.token { folded = "of" } * g.some(g.token { upos = { "NOUN", "PROPN" } }))),
  },
}

function M.open(opt)
  g.words("appoint_verb", opt.data.verbs)
  return { score = opt.options.score }
end

function M.annotate(doc, out, state)
  local last = -1 -- a name of two words matches from each of them: the longest comes first
  for rule, found in rules:each(doc) do
    if found.anchor > last then
      local start, finish = doc:span(found.match[1], found.match[2])
      out:add("appointment", start, finish, {
        rule = rule,
        score = state.score,
        who = { { doc:span(found.who[1], found.who[2]) } },
        office = { { doc:span(found.office[1], found.office[2]) } },
      })
      last = found.anchor
    end
  end
end

return M
