/** `npm start`, and `npm run forgetful`. */
import { killForgetfulAgent, killRefundAgent } from './kill-agents.ts';

if (process.argv[2] === 'forgetful') {
  const failed = await killForgetfulAgent(console.log).then(
    () => false,
    (error: Error) => {
      console.log(`\n${error.message.split('\n')[0]}`);
      return true;
    },
  );
  if (!failed) throw new Error('the call past Oncely was not found');
} else {
  const rows = await killRefundAgent(console.log);
  console.log(`\nkilled in ${rows.length} ways, and one refund each time`);
}
