import type { Said, WriteToSay } from '@oncely/core';
import { firstLines, isThere, plain, sentence } from '@oncely/core/adapter';

const texts = ['subject', 'text', 'html', 'amp', 'watchHtml'] as const;

/** A mail in words: from whom, to whom it is really delivered, its subject, its first lines, and what is attached. */
export function sayWrite({ parameters, account }: WriteToSay): Said {
  const { envelope, attachments } = parameters;
  const body = (['text', 'html'] as const).find((name) => typeof parameters[name] === 'string');
  return {
    summary: sentence(
      `Send a mail from ${people(parameters['from'] ?? parameters['sender'])} to ${people(parameters['to'])}`,
      ...(['cc', 'bcc', 'replyTo'] as const).map((name) =>
        isThere(parameters[name])
          ? `${name === 'replyTo' ? 'answers to' : name} ${people(parameters[name])}`
          : undefined,
      ),
      isThere(envelope) ? `delivered to ${envelopeOf(envelope)} by its envelope` : undefined,
      [
        isThere(parameters['subject']) ? `"${firstLines(plain(parameters['subject']), 1, 160)}"` : 'without a subject',
        ...(body === undefined ? [] : [firstLines(plain(parameters[body]), 1, 160)]),
      ].join(': '),
      isThere(parameters['raw']) ? 'as a raw message' : undefined,
      Array.isArray(attachments) ? `with ${attachments.map(fileOf).join(', ')} attached` : undefined,
      account === '' ? undefined : `with the account ${account}`,
    ),
    texts: texts.filter((name) => typeof parameters[name] === 'string'),
    ...('$names' in parameters ? { shown: { $names: namesOf(parameters['$names']) } } : {}),
  };
}

/** Addresses with names beside them; those without stand in their fields already. */
function namesOf(names: unknown): unknown {
  if (typeof names !== 'object' || names === null) return names;
  const named = Object.entries(names).map(([field, all]: [string, unknown]) => [
    field,
    Array.isArray(all) ? all.filter((each) => typeof each !== 'string' || !each.endsWith(' ')) : all,
  ]);
  const fields = named.filter(([, all]) => !Array.isArray(all) || all.length > 0);
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function people(value: unknown): string {
  if (!isThere(value)) return 'nobody by its header';
  return Array.isArray(value) ? value.map(plain).join(', ') : plain(value);
}

function envelopeOf(envelope: unknown): string {
  const { to, from } = envelope as { readonly to?: unknown; readonly from?: unknown };
  return `${people(to)}${isThere(from) ? ` from ${people(from)}` : ''}`;
}

function fileOf(file: unknown): string {
  const { filename, path, contentType } = (file ?? {}) as Readonly<Record<string, unknown>>;
  return plain([filename, path, contentType].find(isThere) ?? 'a file without a name');
}
