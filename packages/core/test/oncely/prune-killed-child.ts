/** Prunes a ledger and dies by SIGKILL right before or right after the write of the number it is given. */
import type { Ledger } from '../../src/ledger.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { openShop } from './vendor.ts';

const [file = '', number = '', when = ''] = process.argv.slice(2);
const inner = sqliteLedger(file);
let writes = 0;
const deadly = async <T>(write: () => Promise<T>): Promise<T> => {
  writes += 1;
  const last = writes === Number(number);
  if (last && when === 'before') process.kill(process.pid, 'SIGKILL');
  const answer = await write();
  if (last && when === 'after') process.kill(process.pid, 'SIGKILL');
  return answer;
};
const ledger: Ledger = {
  ...inner,
  write: (command) => deadly(() => inner.write(command)),
  remove: (command) => deadly(() => inner.remove(command)),
};
const oncely = openShop(ledger).start({ retention: { tombstoneAfterMs: 0, values: { deleteAfterMs: 0 } } });
await oncely.prune({ walk: true });
await oncely.prune({ deleteTombstonesOlderThanMs: 0, acceptDuplicates: true });
await oncely.close();
