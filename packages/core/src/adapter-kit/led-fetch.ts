interface Dispatcher {
  dispatch(options: object, handler: object | null): boolean;
}

/** Where Node's fetch, and undici's own, look for the dispatcher of the process. */
const ofTheProcess = Symbol.for('undici.globalDispatcher.1');

let plain: Dispatcher | undefined;

/**
 * The process's fetch, where something leads what it sends: a mock or a tracer in its place, a dispatcher that somebody
 * set, the environment's proxy. Absent where it is Node's own with nothing set: then a request by node:http goes the
 * same way, and more can be proven of its end.
 */
export function ledFetch(): typeof globalThis.fetch | undefined {
  const { fetch } = globalThis;
  if (!/internal\/deps\/undici/.test(Function.prototype.toString.call(fetch))) return fetch;
  // Node loads its fetch with the first of these, and sets the dispatcher then.
  void globalThis.Response;
  const dispatcher = (globalThis as unknown as Record<symbol, unknown>)[ofTheProcess] as Dispatcher | undefined;
  if (dispatcher === undefined || dispatcher === plain) return undefined;
  if (!isNodesPlain(dispatcher)) return fetch;
  plain = dispatcher;
  return undefined;
}

/** One that Node made by itself: an Agent out of its own copy of undici, with nothing composed around it. */
function isNodesPlain(dispatcher: Dispatcher): boolean {
  const made = Object.getPrototypeOf(dispatcher) as (Dispatcher & { readonly constructor: { name: string } }) | null;
  if (made?.constructor.name !== 'Agent' || made.dispatch !== dispatcher.dispatch) return false;
  try {
    // Without a handler it refuses before anything else, and says where it is from.
    made.dispatch.call(dispatcher, {}, null);
    return false;
  } catch (error) {
    return /\(?node:internal\/deps\/undici/.test(String((error as Error).stack));
  }
}
