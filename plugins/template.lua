-- SPDX-License-Identifier: MIT
--- Meetings: who met whom.  (This line and the ones below it tell people what the plugin finds and where the idea is
--- from.)
---
--- Copy this file into the folder of a stage ("locutor plugins new 4_annotate/NAME --plugins DIR" does) and change it.
--- The folder says when it runs and what its function is called: 2_clean, 3_segment, 4_annotate and 5_resolve get
--- (doc, out, state); 6_classify gets (mark, doc, state, target); 7_relate (a, b, state); 8_report (rows, out, state).
--- "locutor plugins check" tells what is wrong with it, "locutor plugins test" runs its examples.
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Meetings between two people",
  needs = {}, -- kinds of marks that must be there before: { "name" }
  makes = { "meeting" }, -- kinds of marks this one makes
  options = {
    score = { type = "number", default = 0.8, doc = "how sure a meeting is, 0 to 1" },
  },
  -- data = { verbs = "verbs.tsv" }: files beside this one; their bytes are opt.data.verbs in open
  examples = {
    { "On Monday Ann Lee met Karl Voss in Vesta.", makes = "meeting", who = "Ann Lee", whom = "Karl Voss" },
    { "Ann Lee briefly visited President Karl Voss.", makes = "meeting", whom = "President Karl Voss" },
    { "The committee met on Tuesday.", makes = "meeting", none = true },
  },
}

-- Word classes are named here or in open, before the first document.  A list of one's own makes a class; shipped ones
-- ("title", "month", "attribution_verb" …) and shapes ("capitalised", "comma", "open_quote" …) are there already.
g.words("meeting_verb", { "met", "meets", "visited" })
g.words("calendar_word", { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" })

local name = g.some(g.token { class = "capitalised", none = { "calendar_word", "meeting_verb" } })

-- A rule is tried only where its anchor stands: choose the rarest class it cannot do without.
local rules = g.rules {
  g.tokens {
    name = "met",
    anchor = "meeting_verb",
    pattern = g.cap("who", name) * g.upto(1, g.class "lower") * g.anchor * g.cap("whom", name),
  },
}

--- Called once, before the first document: { options, data, targets } -> what the entry gets as its last argument,
--- read-only from then on.  Leave it out when there is nothing to prepare.
function M.open(opt)
  return { score = opt.options.score }
end

--- Called for every document.  Tokens count from 0, spans are bytes [start, finish).
function M.annotate(doc, out, state)
  local finished = -1 -- a name of three words is a match from each of them: the longest is the first
  for rule, found in rules:each(doc) do
    local start, finish = doc:span(found.match[1], found.match[2])
    if found.anchor > finished then
      out:add("meeting", start, finish, {
        rule = rule,
        score = state.score,
        who = { { doc:span(found.who[1], found.who[2]) } },
        whom = { { doc:span(found.whom[1], found.whom[2]) } },
      })
      finished = found.anchor
    end
  end
end

return M
