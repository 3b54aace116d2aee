/** More of a message than this tells nobody anything, and may be what was to be stored. */
const longestMessage = 400;
const deepest = 5;

/** What clients of stores put on their errors, and what cannot hold a command, a value or an address with a password. */
const plainFields = ['code', 'errno', 'errcode', 'syscall', 'address', 'port', 'severity', 'routine'] as const;

/** Where the wrappers of clients begin to repeat the command itself. */
const commandBegins = /,? with args beginning with|\bparams?:|\bparameters:|\bbindings?:|\bquery: /i;

/** SQLSTATE of a data exception, an integrity violation or a limit: the message quotes what was to be stored. */
const quotesValues = /^(22|23|54)...$/;

/**
 * A failure of a store's client without what it carries along: the command, its arguments, the row, the connection's
 * address. Those hold requests, keys and passwords, and loggers print errors whole, with all of their causes.
 */
export function plainError(error: unknown, depth = 0): Error {
  if (!(error instanceof Error)) return new Error(plainMessage(textOf(error)));
  const told = depth === 0 ? serverErrorIn(error) : error;
  const inner = told.cause !== undefined && depth < deepest ? { cause: plainError(told.cause, depth + 1) } : undefined;
  const message = messageOf(told);
  const all: unknown = (told as { errors?: unknown }).errors;
  const plain =
    Array.isArray(all) && depth < deepest
      ? new AggregateError(
          all.slice(0, 10).map((each) => plainError(each, depth + 1)),
          message,
          inner,
        )
      : new Error(message, inner);
  const fields: Record<string, unknown> = {};
  for (const field of plainFields) {
    const value: unknown = (told as unknown as Record<string, unknown>)[field];
    if (typeof value === 'number' || (typeof value === 'string' && value.length <= 100)) {
      fields[field] = typeof value === 'string' ? plainMessage(value) : value;
    }
  }
  const frames = /\n {4}at [^]*/.exec(told.stack ?? '')?.[0] ?? '';
  hide(plain, 'name', told.name);
  hide(plain, 'stack', `${told.name}: ${message}${frames}`);
  return Object.assign(plain, fields);
}

/** What a failure says, in one line, without what it carries along and without a full stop. */
export function plainWhy(error: unknown): string {
  return plainError(error).message.replace(/\.$/, '');
}

/** A text that may quote an address: without the user and the password in it. */
function withoutPasswords(text: string): string {
  return text.replace(/(\w:\/\/)[^\s'"]*@/g, '$1…@');
}

function messageOf(error: Error): string {
  const message = plainMessage(error.message);
  if (quotesValues.test(String((error as { code?: unknown }).code))) return message.replace(/"[^"]*"?/g, '"…"');
  const all: unknown = (error as { errors?: unknown }).errors;
  // A connection that was tried at several addresses says nothing itself.
  if (message === '' && Array.isArray(all))
    return all
      .slice(0, 10)
      .map((each) => plainWhy(each))
      .join('; ');
  return message === '' && typeof (error as { code?: unknown }).code === 'string'
    ? String((error as { code?: unknown }).code)
    : message;
}

function plainMessage(message: string): string {
  const line = message.trimStart().slice(0, longestMessage).split('\n', 1)[0] ?? '';
  // Some wrappers put the statement before what the server said, others behind it.
  const isStatement = /^(select|insert|update|delete|with|call|do)\s/i.test(line);
  const words = line.lastIndexOf(' - ');
  const said = !isStatement ? line : words < 0 ? 'the statement failed' : line.slice(words + 3);
  const began = commandBegins.exec(said)?.index ?? said.length;
  return withoutPasswords(said.slice(0, began))
    .replace(/\p{Cc}/gu, ' ')
    .trim();
}

/** The error of the server itself where a wrapper stands around it. */
function serverErrorIn(error: Error): Error {
  let found: unknown = error;
  for (let depth = 0; depth < deepest && found instanceof Error; depth += 1) {
    if (isOfServer(found)) return found;
    found =
      found.cause ?? (found as { driverError?: unknown }).driverError ?? (found as { original?: unknown }).original;
  }
  return error;
}

function isOfServer(error: Error): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !(cause instanceof Error);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : `a ${value === null ? 'null' : typeof value} was thrown`;
}

function hide(error: Error, field: 'name' | 'stack', value: string): void {
  Object.defineProperty(error, field, { value, enumerable: false, configurable: true, writable: true });
}
