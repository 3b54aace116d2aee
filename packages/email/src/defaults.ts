import type { MailData, TransporterLike } from './transporter.ts';

/** The mail as nodemailer will see it: with the transporter's defaults where the call says nothing. */
export function withDefaults(data: MailData, transporter: TransporterLike): MailData {
  const defaults = defaultsOf(transporter);
  if (Object.keys(defaults).length === 0) return data;
  // As in nodemailer's MailMessage: what the call names counts, `undefined` too, and headers are merged one by one.
  const merged: MailData = { ...defaults, ...data };
  const [standard, own] = [defaults['headers'], data['headers']];
  if (!isPlain(standard) || (own !== undefined && !isPlain(own))) return merged;
  return { ...merged, headers: { ...standard, ...own } };
}

/**
 * The stored mail in such a form that the defaults of this process add nothing to it: it may be another process than
 * the one that wrote it, with other defaults. Credentials still come from here.
 */
export function closedToDefaults(mail: MailData, transporter: TransporterLike): Record<string, unknown> {
  const names = Object.keys(defaultsOf(transporter)).filter((name) => !credentials.has(name));
  // A copy of the headers, since nodemailer writes its own into what it is given.
  const headers = isPlain(mail['headers']) ? { headers: { ...mail['headers'] } } : {};
  return { ...Object.fromEntries(names.map((name) => [name, undefined])), ...mail, ...headers };
}

/** Takes the headers out again that nodemailer's copy has from this process's defaults and the stored mail had not. */
export function removeDefaultHeaders(
  data: Record<string, unknown>,
  mail: MailData,
  transporter: TransporterLike,
): void {
  const [standard, stored, present] = [defaultsOf(transporter)['headers'], mail['headers'], data['headers']];
  if (!isPlain(standard) || !isPlain(present)) return;
  const kept = isPlain(stored) ? stored : {};
  const foreign = Object.keys(standard).filter(
    (name) => !Object.hasOwn(kept, name) && present[name] === standard[name],
  );
  data['headers'] = Object.fromEntries(Object.entries(present).filter(([name]) => !foreign.includes(name)));
}

const credentials: ReadonlySet<string> = new Set(['auth', 'dkim', '_dkim', 'normalizeHeaderKey', 'signal']);

function defaultsOf({ _defaults }: TransporterLike): MailData {
  return (_defaults ?? {}) as MailData;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
