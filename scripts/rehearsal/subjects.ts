/** One package as a stranger would take it: alone, with what its README says to install beside it. */
export interface Subject {
  readonly name: string;
  /** What a program loads at most that imports every entry of the package and nothing else. */
  readonly loads: readonly string[];
  /** What is installed beside the packages of the README's install line, since its example imports it. */
  readonly beside?: readonly string[];
  /** The oldest versions that it says it works with, tried in a project of their own. */
  readonly oldest?: readonly string[];
}

/** What the core brings along, wherever it is. */
const core = ['@oncely/core', 'canonicalize'];

export const subjects: readonly Subject[] = [
  { name: '@oncely/core', loads: core },
  { name: '@oncely/stripe', loads: ['@oncely/stripe', ...core, 'zod'], oldest: ['stripe@18.0.0'] },
  { name: '@oncely/slack', loads: ['@oncely/slack', ...core, 'zod'], oldest: ['@slack/web-api@8.0.0'] },
  { name: '@oncely/hubspot', loads: ['@oncely/hubspot', ...core, 'zod'], oldest: ['@hubspot/api-client@13.5.0'] },
  { name: '@oncely/email', loads: ['@oncely/email', ...core, 'zod'], oldest: ['nodemailer@7.0.0'] },
  { name: '@oncely/agents', loads: ['@oncely/agents', ...core], beside: ['ai@7'] },
  {
    name: '@oncely/testing',
    loads: ['@oncely/testing', ...core],
    beside: ['@oncely/core', 'stripe', '@slack/web-api', '@oncely/stripe', '@oncely/slack'],
  },
  { name: '@oncely/eslint-plugin', loads: ['@oncely/eslint-plugin'], oldest: ['eslint@9.0.0'] },
  { name: 'oncely', loads: ['oncely', ...core, 'commander', 'diff', '@oncely/eslint-plugin'] },
];
