import type { Script } from './scripts.ts';

const clock = `
local time = redis.call('time')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

/**
 * Rows as they stand.
 *
 * KEYS    the rows
 * ARGV    none
 * returns now, then of each row {head, doc}, or {} where there is none
 */
export const readScript: Script = {
  name: 'read',
  lua: `${clock}
local rows = {now}
for n = 1, #KEYS do
  local row = redis.call('hmget', KEYS[n], 'head', 'doc')
  rows[n + 1] = row[1] and row or {}
end
return rows
`,
};

/**
 * A slot's audit events in no order.
 *
 * KEYS    1 the row
 * ARGV    none
 * returns sequence, 'at doc', sequence, 'at doc', ...
 */
export const historyScript: Script = {
  name: 'history',
  lua: `
local fields = redis.call('hgetall', KEYS[1])
local events = {}
for n = 1, #fields, 2 do
  local sequence = string.match(fields[n], '^event (%d+)$')
  if sequence then
    events[#events + 1] = sequence
    events[#events + 1] = fields[n + 1]
  end
end
return events
`,
};

/**
 * Slots of a bucket in byte order.
 *
 * KEYS    1 slots
 * ARGV    above which, below which, how many
 * returns now, slots
 */
export const slotsScript: Script = {
  name: 'slots',
  lua: `${clock}
local slots = redis.call('zrangebylex', KEYS[1], '(' .. ARGV[1], '(' .. ARGV[2], 'limit', 0, ARGV[3])
return {now, slots}
`,
};

/**
 * Slots of a bucket that are due, those that have been so for longest first.
 *
 * KEYS    1 due
 * ARGV    how many to leave out, how many
 * returns now, slots
 */
export const dueScript: Script = {
  name: 'due',
  lua: `${clock}
local slots = redis.call('zrangebyscore', KEYS[1], '-inf', now, 'limit', ARGV[1], ARGV[2])
return {now, slots}
`,
};

/**
 * Slots of a bucket with their due times, in the order of both.
 *
 * KEYS    1 due
 * ARGV    from which due time, up to how much after now, how many to leave out, how many
 * returns now, {slot, due time, slot, due time, ...}
 */
export const shelfScript: Script = {
  name: 'shelf',
  lua: `${clock}
local till = string.format('%.0f', now + tonumber(ARGV[2]))
local found = redis.call('zrangebyscore', KEYS[1], ARGV[1], till, 'withscores', 'limit', ARGV[3], ARGV[4])
return {now, found}
`,
};

/**
 * KEYS    1 workflows
 * ARGV    workflow
 * returns now, or now and the workflow
 */
export const workflowScript: Script = {
  name: 'workflow',
  lua: `${clock}
local row = redis.call('hget', KEYS[1], ARGV[1])
return row and {now, row} or {now}
`,
};

/**
 * Workflows of a bucket that are not running, some at a time.
 *
 * KEYS    1 workflows
 * ARGV    cursor of HSCAN
 * returns next cursor, then of each its name and text
 */
export const heldScript: Script = {
  name: 'held',
  lua: `
local found = redis.call('hscan', KEYS[1], ARGV[1], 'count', 200)
local answer = {found[1]}
for n = 1, #found[2], 2 do
  if not string.find(found[2][n + 1], '^%d+ %d+ running ') then
    answer[#answer + 1] = found[2][n]
    answer[#answer + 1] = found[2][n + 1]
  end
end
return answer
`,
};
