import { createInterface } from 'node:readline/promises';
import type { MarketData } from '../../adapters/index.ts';
import { parseDate } from '../../base/index.ts';
import { exchangeDate } from '../../market/index.ts';
import { firstStart, journalPath } from '../journal-at.ts';
import { loadDesk, type LoadedDesk, UsageError } from '../load.ts';
import { renderFindings } from '../doctor/doctor.ts';
import {
  askedOf,
  brokerSeen,
  examine,
  type OpenWorld,
  openWorld,
  secretsOf,
  type Stage,
} from '../world/index.ts';
import type { CheckWiring } from './check.ts';
import { Refused } from './exit.ts';
import { note } from './print.ts';

/** What a person writes to go live without a certificate. It stays on every screen. */
export const OVERRIDE = 'I trade real money without proof';

const END_LENGTH = 4;

export interface LiveOptions {
  readonly stage: Stage;
  readonly fresh?: boolean;
  readonly from?: string;
  /** The last characters of the account, in the place of typing them. */
  readonly accountEnds?: string;
  readonly withoutCertificate?: string;
}

/**
 * Opens the market and the broker of a desk. Real money asks for a person who knows the account and
 * says in a sentence what is not proven. Throws `Refused` where that does not come.
 */
export async function openLive(loaded: LoadedDesk, options: LiveOptions): Promise<OpenWorld> {
  const { desk, folder } = loaded;
  const { stage, fresh } = options;
  const override = stage === 'live' ? sentenceOf(options) : undefined;
  const start = fresh === true ? null : firstStart(journalPath(folder));
  const world = await openWorld({
    desk,
    folder,
    stage,
    secrets: secretsOf(folder),
    ...(options.from !== undefined && { from: parseDate(options.from) }),
    ...(start !== null && { since: start.at, from: exchangeDate(start.at) }),
    ...(override !== undefined && { override }),
  });
  try {
    await fit(loaded, world, fresh === true);
    if (stage === 'live') await armed(world, options);
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** The doctor, before every start: what fails keeps the desk down, what only warns is shown. */
async function fit(loaded: LoadedDesk, world: OpenWorld, fresh: boolean): Promise<void> {
  const findings = await examine(loaded, world, fresh);
  const odd = findings.filter(({ verdict }) => verdict !== 'ok');
  for (const line of renderFindings(odd)) note(line);
  const failing = odd.filter(({ verdict }) => verdict === 'fail').length;
  if (failing > 0)
    throw new Refused(`Not fit to start: ${failing} of ${findings.length} lines fail`);
}

function sentenceOf({ withoutCertificate: found }: LiveOptions): string {
  if (found === OVERRIDE) return found;
  const wanted = `a certificate of the paper stage, or --without-certificate "${OVERRIDE}"`;
  if (found === undefined) throw new Refused(`Live needs ${wanted}`);
  throw new UsageError(`--without-certificate "${found}": wanted the sentence "${OVERRIDE}"`);
}

/** A person shows that they know whose money it is. */
async function armed({ connection }: OpenWorld, { accountEnds }: LiveOptions): Promise<void> {
  const wanted = connection.account?.slice(-END_LENGTH) ?? '';
  const given = accountEnds ?? (await typedEnd());
  if (given.trim() === wanted && wanted !== '') return;
  throw new Refused('These are not the last characters of the account; nothing was started');
}

async function typedEnd(): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError('Nobody can be asked here: wanted --account-ends with the last 4 digits');
  }
  note('This is real money.');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question('Type the last 4 characters of the account to go on: ');
  } finally {
    prompt.close();
  }
}

/** A world to ask in: a broker that plays a recorded market is not told the time by it. */
export async function asking({ desk, folder }: LoadedDesk, stage: Stage): Promise<OpenWorld> {
  const broker = desk.broker && ({ ...desk.broker, clock: 'system' } as const);
  return openWorld({ desk: { ...desk, broker }, folder, stage, secrets: secretsOf(folder) });
}

/** How `plimsoll check` reaches the broker of a desk: to ask, and to send nothing. */
export const CHECK_WIRING: CheckWiring = {
  seen: brokerSeen,
  open: async (loaded, stage) => {
    const world = await asking(loaded, stage);
    return { asked: askedOf(loaded, world), close: () => world.close() };
  },
};

/** The market data of a desk's broker, for bars to keep. */
export async function brokerData(name: string): Promise<MarketData> {
  const loaded = await loadDesk('.');
  if (loaded.desk.broker?.name !== name) {
    throw new UsageError(`--source ${name}: the desk in this folder has another broker`);
  }
  const world = await asking(loaded, 'dry-run');
  const { data } = world.connection;
  return {
    get tag() {
      return data.tag;
    },
    history: (ask) => data.history(ask),
    quotes: (symbols) => data.quotes(symbols),
    close: () => world.close(),
  };
}
