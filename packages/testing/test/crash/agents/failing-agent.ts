/** An agent that never gets anywhere. */
export async function agent(): Promise<void> {
  throw new Error('the desk is closed');
}
