import { fileURLToPath } from 'node:url';
import {
  type CorporateAction,
  type RecordedExchange,
  ReplayMarket,
  startAlpacaServer,
} from '../../src/adapters/alpaca-server/index.ts';
import {
  type DateText,
  type Instant,
  parseDate,
  parseMoney,
  type Price,
} from '../../src/base/index.ts';
import { loadDesk } from '../../src/apps/load.ts';
import { SeriesLoader } from '../../src/apps/series.ts';
import type { Bars } from '../../src/market/index.ts';
import { exchangeDay, sessionOn } from '../../src/market/index.ts';
import { drawOf } from '../../src/sim/index.ts';
import {
  CASH,
  type FromVenue,
  KEYS,
  type Posted,
  type Shot,
  type ToVenue,
  type VenueTerms,
} from './terms.ts';

/**
 * The paper broker as a process of its own: the market of an example, the faults of a seed. Its one
 * argument is `VenueTerms` as JSON. It may kill the desk at an exact request.
 */
const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const AFTERWARDS_DRAW = 201;
const FILLS_PATH = '/v2/account/activities/FILL';
const TICK_MS = 50;

const terms = JSON.parse(process.argv[2] ?? '') as VenueTerms;
const tell = (message: FromVenue): void => void process.send?.(message);

async function seriesOf(): Promise<readonly Bars[]> {
  const { desk } = await loadDesk(`${EXAMPLES}${terms.desk}`);
  const loader = new SeriesLoader(desk);
  const series: Bars[] = [];
  for (const symbol of Object.keys(desk.data)) series.push(await loader.load(symbol));
  return series;
}

const series = await seriesOf();

function dividendsOn(date: DateText): readonly CorporateAction[] {
  const session = sessionOn(date);
  if (terms.dividendEvery === 0 || session === undefined) return [];
  if (exchangeDay(session.open) % terms.dividendEvery !== 0) return [];
  return series.map(({ symbol }) => {
    return { kind: 'dividend', symbol, perShare: parseMoney('0.125') } as const;
  });
}

const posted: Posted[] = [];
let requests = 0;
let shot: Shot | null = null;
let counted = 0;
/** Executions that were listed, and what was decided about them. */
const known = new Set<string>();

function record({ method, path, headers, status, answer }: RecordedExchange): void {
  requests++;
  const at = Number(headers['x-plimsoll-at'] ?? 0);
  if (method !== 'GET') posted.push({ method, path, status, at });
  if (path === FILLS_PATH && terms.afterwardsPpm > 0) setImmediate(() => afterwards(answer));
  if (shot === null) return;
  const call = `${method} ${path}`;
  if (shot.call !== null && !call.startsWith(shot.call)) return;
  if (++counted !== shot.count) return;
  process.kill(shot.pid, 'SIGKILL');
  shot = null;
  tell({ kind: 'killed', call });
}

/** Takes some of the executions that a reader just saw back, or corrects their price. */
function afterwards(answer: unknown): void {
  for (const row of Array.isArray(answer) ? answer : []) {
    const { id, price } = row as { id: string; price: string };
    const uuid = id.split('::')[1] as string;
    if (known.has(uuid)) continue;
    known.add(uuid);
    const draw = drawOf(terms.seed, known.size, AFTERWARDS_DRAW) * 1_000_000;
    if (isQuiet || draw >= terms.afterwardsPpm) continue;
    if (draw * 2 < terms.afterwardsPpm) server.bust(uuid);
    else server.correct(uuid, (parseMoney(price) + 10_000) as number as Price);
  }
}

let isQuiet = false;
const { seed, offsetMs, partly } = terms;
const open = sessionOn(parseDate(terms.from))?.open as Instant;

const server = await startAlpacaServer({
  now: () => (offsetMs === null ? open : ((Date.now() + offsetMs) as Instant)),
  keys: KEYS,
  account: { number: terms.number, cash: parseMoney(CASH) },
  settings: {
    seed,
    delayMs: terms.delayMs,
    rejectionPpm: terms.rejectionPpm,
    ...(partly !== null && { partialFills: partly }),
  },
  market: new ReplayMarket(series, { spreadBps: 2 }),
  followHeader: offsetMs === null,
  corporateActions: dividendsOn,
  record,
});
const { faults } = server;
faults.rates(terms.rates);
for (const one of terms.rest) faults.add(one);
for (const one of terms.frames) faults.addFrame(one);
faults.mute = terms.mute;
faults.muteData = terms.muteData;
faults.positionsLagMs = terms.lagMs;
if (offsetMs !== null) setInterval(() => server.tick(), TICK_MS);

process.on('message', (message: ToVenue) => {
  switch (message.kind) {
    case 'shot':
      shot = message.shot;
      counted = 0;
      return;
    case 'quiet':
      isQuiet = true;
      return faults.clear();
    case 'mute':
      faults.mute = message.orders;
      faults.muteData = message.data;
      return;
    case 'told':
      return tell({ kind: 'told', requests, posted });
  }
});
// Nobody is left who could ask or kill it.
process.once('disconnect', () => process.exit());
tell({ kind: 'listening', url: server.url });
