/** `npm run ai-sdk`, and so on: an agent is killed behind the refund, and run again. */
import { killAndRunAgain } from './kill-and-run-again.ts';

await killAndRunAgain(process.argv[2] ?? 'ai-sdk', (line) => console.log(line));
