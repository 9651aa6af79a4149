-- SPDX-License-Identifier: MIT
--- Small pure helpers for words and text.
local text = {}

--- Without blanks at both ends.
function text.trim(s)
  return (s:gsub("^%s+", ""):gsub("%s+$", ""))
end

--- Runs of blanks and line ends become one blank.
function text.squeeze(s)
  return (text.trim(s):gsub("%s+", " "))
end

--- Lower case for ASCII, accents of Latin-1 and Latin Extended-A kept.
function text.fold(s)
  return s:lower()
end

--- The parts between separators (plain text); "" gives one empty part.
function text.split(s, separator)
  local parts, from = {}, 1
  while true do
    local first, last = s:find(separator, from, true)
    if not first or last < first then
      parts[#parts + 1] = s:sub(from)
      return parts
    end
    parts[#parts + 1] = s:sub(from, first - 1)
    from = last + 1
  end
end

--- The lines of a data file without comments (#) and blanks.
function text.lines(s)
  local lines = {}
  for line in s:gmatch "[^\r\n]+" do
    line = text.trim((line:gsub("#.*", "")))
    if line ~= "" then
      lines[#lines + 1] = line
    end
  end
  return lines
end

--- { a, b } -> { a = true, b = true }
function text.set(list)
  local set = {}
  for _, value in ipairs(list) do
    set[value] = true
  end
  return set
end

text.months = {
  january = 1, february = 2, march = 3, april = 4, may = 5, june = 6,
  july = 7, august = 8, september = 9, october = 10, november = 11, december = 12,
  jan = 1, feb = 2, mar = 3, apr = 4, jun = 6, jul = 7, aug = 8, sep = 9, sept = 9, oct = 10, nov = 11, dec = 12,
}

text.days = { monday = 1, tuesday = 2, wednesday = 3, thursday = 4, friday = 5, saturday = 6, sunday = 7 }

local small = { "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve" }
text.numbers = {}
for i, word in ipairs(small) do
  text.numbers[word] = i
end

return text
