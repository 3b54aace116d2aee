/** An agent that never comes back. */
export async function agent(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 3_600_000));
}
