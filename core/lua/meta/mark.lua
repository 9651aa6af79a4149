---@meta
-- SPDX-License-Identifier: MIT

---@alias locutor.Spans integer[][]|integer[]

--- One annotation.  Its own fields are read by name: spans as { { start, finish }, … }, strings, numbers, references as
--- a list of marks; nil when absent.  A name that its kind does not know is an error.
---@class locutor.Mark
---@field kind string
---@field start integer
---@field finish integer
---@field score number
---@field rule string
---@field dropped boolean
---@field [string] any
local Mark = {}

---@return string
function Mark:text() end
--- DOCUMENT.KIND.START-END, as reports and explain write it.
---@return string
function Mark:id() end
--- The first span of a field.
---@param field string
---@return integer? start, integer? finish
function Mark:first(field) end
--- The words of a field of spans, runs joined by a blank.
---@param field string
---@return string?
function Mark:words(field) end

return Mark
