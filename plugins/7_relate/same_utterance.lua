-- SPDX-License-Identifier: MIT
--- The same utterance in several documents: one speaker, days that do not disagree, and most of the words shared.
local claims = require "locutor.claims"

local M = {
  api = 1,
  version = "1.0",
  summary = "One utterance carried by several documents",
  needs = { "attribution" },
  makes = { "relation" },
  options = {
    least = { type = "number", default = 0.6, doc = "share of the shorter statement's words that both must have" },
  },
}

function M.open(opt)
  return { least = opt.options.least }
end

function M.relate(a, b, state)
  if a.document == b.document or not claims.same_speaker(a.speaker, b.speaker) or not claims.same_day(a, b) then
    return nil
  end
  local share, both, opposed = claims.alike(a, b)
  if both >= 3 and share >= state.least and not opposed then
    local copied = a.content == b.content and a.type ~= "direct" and a.source == b.source
    return "same_utterance", share, copied and "same wording: one report copied"
      or string.format("%d words shared", both)
  end
end

return M
