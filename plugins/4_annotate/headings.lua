-- SPDX-License-Identifier: MIT
--- Headings that restate a statement: “Ann Lee: We Will Sign”, “Daily Morning Post: …”.  Only in headings and in the
--- title.
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Headlines of the form “X: …” as statements of channel headline",
  needs = {},
  makes = { "attribution" },
  examples = {
    { "Ann Lee: We Will Sign The Treaty\n\nTalks went on.", makes = "attribution", source = "Ann Lee",
      channel = "headline" },
    { "The aim was this: peace in the valley.", makes = "attribution", none = true },
  },
}

g.use { "period", "quote" }

local labels = g.rules {
  g.tokens {
    name = "headline",
    anchor = "paragraph_start",
    sentence = "any",
    pattern = g.seq {
      g.cap("source", g.seq { g.class "capitalised",
        g.upto(4, g.alt { g.class "capitalised", g.class "initial", g.class "hyphen" }) }),
      g.cap("colon", g.class "colon"),
      g.any,
    },
  },
}

--- Words before a colon that name no speaker.
local plain = {}
for w in ([[the latest update watch video photos photo analysis opinion breaking exclusive live poll report image source
  interview editor note correction questions answers topics by published updated share related]]):gmatch "%S+" do
  plain[w] = true
end

function M.annotate(doc, out)
  for _, c in labels:each(doc) do
    local first = c.source[1]
    local k = doc:sentence_of(first)
    local p = doc:paragraph_of(k)
    local from, to = doc:paragraph(p)
    local lo, hi = doc:sentence(k)
    local start = c.colon[2]
    if (doc:is_heading(k) or p == 0) and to - from == 1 and lo == first and hi - start >= 3 and hi - start <= 30
      and not plain[doc:folded(first)] then
      while hi > start and (doc:is(hi - 1, "period") or doc:is(hi - 1, "quote")) do
        hi = hi - 1
      end
      while start < hi and doc:is(start, "quote") do
        start = start + 1
      end
      if hi > start then
        local s, e = doc:span(start, hi)
        out:add("attribution", s, e, {
          content = { { s, e } }, source = { { doc:span(c.source[1], c.source[2]) } },
            cue = { { doc:token(c.colon[1]) } },
          type = "indirect", attitude = "speech", channel = "headline", rule = "headline", score = 0.6,
        })
      end
    end
  end
end

return M
