import { randomBytes } from 'node:crypto';
import { type AlpacaServer, startAlpacaServer } from '../../adapters/alpaca-server/index.ts';
import { type DurableMap, openDurableMap } from '../../adapters/journal/index.ts';
import {
  canonical,
  formatInstant,
  type Instant,
  type Money,
  parseMoney,
} from '../../base/index.ts';
import { exchangeClock, exchangeDate } from '../../market/index.ts';
import type { SimBrokerSettings } from '../../sim/index.ts';
import { UsageError } from '../load.ts';
import { faultsOf } from './broker-faults.ts';
import { openMarket, type PlayedMarket, playedClock, speedOf } from './broker-market.ts';
import { EXIT } from './exit.ts';
import { dollars, note, say, table } from './print.ts';

export interface ServeOptions {
  readonly port: string;
  readonly account: string;
  readonly cash: string;
  readonly seed: string;
  readonly desk?: string;
  readonly live?: string;
  readonly bars: readonly string[];
  readonly synthetic?: boolean;
  readonly from?: string;
  readonly speed: string;
  readonly spreadBps: string;
  readonly delayMs: string;
  readonly partialFillsPct: string;
  readonly rejectionPct: string;
  readonly margin: string;
  readonly optionsLevel: string;
  /** False by `--no-shorting`. */
  readonly shorting: boolean;
  readonly faults?: string;
  readonly store?: string;
  readonly followClock?: boolean;
  readonly json?: boolean;
}

const FILL_MS = 50; // between two looks for what is due
const PPM_PER_PCT = 10_000;
const PIECES = { pieces: 3, everyMs: 1_000 } as const;
const CASH_MAX = 1_000_000_000;
const KEY_ID_ENV = 'PLIMSOLL_BROKER_KEY_ID';
const SECRET_ENV = 'PLIMSOLL_BROKER_SECRET';

/** Resolves when the process is told to end. */
function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
  });
}

/** `plimsoll broker serve`: the paper broker on loopback, until it is told to end. */
export async function serve(
  options: ServeOptions,
  until: () => Promise<void> = toldToEnd,
): Promise<number> {
  const terms = termsOf(options);
  const keys = keysOf(process.env);
  const arm = options.faults === undefined ? undefined : faultsOf(options.faults);
  const played = await openMarket({ ...options, seed: terms.seed, spreadBps: terms.spreadBps });
  const store = options.store === undefined ? undefined : openStore(options.store);
  let server: AlpacaServer | undefined;
  try {
    server = await start(options, { terms, keys, played, store });
    arm?.(server.faults);
    const running = server;
    const timer = setInterval(() => running.tick(), FILL_MS);
    tell(options, { server, terms, played, keys });
    await until();
    clearInterval(timer);
  } finally {
    await server?.close();
    await played.close?.();
    store?.close();
  }
  return EXIT.ok;
}

interface Parts {
  readonly terms: Terms;
  readonly keys: Keys;
  readonly played: PlayedMarket;
  readonly store: DurableMap | undefined;
}

async function start(
  options: ServeOptions,
  { terms, keys, played, store }: Parts,
): Promise<AlpacaServer> {
  const { port, account, settings, speed } = terms;
  const follows = options.followClock === true;
  const clock = played.clock ?? playedClock(played, speed, () => performance.now());
  try {
    return await startAlpacaServer({
      port,
      now: follows ? () => played.start : clock,
      keys,
      account,
      settings,
      market: played.market,
      ...(store === undefined ? {} : { store }),
      followHeader: follows,
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new UsageError(`--port "${port}" is taken by another process; 0 takes any free one`);
    }
    if (code === 'EACCES') throw new UsageError(`--port "${port}" may not be opened by this user`);
    throw error;
  }
}

function openStore(path: string): DurableMap {
  try {
    return openDurableMap(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--store "${path}" cannot be opened: ${reason}`);
  }
}

interface Terms {
  readonly port: number;
  readonly seed: number;
  readonly spreadBps: number;
  readonly speed: number;
  readonly account: {
    readonly number: string;
    readonly cash: Money;
    readonly optionsLevel: number;
    readonly shorting: boolean;
    readonly multiplier: 1 | 2 | 4;
  };
  readonly settings: Partial<SimBrokerSettings>;
}

function figure(name: string, text: string, most: number): number {
  const value = /^\d{1,9}(?:\.\d{1,4})?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new UsageError(`--${name} "${text}": wanted a number from 0 to ${most}`);
}

function whole(name: string, text: string, most: number): number {
  const value = figure(name, text, most);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`--${name} "${text}": wanted a whole number`);
}

/** The options as figures. Throws `UsageError` for the first that is not as wanted. */
function termsOf(options: ServeOptions): Terms {
  const { account, cash, margin } = options;
  if (!/^[A-Z0-9]{4,16}$/.test(account)) {
    throw new UsageError(`--account "${account}": wanted 4 to 16 capital letters and digits`);
  }
  figure('cash', cash, CASH_MAX);
  if (margin !== '1' && margin !== '2' && margin !== '4') {
    throw new UsageError(`--margin "${margin}": wanted 1, 2 or 4`);
  }
  const seed = whole('seed', options.seed, 999_999_999);
  const delay = whole('delay-ms', options.delayMs, 600_000);
  const partly = figure('partial-fills-pct', options.partialFillsPct, 100);
  const rejected = figure('rejection-pct', options.rejectionPct, 100);
  return {
    port: whole('port', options.port, 65_535),
    seed,
    spreadBps: figure('spread-bps', options.spreadBps, 1_000),
    speed: speedOf(options.speed),
    account: {
      number: account,
      cash: parseMoney(cash),
      optionsLevel: whole('options-level', options.optionsLevel, 3),
      shorting: options.shorting,
      multiplier: Number(margin) as 1 | 2 | 4,
    },
    settings: {
      seed,
      delayMs: [delay, delay],
      rejectionPpm: Math.round(rejected * PPM_PER_PCT),
      shortSelling: options.shorting,
      ...(partly === 0
        ? {}
        : { partialFills: { sharePpm: Math.round(partly * PPM_PER_PCT), ...PIECES } }),
    },
  };
}

interface Keys {
  readonly keyId: string;
  readonly secret: string;
}

/** Keys of the environment, both; or new ones, told once. */
function keysOf(env: NodeJS.ProcessEnv): Keys {
  const [keyId = '', secret = ''] = [env[KEY_ID_ENV], env[SECRET_ENV]];
  if (keyId !== '' && secret !== '') return { keyId, secret };
  if (keyId !== '' || secret !== '') {
    const [there, missing] = keyId === '' ? [SECRET_ENV, KEY_ID_ENV] : [KEY_ID_ENV, SECRET_ENV];
    throw new UsageError(`${there} is set and ${missing} is not: wanted both, or neither`);
  }
  const made = {
    keyId: `PK${randomBytes(9).toString('hex').toUpperCase()}`,
    secret: randomBytes(20).toString('hex'),
  };
  note(`Keys made for this run, told only here:  ${made.keyId}  ${made.secret}`);
  return made;
}

interface Told {
  readonly server: AlpacaServer;
  readonly terms: Terms;
  readonly played: PlayedMarket;
  readonly keys: Keys;
}

function tell(options: ServeOptions, { server, terms, played, keys }: Told): void {
  const { url, streamUrl, dataUrl, dataStreamUrl } = server;
  const at: Instant = server.now();
  const { keyId } = keys;
  const { account, speed } = terms;
  if (options.json === true) {
    const urls = { url, streamUrl, dataUrl, dataStreamUrl };
    const { symbols } = played;
    say(canonical({ account: account.number, keyId, ...urls, symbols, at: formatInstant(at) }));
    return;
  }
  const pace = options.followClock === true ? "as its clients' requests tell" : `${speed}x`;
  const margin = account.multiplier === 1 ? 'no margin' : `margin ${account.multiplier}x`;
  const shorting = account.shorting ? 'shorting' : 'no shorting';
  say(`Paper broker on loopback, until it is interrupted. Nothing here is real.`);
  say();
  const rows = [
    ['Account', `${account.number}, ${dollars(account.cash)}, ${margin}, ${shorting}`],
    ['Options', account.optionsLevel === 0 ? 'none' : `level ${account.optionsLevel}`],
    ['Market', `${played.symbols.join(', ')}: ${played.title}`],
    ['Clock', `${exchangeDate(at)} ${exchangeClock(at)} New York, ${pace}`],
    ['Trading', url],
    ['Orders stream', streamUrl],
    ['Market data', dataUrl],
    ['Data streams', `${dataStreamUrl}/v2/iex, /v2/sip, /v1beta1/indicative`],
  ];
  for (const line of table(['Paper broker', ''], rows)) say(line);
  say();
  say('Any Alpaca client takes it from the environment:');
  say(`  export APCA_API_KEY_ID=${keyId}`);
  say(`  export APCA_API_SECRET_KEY=…`);
  say(`  export APCA_API_BASE_URL=${url}`);
  say(`  export APCA_DATA_BASE_URL=${dataUrl}   APCA_API_DATA_URL=${dataUrl}`);
  say(`  export APCA_API_STREAM_URL=${dataUrl}`);
}
