import type { Script } from './scripts.ts';

/**
 * Rows as they stand, with their audit events in no order.
 *
 * KEYS    1 due, then the rows
 * ARGV    the slot of each row
 * returns of each row {head or '', doc, due or '', sequence, 'at doc', sequence, 'at doc', ...}
 */
export const auditedScript: Script = {
  name: 'audited',
  lua: `
local rows = {}
for n = 2, #KEYS do
  local fields = redis.call('hgetall', KEYS[n])
  local row = {'', '', redis.call('zscore', KEYS[1], ARGV[n - 1]) or ''}
  for m = 1, #fields, 2 do
    local sequence = string.match(fields[m], '^event (%d+)$')
    if fields[m] == 'head' then
      row[1] = fields[m + 1]
    elseif fields[m] == 'doc' then
      row[2] = fields[m + 1]
    elseif sequence then
      row[#row + 1] = sequence
      row[#row + 1] = fields[m + 1]
    end
  end
  rows[n - 1] = row
end
return rows
`,
};

/**
 * Takes from the unsealed what still stands at its revision, or is gone.
 *
 * KEYS    1 unsealed, then the rows
 * ARGV    of each row slot and revision
 * returns {}
 */
export const sealedScript: Script = {
  name: 'sealed',
  lua: `
for n = 2, #KEYS do
  local head = redis.call('hget', KEYS[n], 'head')
  local slot, revision = ARGV[2 * n - 3], ARGV[2 * n - 2]
  if not head or string.match(head, '^%d+') == revision then redis.call('zrem', KEYS[1], slot) end
end
return {}
`,
};
