---@meta
-- SPDX-License-Identifier: MIT

--- Where a plugin puts its marks.  When its entry raises, all it did to this document is taken back.
---@class locutor.Sink
local Sink = {}

--- A new mark of a kind listed in makes.  fields: its own fields, score (0 to 1) and rule (a name, or the rule itself).
---@param kind string
---@param start integer
---@param finish integer
---@param fields? table<string, any>
---@return locutor.Mark
function Sink:add(kind, start, finish, fields) end
--- Sets a field of a mark whose kind is listed in makes.
---@param mark locutor.Mark
---@param field string
---@param value any
function Sink:set(mark, field, value) end
---@param mark locutor.Mark
function Sink:drop(mark) end
---@param text string
function Sink:warn(text) end

return Sink
