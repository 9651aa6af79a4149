-- SPDX-License-Identifier: MIT
--- Footnotes: paragraphs that begin with “[3]” and the places in the text that call them.
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Footnote bodies linked to their markers",
  needs = {},
  makes = { "footnote" },
  examples = {
    { "Talks were held.[1]\n\n[1] Morning Post, June 2, 2014.", makes = "footnote", number = "1" },
    { "He [sic] left.", makes = "footnote", none = true },
  },
}

g.use { "paragraph_start" }

local markers = g.rules {
  g.tokens {
    name = "marker",
    anchor = "open_bracket",
    sentence = "any",
    pattern = g.seq { g.cap("open", g.class "open_bracket"), g.cap("number", g.class "number"),
      g.cap("close", g.class "close_bracket") },
  },
}

function M.annotate(doc, out)
  local calls, bodies, order = {}, {}, {}
  for _, c in markers:each(doc) do
    local s = doc:token(c.open[1])
    local _, e = doc:token(c.close[1])
    local number = doc:word(c.number[1])
    if doc:sub(s, s + 1) == "[" and #number <= 3 then
      if doc:is(c.open[1], "paragraph_start") then
        local _, finish = doc:paragraph_span(doc:paragraph_of(doc:sentence_of(c.open[1])))
        if not bodies[number] then
          bodies[number] = { s, finish, e }
          order[#order + 1] = number
        end
      elseif not calls[number] then
        calls[number] = { s, e }
      end
    end
  end
  for _, number in ipairs(order) do
    local body = bodies[number]
    out:add("footnote", body[1], body[2], { number = number, body = { { body[3], body[2] } },
      marker = calls[number] and { calls[number] } or nil })
  end
end

return M
