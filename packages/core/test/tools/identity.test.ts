import { effectIdOf, normalised } from '@oncely/core/tools';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('the id of an effect', () => {
  it('reads as tool and ids, in one order', () => {
    expect(effectIdOf('refund', { ids: { payment: ' pi_1 ', line: 2 } })).toBe('refund(line=2,payment=pi_1)');
    expect(effectIdOf('refund', {})).toBe('refund()');
  });

  it('takes a business value in any case, white space, Unicode form and order of a list', () => {
    const of = (values: object): string => effectIdOf('mail', { values: values as never });
    const one = of({ to: ['ann@x.example', 'bob@x.example'], purpose: 'Caf\u00e9 receipt' });
    expect(of({ to: ['BOB@x.example ', 'ann@x.example', 'bob@x.example'], purpose: ' cafe\u0301\n  Receipt ' })).toBe(
      one,
    );
    expect(of({ to: ['ann@x.example'], purpose: 'Caf\u00e9 receipt' })).not.toBe(one);
    expect(of({ a: null, b: undefined })).toBe('mail()');
  });

  it('tells no value, and keeps the case of ids', () => {
    expect(effectIdOf('mail', { values: { to: 'ann@x.example' } })).not.toContain('ann');
    expect(effectIdOf('a', { ids: { id: 'ch_a' } })).not.toBe(effectIdOf('a', { ids: { id: 'ch_A' } }));
  });

  it('is another one for other ids, whatever characters are in them', () => {
    const id = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && text.isWellFormed());
    fc.assert(
      fc.property(id, id, id, id, (a, b, c, d) => {
        const same =
          a.normalize('NFC').trim() === c.normalize('NFC').trim() &&
          b.normalize('NFC').trim() === d.normalize('NFC').trim();
        expect(effectIdOf('x', { ids: { a, b } }) === effectIdOf('x', { ids: { a: c, b: d } })).toBe(same);
      }),
    );
  });

  it('never grows beyond what a slot takes, nor ends like an occurrence', () => {
    const id = effectIdOf('x', { ids: { a: 'a'.repeat(5_000) } });
    expect(id.length).toBeLessThan(240);
    expect(effectIdOf('x', { ids: { a: 'a#1' } })).not.toMatch(/[#@]\d+$/);
  });

  it('comes to rest after once', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(normalised(normalised(text))).toBe(normalised(text));
      }),
    );
  });
});
