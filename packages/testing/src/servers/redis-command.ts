import { connect } from 'node:net';

/** A reply of Redis, bulk strings as text. */
export type RedisReply = string | number | null | readonly RedisReply[];

export interface RedisCommandOptions {
  /** Milliseconds until it gives up; default 5,000. */
  readonly timeoutMs?: number;
}

/** Sends one command on a connection of its own; rejects with an error reply's text, or when there is no whole reply. */
export function redisCommand(
  port: number,
  args: readonly string[],
  options: RedisCommandOptions = {},
): Promise<RedisReply> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let received = '';
    socket.setEncoding('utf8');
    socket.setTimeout(options.timeoutMs ?? 5_000, () => socket.destroy(new Error(`${args[0]}: no reply`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${args[0]}: the connection was closed before the reply`)));
    socket.on('data', (text) => {
      received += String(text);
      const reply = read(received, 0);
      if (reply === undefined) return;
      if (reply.value instanceof Error) reject(reply.value);
      else resolve(reply.value);
      socket.destroy();
    });
    const parts = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
    socket.write(`*${args.length}\r\n${parts.join('')}`);
  });
}

interface Read {
  readonly value: RedisReply | Error;
  readonly next: number;
}

/** Reads the reply that begins at `at`; undefined when it is not whole yet. Lengths are right for ASCII only. */
function read(text: string, at: number): Read | undefined {
  const end = text.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = text.slice(at + 1, end);
  const next = end + 2;
  switch (text.charAt(at)) {
    case '+':
      return { value: line, next };
    case '-':
      return { value: new Error(line), next };
    case ':':
      return { value: Number(line), next };
    case '$': {
      const length = Number(line);
      if (length < 0) return { value: null, next };
      return text.length < next + length + 2
        ? undefined
        : { value: text.slice(next, next + length), next: next + length + 2 };
    }
    case '*':
      return readMany(text, next, Number(line));
    default:
      return { value: new Error(`not a reply of Redis: ${text.slice(at, at + 80)}`), next };
  }
}

function readMany(text: string, at: number, count: number): Read | undefined {
  if (count < 0) return { value: null, next: at };
  const values: RedisReply[] = [];
  let next = at;
  for (let index = 0; index < count; index += 1) {
    const one = read(text, next);
    if (one === undefined || one.value instanceof Error) return one;
    values.push(one.value);
    ({ next } = one);
  }
  return { value: values, next };
}
