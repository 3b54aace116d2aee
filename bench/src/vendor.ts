/** The Stripe fake in a process of its own, so that what it costs is not counted as the caller's. */
import { startStripeFake } from '@oncely/testing/fakes/stripe';

const { host, port } = await startStripeFake();
process.on('disconnect', () => process.exit(0));
process.send?.({ host, port });
