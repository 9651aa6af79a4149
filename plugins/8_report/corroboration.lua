-- SPDX-License-Identifier: MIT
--- What statements of different documents have to do with each other: the same utterance, corroboration by independent
--- sources, denial, contradiction, change of position.
local M = {
  api = 1,
  version = "1.0",
  summary = "Relations between statements, with the words they rest on",
  needs = { "relation" },
  makes = {},
}

function M.report(rows, out)
  out:columns { "relation", "score", "speaker", "statement", "outlet", "other speaker", "other statement",
    "other outlet", "why" }
  for _, row in ipairs(rows.relations) do
    out:row {
      row.label, row.score, row.speaker_a, row.content_a, row.outlet_a, row.speaker_b, row.content_b, row.outlet_b,
        row.evidence,
    }
  end
end

return M
