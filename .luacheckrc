std = "lua54"
max_line_length = 132
codes = true
-- Plugins name all arguments of their entry function even where one is not looked at.
unused_args = false
files["core/lua/meta"] = { ignore = { "1", "2", "6" } }
files["tests/plugins/hostile"] = { ignore = { "." } }
files["scripts"] = { globals = { "arg" } }
