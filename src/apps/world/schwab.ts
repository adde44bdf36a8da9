import { join } from 'node:path';
import type { Counterpart, Probe } from '../../adapters/index.ts';
import {
  connectSchwab,
  SchwabData,
  readTokenFile,
  type SchwabConnection,
  SchwabStreamer,
  type TokenAge,
  tokenAge,
  TokenFileError,
} from '../../adapters/schwab/index.ts';
import { claimRight } from '../../adapters/system/index.ts';
import { BadInput, formatInstant, type Instant } from '../../base/index.ts';
import { exchangeDate, nextSession } from '../../market/index.ts';
import type { BrokerConfig } from '../config/index.ts';
import type { Notice } from '../runner.ts';
import type { Connection, ConnectOptions } from './connection.ts';
import { KEY_NAMES, pairOf } from './credentials.ts';

/** Where the sign-in of a desk lies. */
export const tokenPath = (folder: string): string => join(folder, 'state', 'schwab-token.json');

/** The right to renew a desk's sign-in: one process at a time. */
export const tokenClaim = (folder: string) => async () => {
  const right = await claimRight(`schwab token ${tokenPath(folder)}`, folder);
  return right === null ? { ok: false as const } : { ok: true as const, release: right.release };
};

/** The age of a desk's sign-in; null where nobody signed in. */
export function tokenSeen(folder: string, now: Instant): TokenAge | null {
  try {
    return tokenAge(readTokenFile(tokenPath(folder)).createdAt, now, null);
  } catch (error) {
    if (error instanceof TokenFileError) return null;
    throw error;
  }
}

/**
 * Schwab for a desk. It has no paper accounts: below live its quotes are all that is used, and the
 * code that could send an order is not even loaded (F058). Throws `BadInput` without a sign-in.
 */
export async function connectSchwabDesk(
  options: ConnectOptions,
  config: BrokerConfig,
): Promise<Connection> {
  const { stage, now } = options;
  const connection = signedIn(options, config);
  const streamer = new SchwabStreamer({ http: connection.http, now });
  const data = new SchwabData({ http: connection.http, now, streamer });
  const close = async () => {
    await streamer.close();
    await connection.close();
  };
  try {
    const { level } = connection.tokens.age();
    if (level === 'dead') throw new BadInput(`The Schwab sign-in has ended: ${SIGN_IN}`);
    const live =
      stage === 'live' ? await brokerOf(options, config, { connection, streamer }) : null;
    return {
      data,
      counterpart: live?.broker ?? null,
      probe: live?.broker ?? dataProbe(connection, data),
      account: live?.number ?? null,
      clockSeen: () => connection.http.clock,
      ...signIn(connection, now),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function signedIn(
  { secrets, folder, now }: ConnectOptions,
  config: BrokerConfig,
): SchwabConnection {
  const { id: key, secret } = pairOf(secrets, KEY_NAMES.schwab);
  try {
    return connectSchwab({
      app: { key, secret },
      tokenPath: tokenPath(folder),
      claim: tokenClaim(folder),
      now,
      ...(config.url !== null && { origin: new URL(config.url) }),
    });
  } catch (error) {
    if (!(error instanceof TokenFileError)) throw error;
    throw new BadInput(error.message);
  }
}

/** What can be asked where no account is: below live, orders go to the built-in broker. */
const dataProbe = ({ http }: SchwabConnection, data: SchwabData): Probe => ({
  identity: async () => ({
    number: 'built-in broker',
    class: 'paper',
    type: 'margin',
    status: 'ACTIVE',
    blocked: [],
    equity: null,
    cash: null,
    buyingPower: null,
    optionsLevel: 3,
    shorting: true,
  }),
  clock: async () => {
    await data.quotes(['SPY']);
    if (http.clock === null) throw new Error('no reply of Schwab was dated');
    return http.clock;
  },
  sessions: (from, to) => data.sessions(from, to),
  entitlement: async () => {
    await data.quotes(['SPY']);
    return data.tag.feed;
  },
});

/** The order client, loaded for live alone, on an account that is there and is the one wanted. */
async function brokerOf(
  { now, since, held, bookOf, odd }: ConnectOptions,
  config: BrokerConfig,
  { connection, streamer }: { connection: SchwabConnection; streamer: SchwabStreamer },
): Promise<{ broker: Counterpart; number: string }> {
  const number = config.accounts.live;
  if (number === null) {
    throw new BadInput('broker.accounts.live is not set: wanted the number of that account');
  }
  const { SchwabBroker } = await import('../../adapters/schwab-orders/index.ts');
  const { http } = connection;
  const broker = new SchwabBroker({
    http,
    number,
    held,
    now,
    since,
    bookOf,
    odd,
    stream: streamer,
  });
  const identity = await broker.identity().catch((error: Error) => {
    const isDead = connection.tokens.age().level === 'dead';
    const hint = isDead ? 'the sign-in has ended' : 'or the sign-in is no good';
    throw new BadInput(`Schwab does not tell the account: ${error.message}; ${hint}: ${SIGN_IN}`);
  });
  if (identity.number !== number || identity.class !== 'live') {
    throw new BadInput('The account that Schwab answers with is not the configured one');
  }
  return { broker, number };
}

const SIGN_IN = '"plimsoll login schwab" signs in again';
const TOKEN_AHEAD_MS = 15 * 60_000; // longer than any window of orders

const HEADINGS = { 72: 'INFO', 24: 'WARNING', 6: 'HIGH', 1: 'CRITICAL', dead: 'CRITICAL' } as const;

/** What the age of the sign-in allows, and what of it must be told. */
function signIn({ tokens }: SchwabConnection, now: () => Instant) {
  let told: string = 'fine';
  return {
    signInHolds: (): string | null => {
      const { level, refreshExpiresAt } = tokens.age();
      if (level === 'dead') return 'the Schwab sign-in has ended';
      const { close } = nextSession(exchangeDate(now()));
      if (refreshExpiresAt > close) return null;
      return 'the Schwab sign-in ends before the next session does: sign in again first';
    },
    // A failure is told by the age of the sign-in.
    tend: (): void => void tokens.ensure(TOKEN_AHEAD_MS).catch(() => {}),
    signInNotices: (): readonly Notice[] => {
      const { level, refreshExpiresAt } = tokens.age();
      const isNew = `${level}` !== told;
      told = `${level}`;
      if (!isNew || level === 'fine') return [];
      const when = formatInstant(refreshExpiresAt);
      const text =
        level === 'dead'
          ? 'The Schwab sign-in has ended: nothing can be read or sent; "plimsoll login schwab"'
          : `The Schwab sign-in ends at ${when}, in less than ${level} h; "plimsoll login schwab"`;
      return [{ severity: HEADINGS[level], code: 'signInEnds', text }];
    },
  };
}
