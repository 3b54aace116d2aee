import { receipts } from './receipts.ts';

await receipts((line) => console.log(line));
