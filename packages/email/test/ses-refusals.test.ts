import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { describe, expect, it, onTestFinished } from 'vitest';

import { failureOf } from './desk.ts';
import { closed, open, said, startSes } from './ses-desk.ts';

describe('a refusal that Amazon documents is a no, though no request id came with it', () => {
  it.each<[number, string]>([
    [400, 'MessageRejected'],
    [400, 'MailFromDomainNotVerifiedException'],
    [400, 'AccountSuspendedException'],
    [400, 'SendingPausedException'],
    [400, 'LimitExceededException'],
    [404, 'NotFoundException'],
    [400, 'BadRequestException'],
    [403, 'AccessDeniedException'],
    [403, 'ExpiredTokenException'],
    [403, 'SignatureDoesNotMatch'],
    [400, 'ThrottlingException'],
    [400, 'Throttling'],
    [429, 'TooManyRequestsException'],
  ])('%i %s', async (status, type) => {
    const { sesClient, sends, say } = await startSes();
    const { send, state, later } = open(sesClient);
    say((response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
      response.end('{"message":"no"}');
    });
    expect(await failureOf(send())).toMatchObject({ name: type });
    expect(await state()).toBe('ready');
    expect(sends()).toBe(1);
    say(said(200));
    later();
    await send();
    expect(sends()).toBe(2);
  });

  it.each([
    [400, 'TransactionInProgressException'],
    [400, 'RequestTimeoutException'],
    [500, 'ThrottlingException'],
  ])('%i %s proves nothing', async (status, type) => {
    const { sesClient, sends, say } = await startSes();
    const { send } = open(sesClient);
    say((response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
      response.end('{"message":"no"}');
    });
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
    expect(sends()).toBe(1);
  });
});

it('the quota of a day is waited for longer than a rate', async () => {
  const { sesClient, sends, say } = await startSes();
  const { send } = open(sesClient);
  say((response) => {
    response.writeHead(400, { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' });
    response.end('{"message":"Daily message quota exceeded."}');
  });
  expect(await failureOf(send())).toMatchObject({ message: 'Daily message quota exceeded.' });
  say(said(200));
  expect(await failureOf(send())).toMatchObject({ code: 'not_sent' });
  expect(sends()).toBe(1);
});

describe('what fails before its one request has sent nothing', () => {
  const later = (sesClient: SESv2Client, change: (client: SESv2Client) => void): SESv2Client => {
    change(sesClient);
    return sesClient;
  };

  it.each<[string, (client: SESv2Client) => void]>([
    [
      'credentials that cannot be had',
      ({ config }) => {
        let asked = 0;
        const { credentials } = config;
        config.credentials = (async (...given: []) => {
          asked += 1;
          if (asked === 1) throw new Error('no credentials');
          return credentials(...given);
        }) as typeof credentials;
      },
    ],
    [
      'a middleware of the caller that refuses',
      ({ middlewareStack }) => {
        let asked = 0;
        middlewareStack.add(
          (next) => async (given) => {
            asked += 1;
            if (asked === 1) throw new Error('not today');
            return next(given);
          },
          { step: 'build' },
        );
      },
    ],
  ])('%s', async (_name, change) => {
    const { sesClient, sends } = await startSes();
    const { send, state } = open(later(sesClient, change));
    expect((await failureOf(send())).message).toMatch(/no credentials|not today/);
    expect(await state()).toBe('ready');
    expect(sends()).toBe(0);
    await send();
    expect(sends()).toBe(1);
  });

  it('a port that nobody listens on', async () => {
    const sesClient = new SESv2Client({
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    onTestFinished(() => sesClient.destroy());
    const { send, state } = open(sesClient);
    await failureOf(send());
    expect(await state()).toBe('ready');
  });

  it('no command to make, as of a forgotten SendEmailCommand', async () => {
    const { sesClient, sends } = await startSes();
    const { send, state } = open(sesClient, {});
    expect((await failureOf(send())).message).toContain('SendEmailCommand is not a constructor');
    expect(await state()).toBe('ready');
    expect(sends()).toBe(0);
  });

  it('and it sends nothing later either, when nobody waits for it any more', async () => {
    const { sesClient, sends } = await startSes();
    let asked = 0;
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    sesClient.middlewareStack.add(
      (next) => async (given) => {
        asked += 1;
        if (asked === 1) await arrived;
        return next(given);
      },
      { step: 'build' },
    );
    const { send, state } = open(sesClient, { SendEmailCommand }, { leaseMs: 400, waitMs: 300 });
    await failureOf(send());
    expect(await state()).toBe('ready');
    await send();
    arrive();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sends()).toBe(1);
  });
});

describe('a client of somebody’s own', () => {
  const own = (
    error: object,
    send = async (): Promise<never> => Promise.reject(Object.assign(new Error('no'), error)),
  ) => {
    let sends = 0;
    const client = {
      config: { region: async () => 'eu-west-1' },
      send: () => {
        sends += 1;
        return send();
      },
    };
    return { ...open(client as never), sends: () => sends };
  };

  it.each([{ name: 'AccessDeniedException' }, { code: 'Throttling' }, { name: 'MessageRejected', $metadata: {} }])(
    'whose error is a documented refusal: %o',
    async (error) => {
      const { send, state } = own(error);
      expect(await failureOf(send())).toMatchObject(error);
      expect(await state()).toBe('ready');
    },
  );

  it.each<object>([
    { name: 'Error' },
    { name: 'TooManyRequestsException', $metadata: { attempts: 3 } },
    { code: 'ECONNREFUSED', syscall: 'connect' },
    { name: 'ThrottlingException', $fault: 'server' },
  ])('whose error proves nothing: %o', async (error) => {
    const { send, sends } = own(error);
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
    expect(sends()).toBe(1);
  });

  it('that fails at once has sent nothing', async () => {
    const { send, state } = own({}, () => {
      throw new Error('send boom');
    });
    expect(await failureOf(send())).toMatchObject({ message: 'send boom' });
    expect(await state()).toBe('ready');
  });

  it('that stands before one of Amazon’s: what its lost answer was is in doubt', async () => {
    const { sesClient, sends, say } = await startSes();
    say(closed);
    const stub = new SESv2Client({ region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    stub.send = ((command: SendEmailCommand) => sesClient.send(command)) as never;
    const { send } = open(stub);
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
    expect(sends()).toBe(3);
  });
});

it('a client that remembers its way to SES fails once, and not for good', async () => {
  const { sesClient, sends, say } = await startSes({ cacheMiddleware: true });
  const { send } = open(sesClient);
  say(said(400, 'MessageRejected'));
  await failureOf(send());
  say(said(200));
  await send();
  expect(sends()).toBe(2);
});
