-- Load for wrk: one JSON line at the end. Arguments: method, bytes, number of keys (GET) or prefix of the names (PUT),
-- path before the name, path after it, token.
local ffi = require("ffi")
local method, size, names, before, after, token
local count = 0
local threads = {}
-- PUT: the request as bytes that are changed in place, and where in them the name stands.
local text, bytes, places
-- CPU seconds of this process when the load begins; read by `done`.
begun = 0

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  method, size, names, before, after, token = args[1], tonumber(args[2]), args[3], args[4], args[5], args[6]
  wrk.headers["Authorization"] = "Bearer " .. token
  if method == "PUT" then
    wrk.headers["Content-Type"] = "application/octet-stream"
    local parts = {}
    math.randomseed(42)
    for i = 1, size do parts[i] = string.char(math.random(0, 255)) end
    local filler = table.concat(parts)
    local name = nameOf(0)
    text = wrk.format("PUT", before .. name .. after, nil, name .. string.sub(filler, #name + 1))
    bytes = ffi.cast("char *", text)
    places = { #"PUT " + #before, #text - size }
  end
  begun = os.clock()
end

function nameOf(number)
  return names .. string.format("%08d", number)
end

-- Every body is another one: a server that keeps equal contents once gains nothing here. Building each anew would copy its MiB
-- several times, and the load would be measured instead of the server: the name is written over the last one, in path and body.
function request()
  count = count + 1
  if method == "GET" then
    return wrk.format("GET", before .. string.format("%06d", count * 7919 % tonumber(names)) .. after)
  end
  local name = nameOf(count)
  for _, place in ipairs(places) do ffi.copy(bytes + place, name, #name) end
  return text
end

function done(summary, latency, requests)
  local errors = summary.errors
  local cpu = os.clock() - threads[1]:get("begun")
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"max":%.3f,"bytes":%d,"broken":%d,"refused":%d,"cpuSeconds":%.6f}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, summary.bytes, errors.connect + errors.read + errors.write + errors.timeout, errors.status, cpu))
end
