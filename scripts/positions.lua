-- SPDX-License-Identifier: MIT
-- Who stands where on a target, in the order of time, and who moved.
-- usage: locutor run scripts/positions.lua STORE TARGET [SPEAKER]
local locutor = require "locutor"

local path, target, speaker = ...
if not target then
  io.stderr:write("usage: locutor run scripts/positions.lua STORE TARGET [SPEAKER]\n")
  os.exit(2)
end

local store <close> = locutor.open(path, "read")

-- speaker -> statements with a side, in order of time
local positions, order = {}, {}
for s in store:statements { target = target, speaker = speaker, order = "date" } do
  if s.stance ~= "none" and s.speaker.name ~= "" then
    if not positions[s.speaker.name] then
      positions[s.speaker.name] = {}
      order[#order + 1] = s.speaker.name
    end
    table.insert(positions[s.speaker.name], s)
  end
end
if #order == 0 then
  print(("Nobody takes a side on '%s' in %s."):format(target, path))
  return 0
end
table.sort(order)

local moved = 0
for _, name in ipairs(order) do
  local before
  print(name)
  for _, s in ipairs(positions[name]) do
    local change = before and before ~= s.stance
    moved = moved + (change and 1 or 0)
    print(("  %-10s %-12s%s %s"):format(s.date, s.stance, change and " <-" or "   ", s.content:gsub("%s+", " ")))
    if s.condition ~= "" then print("  " .. (" "):rep(27) .. "on condition: " .. s.condition:gsub("%s+", " ")) end
    print("  " .. (" "):rep(27) .. s:cite())
    before = s.stance
  end
end
print(("%d speakers, %d changes of position (<-)"):format(#order, moved))
