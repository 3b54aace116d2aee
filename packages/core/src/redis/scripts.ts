/** One Lua script. All keys come as KEYS, so that a client's key prefix and the cluster's slots apply to them. */
export interface Script {
  readonly name: string;
  readonly lua: string;
}

// The standing of a bucket: whether all that it has acknowledged is still there. What has lost something puts its
// loss down before anything else is stored: `lost` begins with the time of the last write that is left, so whatever is
// gone was written after it. Replies are texts only, since clients read integers in different ways.
//
// KEYS[1] the bucket's ledger
// ARGV    1 the ledger's id, 2 the epoch and 3 the count of writes that this process has seen here, 4 the time after
//         which its caller has given up
// returns {'late'|'absent'|'other', now}: nothing was done
const standing = `
local function text(number) return string.format('%.0f', number) end
local time = redis.call('time')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if now > tonumber(ARGV[4]) then return {'late', text(now)} end
local found = redis.call('hmget', KEYS[1],
  'id', 'epoch', 'suspect', 'lost', 'replid', 'replicas', 'durability', 'last', 'writes')
local id, epoch, suspect, lost = found[1], found[2], found[3] or '', found[4] or ''
local durability, writes = found[7] or '', tonumber(found[9]) or 0
if not id then return {'absent', text(now)} end
if ARGV[1] ~= '' and ARGV[1] ~= id then
  redis.call('hset', KEYS[1], 'lost', '0 another')
  return {'other', text(now)}
end
local changed = {}
local function set(field, value)
  changed[#changed + 1] = field
  changed[#changed + 1] = value
end
local function lose(replid)
  local since = string.match(lost, '^%d+') or text(math.min(now, tonumber(found[8])))
  lost = since .. ' ' .. replid
  set('lost', lost)
  -- Above what any process has seen of the lost branch, so that each loss is met once.
  writes = writes + 1000000000
  set('writes', text(writes))
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
if (lost == '' and tonumber(epoch) < tonumber(ARGV[2])) or writes < tonumber(ARGV[3]) then lose('branch ' .. text(writes)) end
local function keep()
  if #changed > 0 then redis.call('hset', KEYS[1], unpack(changed)) end
end
local function head()
  return {'ok', text(now), epoch, suspect, lost, text(writes), durability, here}
end
`;

/**
 * Carries out many writes of one bucket, each by itself: one that cannot be stored changes nothing and holds up none.
 *
 * KEYS    1 ledger, 2 slots, 3 due, 4 workflows, then the row of each write
 * ARGV    4 of the standing; '1' where a write that stores nothing must reach the replicas too; then of each write:
 *         slot, expected revision, doc, state, due after ms or '', workflow, epoch of the guard or '', number of events,
 *         and of each event sequence and doc
 * returns head, then of each write {'written', at, revision} | {'conflict', at [, revision, at of the row, doc]} |
 *         {'held', at, workflow} | {'epoch', at} | {'error', why}
 */
export const writeScript: Script = {
  name: 'write',
  lua: `${standing}
local sound = redis.pcall('zcard', KEYS[2])
if type(sound) ~= 'table' then sound = redis.pcall('zcard', KEYS[3]) end
if type(sound) ~= 'table' then sound = redis.pcall('hlen', KEYS[4]) end
local broken = type(sound) == 'table' and sound.err
local stored = false

local function write(key, first, events)
  if broken then return {'error', broken} end
  local row = redis.pcall('hmget', key, 'revision', 'at')
  if row.err then return {'error', row.err} end
  local slot, expect = ARGV[first], tonumber(ARGV[first + 1])
  local revision = tonumber(row[1]) or 0
  -- A clock that was set back must not make a slot's time run backwards.
  local at = math.max(now, tonumber(row[2]) or 0)
  if revision ~= expect then
    if revision == 0 then return {'conflict', text(at)} end
    return {'conflict', text(at), row[1], row[2], redis.call('hget', key, 'doc')}
  end
  local guard = ARGV[first + 6]
  if guard ~= '' then
    if lost ~= '' or guard ~= epoch then return {'epoch', text(at)} end
    local workflow = redis.call('hget', KEYS[4], ARGV[first + 5])
    if workflow and not string.find(workflow, '^%d+ %d+ running ') then return {'held', text(at), workflow} end
  end
  local values = {'revision', text(revision + 1), 'at', text(at), 'doc', ARGV[first + 2], 'state', ARGV[first + 3]}
  local taken = {}
  for n = 0, events - 1 do
    local sequence = ARGV[first + 8 + 2 * n]
    local field = 'event ' .. sequence
    if taken[field] or redis.call('hexists', key, field) == 1 then
      return {'error', slot .. ' has an audit event ' .. sequence .. ' already'}
    end
    taken[field] = true
    values[#values + 1] = field
    values[#values + 1] = text(at) .. ' ' .. ARGV[first + 9 + 2 * n]
  end
  -- Nothing was stored up to here, and nothing fails from here on.
  for n = 1, #values, 1000 do
    redis.call('hset', key, unpack(values, n, math.min(n + 999, #values)))
  end
  if revision == 0 then redis.call('zadd', KEYS[2], 0, slot) end
  local due = ARGV[first + 4]
  if due ~= '' then
    redis.call('zadd', KEYS[3], text(math.ceil(at + tonumber(due))), slot)
  elseif revision > 0 then
    redis.call('zrem', KEYS[3], slot)
  end
  stored = true
  return {'written', text(at), text(revision + 1)}
end

local answers = {}
local first = 6
for n = 5, #KEYS do
  local events = tonumber(ARGV[first + 7])
  answers[#answers + 1] = write(KEYS[n], first, events)
  first = first + 8 + 2 * events
end
if stored or ARGV[5] == '1' then
  writes = writes + 1
  set('writes', text(writes))
  set('last', text(now))
end
keep()
table.insert(answers, 1, head())
return answers
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
  answer = row and {'conflict', text(at), row} or {'conflict', text(at)}
else
  redis.call('hset', KEYS[2], ARGV[5], text(revision + 1) .. ' ' .. text(at) .. ' ' .. ARGV[7] .. ' ' .. ARGV[8])
  answer = {'written', text(at), text(revision + 1)}
end
writes = writes + 1
set('writes', text(writes))
set('last', text(now))
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
