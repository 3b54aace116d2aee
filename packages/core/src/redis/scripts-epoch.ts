import type { Script } from './scripts.ts';

/**
 * Makes a bucket's part of the ledger where there is none.
 *
 * KEYS    1 ledger
 * ARGV    id, key, epoch, number of buckets, format, count of writes; where it is there again after it was lost, since when it
 *         may have held what is gone, else ''
 * returns {}
 */
export const createScript: Script = {
  name: 'create',
  lua: `
if redis.call('exists', KEYS[1]) == 1 then return {} end
local time = redis.call('time')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local replication = redis.pcall('info', 'replication')
local known = type(replication) == 'string'
redis.call('hset', KEYS[1], 'id', ARGV[1], 'key', ARGV[2], 'epoch', ARGV[3], 'buckets', ARGV[4], 'format', ARGV[5],
  'last', now, 'writes', ARGV[6], 'durability', '',
  'replid', known and string.match(replication, 'master_replid:(%x+)') or '',
  'replicas', known and string.match(replication, 'connected_slaves:(%d+)') or '')
if ARGV[7] ~= '' then redis.call('hset', KEYS[1], 'lost', ARGV[7] .. ' all') end
return {}
`,
};

/**
 * Brings a bucket to an epoch, if it is at the one expected ('': at any lower one), and lifts the loss that is seen to
 * by it. Of equal epochs nothing changes but that.
 *
 * KEYS    1 ledger
 * ARGV    expected epoch or '', epoch, suspect since or '', the loss that was seen or ''
 * returns {epoch, suspect since or '', now, '1' where it was taken}
 */
export const epochScript: Script = {
  name: 'epoch',
  lua: `
local time = redis.call('time')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local found = redis.call('hmget', KEYS[1], 'epoch', 'suspect', 'lost')
if not found[1] then return {'', '', now, ''} end
local takes = ARGV[1] == found[1]
if ARGV[1] == '' then takes = tonumber(found[1]) < tonumber(ARGV[2]) end
if takes then
  redis.call('hset', KEYS[1], 'epoch', ARGV[2], 'suspect', ARGV[3])
  found[1], found[2] = ARGV[2], ARGV[3]
end
if ARGV[4] ~= '' and found[3] == ARGV[4] and found[1] == ARGV[2] then redis.call('hdel', KEYS[1], 'lost') end
return {found[1], found[2] or '', now, takes and '1' or ''}
`,
};

/**
 * Puts down what was learnt of the servers, where the bucket is still on one of them, and that all buckets were made.
 *
 * KEYS    1 ledger
 * ARGV    of each server its replication id, or '*' for whichever the bucket is on, and durability
 * returns {}
 */
export const recordScript: Script = {
  name: 'record',
  lua: `
local found = redis.call('hmget', KEYS[1], 'id', 'replid')
if not found[1] then return {} end
redis.call('hset', KEYS[1], 'complete', '1')
for n = 1, #ARGV, 2 do
  if ARGV[n] == found[2] or ARGV[n] == '*' then redis.call('hset', KEYS[1], 'durability', ARGV[n + 1]) end
end
return {}
`,
};
