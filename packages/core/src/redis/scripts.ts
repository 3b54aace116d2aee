/** One Lua script. All keys come as KEYS, so that a client's key prefix and the cluster's slots apply to them. */
export interface Script {
  readonly name: string;
  readonly lua: string;
}

// The standing of a bucket: whether all that it has acknowledged is still there. What has lost something puts its
// loss down before anything else is stored: `lost` begins with the time of the last write that is left, so whatever is
// gone was written after it.
//
// KEYS[1] the bucket's ledger
// ARGV    1 the ledger's id, 2 the epoch and 3 the count of writes that this process has seen here, 4 the time after
//         which its caller has given up
// returns {'late'|'absent'|'other', now}: nothing was done
const standing = `
local time = redis.call('time')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if now > tonumber(ARGV[4]) then return {'late', now} end
local found = redis.call('hmget', KEYS[1],
  'id', 'epoch', 'suspect', 'lost', 'replid', 'replicas', 'durability', 'last', 'writes')
local id, epoch, suspect, lost = found[1], found[2], found[3] or '', found[4] or ''
local durability, writes = found[7] or '', tonumber(found[9]) or 0
if not id then return {'absent', now} end
if ARGV[1] ~= '' and ARGV[1] ~= id then
  redis.call('hset', KEYS[1], 'lost', '0 another')
  return {'other', now}
end
local changed = {}
local function set(field, value)
  changed[#changed + 1] = field
  changed[#changed + 1] = value
end
local function lose(replid)
  local since = string.match(lost, '^%d+') or math.min(now, tonumber(found[8]))
  lost = since .. ' ' .. replid
  set('lost', lost)
  -- Above what any process has seen of the lost branch, so that each loss is met once.
  writes = writes + 1000000000
  set('writes', writes)
end
local here = found[5] or ''
local replication = redis.pcall('info', 'replication')
if type(replication) == 'string' then
  local replid = string.match(replication, 'master_replid:(%x+)') or ''
  local replicas = string.match(replication, 'connected_slaves:(%d+)') or ''
  if replid ~= here then
    -- A server that comes back with all that it ever synced has lost nothing. It has no second id, as a promoted
    -- replica has, and had no replica that could come back in its place.
    local restarted = durability == 'always' and found[6] == '0'
      and string.find(replication, 'master_replid2:0+%s')
    if here ~= '' and not restarted then lose(replid) end
    -- What this server syncs is not known.
    here, durability = replid, ''
    set('replid', replid)
    set('durability', '')
  end
  if replicas ~= found[6] then set('replicas', replicas) end
end
-- An older copy of this very ledger, as a backup is.
if (lost == '' and tonumber(epoch) < tonumber(ARGV[2])) or writes < tonumber(ARGV[3]) then lose('branch ' .. writes) end
local function keep()
  if #changed > 0 then redis.call('hset', KEYS[1], unpack(changed)) end
end
local function head()
  return {'ok', now, epoch, suspect, lost, writes, durability, here}
end
`;

/**
 * Carries out many writes of one bucket, each by itself: one that cannot be stored changes nothing and holds up none.
 * A row is a hash: `head` (revision, at and state), `doc`, and of each audit event `event <sequence>` (at and doc).
 *
 * KEYS    1 ledger, 2 slots, 3 due, 4 workflows, 5 unsealed, then the row of each write: as that of the ledger, but with
 *         `slot:` and the slot in place of `ledger`
 * ARGV    4 of the standing, then of each write:
 *         expected revision, doc, state, due after ms or '', epoch of the guard or '', number of events, and of each
 *         event sequence and doc
 * returns head, then of each write {'written', at, revision} | {'conflict', at [, head, doc]} | {'held', at, workflow} |
 *         {'epoch', at} | {'error', why}
 */
export const writeScript: Script = {
  name: 'write',
  lua: `${standing}
local stored = false
local held = redis.pcall('hlen', KEYS[4])

-- Whether a row that is about to be made was there before: it is listed and gone, or the list is gone and others are in
-- the other two. It was evicted, or deleted by hand; of what retention removes the list knows no more, or the events are left.
local function forgotten(key, listed)
  if listed == 0 then
    if redis.call('exists', key) == 1 then return false end
  elseif redis.call('zcard', KEYS[2]) > 1 or redis.call('zcard', KEYS[5]) == 0 then
    return false
  end
  -- Whatever was written may be gone with it.
  lost = '0 evicted'
  set('lost', lost)
  return true
end

local function write(key, first, events)
  local row, taken
  if events == 1 then
    local found = redis.pcall('hmget', key, 'head', 'event ' .. ARGV[first + 6])
    row, taken = found[1] or found, found[2]
    if row == found and not found.err then row = false end
  else
    row = redis.pcall('hget', key, 'head')
  end
  if type(row) == 'table' then return {'error', row.err} end
  local revision, at = '0', now
  if row then
    local before
    revision, before = string.match(row, '^(%d+) (%d+)')
    -- A clock that was set back must not make a slot's time run backwards.
    at = math.max(now, tonumber(before))
  end
  if revision ~= ARGV[first] then
    if not row then return {'conflict', at} end
    return {'conflict', at, row, redis.call('hget', key, 'doc')}
  end
  local slot = string.sub(key, #KEYS[1])
  local guard = ARGV[first + 4]
  if guard ~= '' then
    if lost ~= '' or guard ~= epoch then return {'epoch', at} end
    if held ~= 0 then
      local workflow = redis.pcall('hget', KEYS[4], string.match(slot, '^(.*):') or '')
      if type(workflow) == 'table' then return {'error', workflow.err} end
      if workflow and not string.find(workflow, '^%d+ %d+ running ') then return {'held', at, workflow} end
    end
  end
  local values = {'head', revision + 1 .. ' ' .. at .. ' ' .. ARGV[first + 2], 'doc', ARGV[first + 1]}
  if events == 1 then
    values[5], values[6] = 'event ' .. ARGV[first + 6], at .. ' ' .. ARGV[first + 7]
  elseif events > 1 then
    local here = {}
    for n = 0, events - 1 do
      local field = 'event ' .. ARGV[first + 6 + 2 * n]
      taken = taken or here[field] or redis.call('hexists', key, field) == 1
      here[field] = true
      values[#values + 1] = field
      values[#values + 1] = at .. ' ' .. ARGV[first + 7 + 2 * n]
    end
  end
  if taken then return {'error', slot .. ' has an audit event of these already'} end
  -- First what may meet a key of something else, and is passed over by readers as long as there is no row.
  local due, placed = ARGV[first + 3], 0
  if due ~= '' then
    placed = redis.pcall('zadd', KEYS[3], math.ceil(at + tonumber(due)), slot)
  elseif row then
    placed = redis.pcall('zrem', KEYS[3], slot)
  end
  if not row and type(placed) == 'number' then
    local added = placed
    placed = redis.pcall('zadd', KEYS[2], 0, slot)
    if guard ~= '' and suspect == '' and type(placed) == 'number' and forgotten(key, placed) then
      if due ~= '' and added == 1 then redis.call('zrem', KEYS[3], slot) end
      return {'epoch', at}
    end
  end
  if type(placed) == 'number' then placed = redis.pcall('zadd', KEYS[5], 0, slot) end
  if type(placed) == 'table' then return {'error', placed.err} end
  for n = 1, #values, 1000 do
    redis.call('hset', key, unpack(values, n, math.min(n + 999, #values)))
  end
  stored = true
  return {'written', at, revision + 1}
end

local answers = {''}
local first = 5
for n = 6, #KEYS do
  local events = tonumber(ARGV[first + 5])
  answers[n - 4] = write(KEYS[n], first, events)
  first = first + 6 + 2 * events
end
if stored then
  writes = writes + 1
  set('writes', writes)
  set('last', now)
end
keep()
answers[1] = head()
return answers
`,
};

/**
 * Removes a row and leaves its audit events, which lie in the same hash.
 *
 * KEYS    1 ledger, 2 slots, 3 due, 4 the row, 5 unsealed
 * ARGV    4 of the standing; slot, expected revision and time
 * returns head, {'removed', at} | {'conflict', at [, head, doc]}
 */
export const removeScript: Script = {
  name: 'remove',
  lua: `${standing}
local row = redis.call('hget', KEYS[4], 'head')
local revision, before = '0', '0'
if row then revision, before = string.match(row, '^(%d+) (%d+)') end
local at = math.max(now, tonumber(before))
local answer
if not row then
  answer = {'conflict', at}
elseif revision ~= ARGV[6] or before ~= ARGV[7] then
  answer = {'conflict', at, row, redis.call('hget', KEYS[4], 'doc')}
else
  redis.call('hdel', KEYS[4], 'head', 'doc')
  -- With events left the audit must still come by; every other reader passes over what has no row.
  if redis.call('hlen', KEYS[4]) == 0 then redis.call('zrem', KEYS[2], ARGV[5]) end
  redis.call('zrem', KEYS[3], ARGV[5])
  redis.call('zrem', KEYS[5], ARGV[5])
  writes = writes + 1
  set('writes', writes)
  set('last', now)
  answer = {'removed', at}
end
keep()
return {head(), answer}
`,
};

/**
 * Writes a workflow, which is kept as one text: revision, at, state, doc.
 *
 * KEYS    1 ledger, 2 workflows
 * ARGV    4 of the standing; workflow, expected revision, state, doc
 * returns head, {'written', at, revision} | {'conflict', at [, workflow]}
 */
export const writeWorkflowScript: Script = {
  name: 'writeWorkflow',
  lua: `${standing}
local row = redis.call('hget', KEYS[2], ARGV[5])
local revision, before = 0, 0
if row then
  local first, second = string.match(row, '^(%d+) (%d+) ')
  revision, before = tonumber(first), tonumber(second)
end
local at = math.max(now, before)
local answer
if revision ~= tonumber(ARGV[6]) then
  answer = row and {'conflict', at, row} or {'conflict', at}
else
  redis.call('hset', KEYS[2], ARGV[5], revision + 1 .. ' ' .. at .. ' ' .. ARGV[7] .. ' ' .. ARGV[8])
  answer = {'written', at, revision + 1}
end
writes = writes + 1
set('writes', writes)
set('last', now)
keep()
return {head(), answer}
`,
};

/**
 * The bucket's part of the ledger as it stands.
 *
 * KEYS    1 ledger
 * ARGV    4 of the standing
 * returns head, {id, key, number of buckets, format, '1' once all buckets were made}
 */
export const standScript: Script = {
  name: 'stand',
  lua: `${standing}
keep()
local part = redis.call('hmget', KEYS[1], 'id', 'key', 'buckets', 'format', 'complete')
return {head(), {part[1], part[2] or '', part[3] or '', part[4] or '', part[5] or ''}}
`,
};
