import { readRequest } from './request.ts';

/** What a stored mail says, for a person who is asked later than it was made. */
export function storedParameters(stored: string): Readonly<Record<string, unknown>> {
  const { mail, envelope } = readRequest(stored);
  return { ...mail, ...(envelope === undefined ? {} : { envelope }) };
}
