import { Agent } from 'node:http';
import { Duplex } from 'node:stream';

import type { WireResponse } from '@oncely/core';

/** What the SDK hands to its middleware before a send, as far as we need it; every version since 12 has it. */
export interface RequestContextLike {
  getUrl(): string;
  setUrl(url: string): void;
  getHttpMethod(): string;
  getHeaders(): Record<string, string>;
  getBody(): unknown;
  setBody(body: undefined): void;
  getAgent(): unknown;
  setAgent(agent: Agent): void;
}

/** What the SDK hands to its middleware after a send. */
export interface ResponseContextLike {
  httpStatusCode: number;
  headers: Record<string, string>;
  body: { text(): Promise<string>; binary(): Promise<Buffer> };
}

/**
 * Gives responses of ours to the SDK. A middleware may not answer by itself, so the SDK is let send to a connection
 * that exists in memory only, and what comes back from there is replaced by the response.
 */
export interface Handover {
  give(context: RequestContextLike, response: WireResponse): void;
  /** Whether the answer was one of ours; then it is the response now. */
  take(context: ResponseContextLike): boolean;
}

const ticketHeader = 'x-oncely-response';

export function createHandover(): Handover {
  const waiting = new Map<string, WireResponse>();
  let next = 0;
  return {
    give(context, response) {
      const ticket = String((next += 1));
      waiting.set(ticket, response);
      // Never resolved: whoever puts another agent behind ours reaches nothing at all.
      context.setUrl('http://oncely.invalid/');
      context.setBody(undefined);
      context.setAgent(answeringAgent(ticket));
    },
    take(context) {
      const ticket = context.headers[ticketHeader];
      const response = ticket === undefined ? undefined : waiting.get(ticket);
      if (ticket === undefined || !response) return false;
      waiting.delete(ticket);
      context.httpStatusCode = response.status;
      context.headers = { ...response.headers };
      context.body = {
        text: async () => response.body,
        binary: async () => Buffer.from(response.body, 'utf8'),
      };
      return true;
    },
  };
}

/** An agent whose one connection answers any request with the ticket, and leads nowhere. */
function answeringAgent(ticket: string): Agent {
  const agent = new Agent();
  // Node's types know the hook for sockets only; the client writes and reads, which is all that it needs.
  agent.createConnection = () => {
    let answered = false;
    return new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        if (!answered) {
          answered = true;
          this.push(`HTTP/1.1 200 OK\r\n${ticketHeader}: ${ticket}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
          this.push(null);
        }
        done();
      },
    }) as never;
  };
  return agent;
}
