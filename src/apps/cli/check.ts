import { masked } from '../../adapters/index.ts';
import type { Instant } from '../../base/index.ts';
import { describeDesk, deskJsonSchema } from '../config/index.ts';
import {
  doctor,
  type DoctorParts,
  type Finding,
  renderFindings,
  systemSeen,
  worstLast,
} from '../doctor/doctor.ts';
import type { BrokerSeen } from '../doctor/local.ts';
import { type LoadedDesk, loadDesk } from '../load.ts';
import { SeriesLoader } from '../series.ts';
import { setupOf } from '../setup.ts';
import { barsOf } from './backtest.ts';
import { EXIT } from './exit.ts';
import { note, say } from './print.ts';

export interface CheckOptions {
  readonly bars: readonly string[];
  readonly set: readonly string[];
  readonly stage?: 'paper' | 'live';
  readonly json?: boolean;
}

export type BrokerStage = NonNullable<CheckOptions['stage']>;

/** What the broker of a desk is asked, and what ends the connection. */
export interface CheckBroker {
  readonly asked: NonNullable<DoctorParts['broker']>;
  close(): Promise<void>;
}

/** How the broker of a desk is reached; who calls the command knows. */
export interface CheckWiring {
  /** Its keys and sign-in, asking nobody; null for a desk that names no broker. */
  seen(loaded: LoadedDesk, stage: BrokerStage): Promise<BrokerSeen | null>;
  /** Opens it, to ask and to send nothing. */
  open(loaded: LoadedDesk, stage: BrokerStage): Promise<CheckBroker>;
}

/**
 * `plimsoll check`: proves the configuration, shows its limits in dollars, finds its data, and
 * looks at the machine; with a stage it asks the broker too. Fails where the desk may not start.
 */
export async function check(
  path: string,
  options: CheckOptions,
  wiring?: CheckWiring,
): Promise<number> {
  const loaded = await loadDesk(path, { sets: options.set, bars: barsOf(options.bars) });
  const lines = describeDesk(loaded.desk);
  const tell = options.json ? () => {} : say;
  for (const warning of loaded.warnings) note(warning);
  for (const line of lines) tell(line);
  const bars = await findBars(loaded, tell);
  const findings = await findingsOf(loaded, options.stage, wiring);
  const failing = findings.filter(({ verdict }) => verdict === 'fail').length;
  if (options.json) {
    const { name: desk } = loaded.desk;
    const result = { ok: failing === 0, desk, configuration: loaded.configHash };
    say(JSON.stringify({ ...result, lines, bars, findings }));
  }
  for (const line of renderFindings(findings)) tell(line);
  if (failing === 0) tell('Configuration and data are sound');
  else tell(`Not fit to start: ${failing} of ${findings.length} lines fail`);
  return failing === 0 ? EXIT.ok : EXIT.failed;
}

/** Loads every series of the desk once. */
async function findBars(
  { desk, definitions }: LoadedDesk,
  tell: (line: string) => void,
): Promise<object[]> {
  const setup = setupOf(desk, definitions, { account: 'check', record: 'all' });
  const loader = new SeriesLoader(desk);
  const found: object[] = [];
  for (const { symbol } of setup.series) {
    const { length, timeframe, source, adjustment } = await loader.load(symbol);
    const range = `${length} bars of ${timeframe}, source ${source}`;
    tell(`Bars ${symbol}: ${range}, adjusted for ${adjustment}`);
    found.push({ symbol, bars: length, timeframe, source, adjustment });
  }
  return found;
}

async function findingsOf(
  loaded: LoadedDesk,
  stage: BrokerStage | undefined,
  wiring: CheckWiring | undefined,
): Promise<readonly Finding[]> {
  const { folder, configHash, desk } = loaded;
  const now = Date.now() as Instant;
  const machine = { folder, desk: desk.name, configHash, system: systemSeen(folder), now };
  if (stage === undefined) return doctor({ local: { ...machine, broker: null }, broker: null });
  let seen: BrokerSeen | null = null;
  let broker: CheckBroker | undefined;
  try {
    if (wiring === undefined) throw new Error('this desk names no broker');
    seen = await wiring.seen(loaded, stage);
    broker = await wiring.open(loaded, stage);
    return await doctor({ local: { ...machine, broker: seen }, broker: broker.asked });
  } catch (error) {
    const local = await doctor({ local: { ...machine, broker: seen }, broker: null });
    return worstLast([...local, notOpened(error)]);
  } finally {
    await broker?.close().catch(() => {});
  }
}

function notOpened(error: unknown): Finding {
  const why = masked(error instanceof Error ? error.message : String(error));
  const todo = 'Set broker, account and keys of the desk';
  return { line: 'Broker', verdict: 'fail', found: `not known, because ${why}`, todo };
}

/** `plimsoll schema`. */
export async function schema(): Promise<undefined> {
  say(JSON.stringify(deskJsonSchema(), null, 2));
}
