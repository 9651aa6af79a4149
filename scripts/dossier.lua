-- SPDX-License-Identifier: MIT
-- Everything one speaker said, as Markdown: by date, in exact words, with where it stands and what others make of it.
-- usage: locutor run scripts/dossier.lua STORE SPEAKER
local locutor = require "locutor"

local path, speaker = ...
if not speaker then
  io.stderr:write("usage: locutor run scripts/dossier.lua STORE SPEAKER\n")
  os.exit(2)
end

local store <close> = locutor.open(path, "read")

-- Text of a document must not become Markdown of ours.
local function plain(text)
  return (text:gsub("%s+", " "):gsub("[\\`*_%[%]<>#|]", "\\%0"))
end

local related = {}
for r in store:relations { speaker = speaker } do
  related[r.id_a] = related[r.id_a] or {}
  table.insert(related[r.id_a], { label = r.label, speaker = r.speaker_b, content = r.content_b, outlet = r.outlet_b })
  related[r.id_b] = related[r.id_b] or {}
  table.insert(related[r.id_b], { label = r.label, speaker = r.speaker_a, content = r.content_a, outlet = r.outlet_a })
end

print("# " .. plain(speaker) .. "\n")
local day
local count = 0
for s in store:statements { speaker = speaker, order = "date" } do
  if s.date ~= day then
    day = s.date
    print("\n## " .. (day ~= "" and day or "Undated") .. "\n")
  end
  count = count + 1
  local words = s.type == "direct" and "“" .. plain(s.content) .. "”" or plain(s.content)
  print(("- %s *%s*: %s"):format(s.speaker.name ~= "" and plain(s.speaker.name) or "?", plain(s.cue), words))
  if s.stance ~= "" then print("  - stance: " .. plain(s.stance)) end
  print("  - " .. plain(s:cite()))
  for _, r in ipairs(related[s.id] or {}) do
    print(("  - %s: %s, %s: %s"):format(r.label, plain(r.speaker), plain(r.outlet), plain(r.content)))
  end
end
if count == 0 then
  print(("Nothing is attributed to a name with '%s'. Names in this store:\n"):format(plain(speaker)))
  for e in store:entities { type = "person", limit = 20 } do print("- " .. plain(e.name)) end
  return 1
end
