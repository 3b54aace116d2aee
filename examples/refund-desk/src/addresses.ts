/** Where the vendors are. In production none of this is needed; here a run's fakes listen on free ports. */
export interface Addresses {
  readonly stripe: { readonly host: string; readonly port: number; readonly protocol: 'http' };
  readonly slack: { readonly slackApiUrl: string };
  readonly smtp: { readonly host: string; readonly port: number };
}

/** What the parent process handed to this worker. */
export const addresses = JSON.parse(process.env['DEMO_ADDRESSES'] ?? '{}') as Addresses;
