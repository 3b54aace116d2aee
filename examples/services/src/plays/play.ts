/** What happens to a program of this folder: says it line by line, and gives what was counted at the vendors. */
export type Play = (say: (line: string) => void) => Promise<Readonly<Record<string, number>>>;
