/** The texts in which a secret may lie: as it is, percent-encoded, in JSON, in hexadecimal, in base64 at any offset. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const percent = encodeURIComponent(secret);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // What the bytes before and behind it have a part in is cut off.
    const own = text.slice(offset === 0 ? 0 : 4, -4);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  // A document in a ledger may hold an answer, that a body, and that a text of its own.
  const escaped = [secret];
  for (let depth = 0; depth < 4; depth += 1) escaped.push(JSON.stringify(escaped.at(-1)).slice(1, -1));
  const all = [
    secret,
    percent,
    percent.replaceAll('%20', '+'),
    hex.replaceAll(/../g, '%$&'),
    ...escaped,
    hex,
    ...base64,
  ];
  return [...new Set(all.flatMap((form) => [form, form.toLowerCase(), form.toUpperCase()]))];
}

/** Which of the secrets lie in a haystack, in any form. */
export function tracesOf(secrets: Readonly<Record<string, string>>, haystack: string): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => haystack.includes(form)) ? [name] : [],
  );
}
