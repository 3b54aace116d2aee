import type { Ledger } from '@oncely/core';

/** Where a shared ledger lies, as it can be told to another process. */
export type Place =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly prefix: string }
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string }
  | {
      readonly kind: 'redis-cluster';
      readonly nodes: readonly { readonly host: string; readonly port: number }[];
      readonly prefix: string;
    };

export interface OpenStore {
  readonly ledger: Ledger;
  /** Ends the connection, which is the caller's and not the ledger's. */
  close(): Promise<void>;
}

/** Makes this process's ledger at a place; it loads the client of that store only. */
export async function openStore(place: Place): Promise<OpenStore> {
  switch (place.kind) {
    case 'sqlite': {
      const { sqliteLedger } = await import('@oncely/core/ledgers/sqlite');
      return { ledger: sqliteLedger(place.file), close: async () => {} };
    }
    case 'postgres': {
      const [{ Pool }, { postgresLedger }] = await Promise.all([import('pg'), import('@oncely/core/ledgers/postgres')]);
      const pool = new Pool({ connectionString: place.url, max: 4, connectionTimeoutMillis: 2_000 });
      // A connection that idles when its server dies; the next use of the pool makes another.
      pool.on('error', () => undefined);
      const ledger = postgresLedger(pool, { prefix: place.prefix, commandTimeoutMs: 2_000 });
      return { ledger, close: () => pool.end() };
    }
    case 'redis': {
      const [{ Redis }, { redisLedger }] = await Promise.all([import('ioredis'), import('@oncely/core/ledgers/redis')]);
      const client = new Redis(place.url, { retryStrategy: () => 50 });
      client.on('error', () => undefined);
      const ledger = redisLedger(client, { prefix: place.prefix, commandTimeoutMs: 2_000 });
      return { ledger, close: async () => client.disconnect() };
    }
    case 'redis-cluster': {
      const [{ Cluster }, { redisLedger }] = await Promise.all([
        import('ioredis'),
        import('@oncely/core/ledgers/redis'),
      ]);
      const client = new Cluster([...place.nodes], {
        clusterRetryStrategy: () => 50,
        redisOptions: { connectTimeout: 2_000 },
      });
      client.on('error', () => undefined);
      const ledger = redisLedger(client, { prefix: place.prefix, commandTimeoutMs: 2_000 });
      return { ledger, close: async () => client.disconnect() };
    }
  }
}
