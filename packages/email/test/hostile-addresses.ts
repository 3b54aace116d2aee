/** Texts that parsers of addresses read differently: pieces of addresses put together at random, by a seed. */
const pieces = [
  'evil@bad.example',
  'good@ok.example',
  'Ann',
  '"Miller, Ann"',
  'Team:',
  '=?utf-8?Q?Ann_=3Cx=40y.example=3E?=',
  'böb@bücher.example',
  'BOB@OK.EXAMPLE',
  '"a b"@ok.example',
  '"a@b"@ok.example',
  'a@[127.0.0.1]',
  'a@[x@bad.example]',
  'user @ ok .example',
  'undisclosed-recipients:;',
  'root',
  ',',
  ';',
  ':',
  '<',
  '>',
  '(',
  ')',
  '"',
  '\\',
  '@',
  ' ',
  '\t',
  '\r\n ',
  '\u0000',
  '\u00a0',
  '.',
  '[',
  ']',
];

/** Numbers from 0 to below 1, the same for a seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function hostileText(random: () => number): string {
  const length = 1 + Math.floor(random() * 7);
  return Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join('');
}

/** A field as callers write it: a text, an object, a list or a group of them. */
export function hostileField(random: () => number): unknown {
  const text = hostileText(random);
  switch (Math.floor(random() * 8)) {
    case 0:
      return { name: hostileText(random), address: text };
    case 1:
      return [text, { name: '', address: hostileText(random) }];
    case 2:
      return [[text], [hostileText(random)]];
    case 3:
      return { name: 'Team', group: [{ name: '', address: text }] };
    default:
      return text;
  }
}
