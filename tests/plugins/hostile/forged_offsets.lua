-- SPDX-License-Identifier: MIT
-- Claims places that are none of the text.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: forged offsets",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate(doc, out)
  for _, span in ipairs { { -1, 5 }, { 0, 1 << 31 }, { 5, 3 }, { 0, 2 ^ 53 }, { 1 << 32, 1 << 33 } } do
    pcall(out.add, out, "noise", span[1], span[2], {})
  end
  out:add("noise", 0, #doc.text + 1, { content = { { 0, 1 << 40 } } })
end

return M
