import { slotOf, type Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import { toJson } from './fingerprint.ts';
import type { Row } from './ledger.ts';
import type { LedgerSession } from './ledger-session.ts';
import { openStored, type Codec } from './payload.ts';
import type { Stored } from './record.ts';

// '=' is escaped in every slot, so a value and an effect of the same name never share a key.
const prefix = '=';

/**
 * Computes a value once and gives the same one ever after. When two compute it at once the first to store wins and
 * both get its value. The value must be JSON: a Date or URL becomes its text, `undefined` is kept as such.
 *
 * @throws OncelyError `invalid_input` naming the path of bytes, a Map, an instance or whatever else JSON cannot say.
 */
export async function rememberValue<T>(
  session: LedgerSession,
  codec: Codec | undefined,
  [contract, former]: readonly [contract: Contract, former: Contract],
  compute: () => T | Promise<T>,
): Promise<T> {
  const slot = placeOf(contract);
  await session.info();
  const found = await session.ledger.read(slot);
  if (found.row) return reveal<T>(found.row, codec);
  for (const before of formerPlaces(contract, former)) {
    const kept = await session.ledger.read(before);
    if (kept.row) return reveal<T>(kept.row, codec);
  }
  const json = toJson(await compute(), `value ${contract.stepId}`, [], 'refuse');
  const plain = json === undefined ? '' : JSON.stringify(json);
  const stored: Stored = codec
    ? { kind: 'sealed', body: await codec.seal(plain, { slot, kind: 'value' }) }
    : { kind: 'plain', body: plain };
  const answer = await session.write(
    {
      slot,
      expect: 0,
      doc: JSON.stringify(stored),
      index: { state: 'value' },
      events: [],
    },
    2_000,
  );
  switch (answer.kind) {
    case 'written':
      return parse<T>(plain);
    case 'conflict':
      return answer.row ? reveal<T>(answer.row, codec) : parse<T>(plain);
    case 'held':
    case 'epoch':
      throw new OncelyError('ledger_unavailable', { message: `the value ${contract.stepId} could not be stored` });
  }
}

function placeOf(contract: Contract): string {
  return `${prefix}${slotOf(contract)}:v${contract.logicVersion}`;
}

/**
 * Where earlier versions kept it: under the ids as they were given, in whatever form, and in a scope of the business
 * case for each workflow by itself.
 */
function formerPlaces(contract: Contract, former: Contract): Set<string> {
  const forms = [contract, former].flatMap(({ slotScope, ...each }) =>
    slotScope === 'business' ? [{ ...each, slotScope }, each] : [each],
  );
  const places = new Set(forms.map(placeOf));
  places.delete(placeOf(contract));
  return places;
}

async function reveal<T>({ slot, doc }: Row, codec: Codec | undefined): Promise<T> {
  const plain = await openStored(JSON.parse(doc) as Stored, codec, { slot, kind: 'value' });
  if (plain === undefined) {
    throw new OncelyError('invalid_config', {
      message: 'a remembered value is sealed, and this process has no codec to open it.',
      fix: 'createOncely({ codec, ... }) with the codec that sealed it',
    });
  }
  return parse<T>(plain);
}

function parse<T>(plain: string): T {
  return (plain === '' ? undefined : JSON.parse(plain)) as T;
}
