/** `npm run handler`, and so on. */
import { plays } from './plays/all-plays.ts';

const name = process.argv[2] ?? 'handler';
const play = plays[name];
if (!play) throw new Error(`no play ${name}: ${Object.keys(plays).join(', ')}`);
const counts = await play((line) => console.log(line));
console.log(
  `at the vendors: ${Object.entries(counts)
    .map(([what, count]) => `${what}: ${count}`)
    .join(', ')}`,
);
