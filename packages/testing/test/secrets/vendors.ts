import { Client } from '@hubspot/api-client';
import { createOncely, type Oncely, type OncelyOptions } from '@oncely/core';
import { oncelyEmail } from '@oncely/email';
import { oncelyHubspot } from '@oncely/hubspot';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { startHubSpotFake } from '@oncely/testing/fakes/hubspot';
import { startSlackFake } from '@oncely/testing/fakes/slack';
import { startSmtpFake } from '@oncely/testing/fakes/smtp';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { LogLevel, WebClient } from '@slack/web-api';
import nodemailer, { type Transporter } from 'nodemailer';
import Stripe from 'stripe';
import { onTestFinished } from 'vitest';

/** A secret of its own for each place; with what percent-encoding and JSON change in it. */
export const planted = (...places: string[]): Record<string, string> =>
  Object.fromEntries(places.map((place) => [place, `zQ7 "${place}"/+ünTold-9xK`]));
const inWord = (word: string): string => `zQ7${word}unTold9xK`;

type Settings = Omit<OncelyOptions<Record<never, never>>, 'clients'>;

export interface Vendor {
  readonly name: string;
  /** What the input, its keys and headers, and the vendor's answers hold. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Which must be nowhere, whatever is kept. */
  readonly credentials: Readonly<Record<string, string>>;
  start(settings: Settings): { readonly oncely: Oncely; readonly write: () => Promise<unknown> };
  /** The next write is refused by the vendor, in words that hold the input. */
  refuse(): void;
  /** The next write happens and its answer is lost. */
  lose(): void;
}

export async function stripeVendor(): Promise<Vendor> {
  const fake = await startStripeFake();
  onTestFinished(() => fake.close());
  const secrets = planted('name', 'description', 'value', 'line1', 'message');
  const key = inWord('MetadataKey');
  const credentials = { apiKey: `sk_test_${inWord('ApiKey')}` };
  const config = { host: '127.0.0.1', port: Number(new URL(fake.url).port), protocol: 'http' as const };
  return {
    name: 'stripe',
    secrets: { ...secrets, key },
    credentials,
    start: (settings) => {
      const oncely = createOncely({
        ...settings,
        clients: {
          stripe: oncelyStripe((given) => new Stripe(credentials.apiKey, { ...config, ...given }), {
            landingBoundMs: 0,
          }),
        },
      });
      return {
        oncely,
        write: () =>
          oncely.clients.stripe.customers.create({
            name: secrets['name'] ?? '',
            description: secrets['description'] ?? '',
            metadata: { [key]: secrets['value'] ?? '' },
            address: { line1: secrets['line1'] ?? '' },
          }),
      };
    },
    refuse: () =>
      fake.fail({
        kind: 'status',
        status: 400,
        after: 'before_effect',
        body: { error: { type: 'invalid_request_error', message: secrets['message'], param: 'name' } },
      }),
    lose: () => fake.fail({ kind: 'reset_after_effect' }),
  };
}

export async function slackVendor(): Promise<Vendor> {
  const fake = await startSlackFake();
  onTestFinished(() => fake.close());
  const secrets = planted('text', 'block', 'payload', 'error');
  const credentials = { token: `xoxb-${inWord('Token')}` };
  return {
    name: 'slack',
    secrets,
    credentials,
    start: (settings) => {
      const oncely = createOncely({
        ...settings,
        clients: {
          slack: oncelySlack(
            (given) =>
              new WebClient(credentials.token, { slackApiUrl: fake.apiUrl, logLevel: LogLevel.ERROR, ...given }),
            { landingBoundMs: 0 },
          ),
        },
      });
      return {
        oncely,
        write: () =>
          oncely.clients.slack.chat.postMessage({
            channel: 'C0000000001',
            text: secrets['text'] ?? '',
            blocks: [{ type: 'section', text: { type: 'plain_text', text: secrets['block'] ?? '' } }],
            metadata: { event_type: 'told', event_payload: { note: secrets['payload'] ?? '' } },
          }),
      };
    },
    refuse: () =>
      fake.fail({
        kind: 'status',
        status: 200,
        after: 'before_effect',
        body: { ok: false, error: 'msg_too_long', response_metadata: { messages: [secrets['error']] } },
      }),
    lose: () => fake.fail({ kind: 'reset_after_effect' }),
  };
}

export async function hubspotVendor(): Promise<Vendor> {
  const fake = await startHubSpotFake();
  onTestFinished(() => fake.close());
  fake.seedProperty('companies', 'oncely_key');
  const secrets = planted('name', 'description', 'city', 'message');
  const credentials = { accessToken: `pat-na1-${inWord('Token')}` };
  return {
    name: 'hubspot',
    secrets,
    credentials,
    start: (settings) => {
      const oncely = createOncely({
        ...settings,
        clients: {
          hubspot: oncelyHubspot((given) => new Client({ ...credentials, basePath: fake.url, ...given }), {
            landingBoundMs: 0,
          }),
        },
      });
      return {
        oncely,
        write: () =>
          oncely.clients.hubspot.crm.companies.basicApi.create({
            properties: {
              name: secrets['name'] ?? '',
              description: secrets['description'] ?? '',
              city: secrets['city'] ?? '',
            },
            associations: [],
          }),
      };
    },
    refuse: () =>
      fake.fail({
        kind: 'status',
        status: 400,
        after: 'before_effect',
        body: { status: 'error', category: 'VALIDATION_ERROR', message: secrets['message'], correlationId: 'c' },
      }),
    lose: () => fake.fail({ kind: 'reset_after_effect' }),
  };
}

export async function emailVendor(): Promise<Vendor> {
  const pass = inWord('Password');
  const fake = await startSmtpFake({ auth: { user: 'desk', pass } });
  onTestFinished(() => fake.close());
  const texts = planted('subject', 'text', 'html');
  const secrets = {
    ...texts,
    to: `${inWord('To')}@customer.example`,
    header: inWord('Header'),
    file: inWord('Filename'),
    content: inWord('Content'),
  };
  return {
    name: 'email',
    secrets,
    credentials: { pass },
    start: (settings) => {
      const { host, port } = fake;
      const transport = { host, port, auth: { user: 'desk', pass } };
      const oncely = createOncely({
        ...settings,
        clients: {
          email: oncelyEmail(() => nodemailer.createTransport(transport) as Transporter, { landingBoundMs: 0 }),
        },
      });
      const { email } = oncely.clients;
      onTestFinished(() => email.close());
      return {
        oncely,
        write: () =>
          email.sendMail({
            from: 'desk@shop.example',
            to: secrets.to,
            subject: texts['subject'] ?? '',
            text: texts['text'] ?? '',
            html: texts['html'] ?? '',
            headers: { 'x-case': secrets.header },
            attachments: [{ filename: `${secrets.file}.txt`, content: secrets.content }],
          }),
      };
    },
    refuse: () => fake.fail({ kind: 'reject', at: 'rcpt', code: 550 }),
    lose: () => fake.fail({ kind: 'drop', at: 'after_dot' }),
  };
}
