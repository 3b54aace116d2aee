import { parseArgs } from 'node:util';

import { provisionHubspot, type Provisioned } from './provision.ts';
import { NotAllowed, Unreachable } from './reading.ts';
import type { HubSpotLike } from './vendor.ts';

/** What the command needs of its surroundings. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

const usage = `Usage: npx @oncely/hubspot provision --objects contacts,deals [--property oncely_key] [--dry-run]

Gives types of HubSpot objects the unique property by which what an agent created is found again.
HUBSPOT_ACCESS_TOKEN holds the token of a private app with crm.schemas.<type>.read and .write.
HUBSPOT_BASE_PATH is for a server of your own in place of https://api.hubapi.com.`;

/** Runs the command and gives its exit code: 0 done, 1 refused or failed, 2 called wrongly. It never prints the token. */
export async function command(argv: readonly string[], around: Surroundings): Promise<0 | 1 | 2> {
  const called = read(argv);
  if (typeof called === 'string') {
    around.complain(`${called}\n\n${usage}`);
    return 2;
  }
  if (called.help) {
    around.print(usage);
    return 0;
  }
  const accessToken = around.env['HUBSPOT_ACCESS_TOKEN'];
  if (accessToken === undefined || accessToken === '') {
    around.complain('HUBSPOT_ACCESS_TOKEN is not set: it must hold the token of a private app of the portal.');
    return 2;
  }
  const basePath = around.env['HUBSPOT_BASE_PATH'];
  const client: HubSpotLike = {
    config: { accessToken, ...(basePath === undefined ? {} : { basePath }) },
    apiRequest: () => Promise.reject(new Error('not part of this command')),
  };
  try {
    const done = await provisionHubspot(client, called);
    for (const each of done) around.print(lineOf(each, called.property));
    const unusable = done.some(({ property }) => property === 'unusable');
    if (unusable) around.complain('A property cannot be made unique later: choose another name with --property.');
    return unusable ? 1 : 0;
  } catch (error) {
    around.complain(failureOf(error).replaceAll(accessToken, '***'));
    return 1;
  }
}

interface Called {
  readonly help: boolean;
  readonly objectTypes: readonly string[];
  readonly property: string;
  readonly dryRun: boolean;
}

function read(argv: readonly string[]): Called | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        objects: { type: 'string' },
        property: { type: 'string', default: 'oncely_key' },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const objectTypes = (values.objects ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    const called = { help: values.help, objectTypes, property: values.property, dryRun: values['dry-run'] };
    if (called.help) return called;
    const [name, ...more] = positionals;
    if (name !== 'provision' || more.length > 0) return `There is no command "${positionals.join(' ')}".`;
    return objectTypes.length === 0 ? 'Which types of objects? Say --objects contacts,deals.' : called;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function lineOf({ objectType, property, group }: Provisioned, name: string): string {
  const what = {
    exists: `has ${name} already`,
    created: `has ${name} now`,
    would_create: `would get ${name}`,
    unusable: `has a property ${name} that is not unique`,
  }[property];
  const where =
    { created: ' (in the new group oncely)', would_create: ' (in a new group oncely)' }[group as string] ?? '';
  return `${objectType}: ${what}${where}`;
}

function failureOf(error: unknown): string {
  if (error instanceof NotAllowed) return `HubSpot does not allow this token to do it: ${error.message}`;
  if (error instanceof Unreachable) return `${error.message}. Nothing is half done: run it again.`;
  return error instanceof Error ? error.message : String(error);
}
