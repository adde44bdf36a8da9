import { ReplayMarket } from '../../src/adapters/alpaca-server/market/replay.ts';
import type { OpenWorld } from '../../src/apps/world/index.ts';
import { openDesk, type RunningDesk } from '../../src/apps/wire.ts';
import { type DateText, type Instant, MINUTE_MS } from '../../src/base/index.ts';
import type { State } from '../../src/engine/index.ts';
import { exchangeDate, nextSession, type Session, sessionOn } from '../../src/market/index.ts';
import type { Violation } from '../hostile/violations.ts';
import { startAlpaca } from './alpaca.ts';
import { deskAt, firstDay, seriesOf } from './desk.ts';
import { startSchwab } from './schwab.ts';
import { settle } from './settle.ts';
import type { Counter, CounterTerms, Truth } from './truth.ts';
import { Watch } from './watch.ts';

/** One world: a desk, a counterpart and a wire that lies for some days. */
export interface Plan {
  readonly seed: number;
  readonly broker: 'alpaca' | 'schwab';
  readonly streams: boolean;
  /** Share of answers that are changed. */
  readonly rate: number;
  readonly loudDays: number;
  readonly quietDays: number;
}

export interface Played {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  readonly answers: number;
  /** Changed answers, by "endpoint | kind". */
  readonly mutated: ReadonlyMap<string, number>;
  readonly counts: ReadonlyMap<string, number>;
  readonly orders: number;
  readonly fills: number;
  readonly trace: readonly string[];
  readonly alerts: readonly string[];
  readonly state: State | null;
  readonly truth: Truth | null;
}

const RATES = [0.05, 0.1, 0.2, 0.35] as const;

/** The plan of a seed: every third world is Schwab's, every fourth follows a stream of bars. */
export function planOf(seed: number): Plan {
  return {
    seed,
    broker: seed % 3 === 0 ? 'schwab' : 'alpaca',
    streams: seed % 4 === 1,
    rate: RATES[(seed >> 1) % RATES.length] as number,
    loudDays: seed % 4 === 1 ? 2 : 4,
    quietDays: 2,
  };
}

const TRIES = 12; // to open a connection while it is loud

function sessionsOf({ seed, loudDays, quietDays }: Plan): Session[] {
  const sessions: Session[] = [];
  let date = firstDay(seed);
  while (sessions.length < loudDays + quietDays) {
    const session = nextSession(date);
    sessions.push(session);
    date = session.date;
  }
  return sessions;
}

/** Plays a world: days of changed answers with a restart among them, then days of truth. */
export async function play(plan: Plan): Promise<Played> {
  const sessions = sessionsOf(plan);
  const first = sessions[0] as Session;
  const clock = { at: first.open };
  const quietFrom = (sessions[plan.loudDays] as Session).open - 60 * MINUTE_MS;
  const series = seriesOf(plan.seed);
  const market = new ReplayMarket(series, { spreadBps: 2 });
  const life: Life = { desk: null, clock, isForcedQuiet: false };
  const now = () => nowOf(life);
  const isLoud = () => !life.isForcedQuiet && now() < quietFrom;
  const price = (symbol: string, at: Instant) => market.quote(symbol, at)?.last;
  const watch = new Watch({ seed: plan.seed, now, isLoud, price });
  const terms: CounterTerms = {
    ...plan,
    start: first.open,
    now,
    isLoud,
    asked: (...request) => watch.asked(...request),
    told: (...answer) => watch.told(...answer),
  };
  const counter = await (plan.broker === 'alpaca' ? startAlpaca : startSchwab)(terms, series);
  const { loaded, remove } = deskAt({
    ...plan,
    url: counter.proxy.url,
    account: counter.account,
  });
  const dates = sessions.map(({ date }) => date);
  const middle = Math.max(1, plan.loudDays >> 1);
  const spans = [
    [dates[0], dates[middle - 1]],
    [dates[middle], dates.at(-1)],
  ] as [DateText, DateText][];
  let state: State | null = null;
  let truth: Truth | null = null;
  try {
    for (const [from, to] of spans) {
      state = await live({ life, counter, watch, loaded }, from, to);
    }
    truth = await counter.truth();
    const { violations, alerts } = watch;
    const named = () => watch.count('orders with fills that were alarmed');
    settle({ truth, state: state as State, violations, alerts, named });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    watch.violations.must(0, false, () => `Something was thrown out of the process: ${text}`);
  } finally {
    await counter.close();
    remove();
  }
  const { proxy } = counter;
  return {
    plan,
    violations: watch.violations.list,
    answers: proxy.answers,
    mutated: proxy.mutated,
    counts: watch.counts,
    orders: watch.orders,
    fills: truth?.fills.length ?? 0,
    trace: proxy.trace,
    alerts: watch.alerts,
    state,
    truth,
  };
}

interface Life {
  desk: { readonly now: () => Instant } | null;
  readonly clock: { at: Instant };
  isForcedQuiet: boolean;
}

/** The newest instant of any life. */
function nowOf({ desk, clock }: Life): Instant {
  const at = desk?.now() ?? clock.at;
  if (at > clock.at) clock.at = at;
  return clock.at;
}

interface LiveParts {
  readonly life: Life;
  readonly counter: Counter;
  readonly watch: Watch;
  readonly loaded: Parameters<typeof openDesk>[0];
}

/** One life of the process, from its start to the end of a day. */
async function live(parts: LiveParts, from: DateText, to: DateText): Promise<State> {
  const { life, watch, counter } = parts;
  const desk = await opened(parts, from, to);
  life.isForcedQuiet = false;
  try {
    watch.useChecks(desk.setup);
    watch.begin(desk.runner, counter);
    await desk.runner.run('end');
    return desk.runner.state;
  } finally {
    watch.begin(null, counter);
    nowOf(life);
    life.desk = null;
    await desk.close();
  }
}

const NIGHT_POLL_MS = 1_800_000;

/** An order that somebody must look at is asked about every two seconds, but not all night here. */
function sleepAtNight(world: OpenWorld, now: () => Instant): void {
  const { broker } = world;
  if (broker === null) return;
  const { traits } = broker;
  const isDay = () => {
    const session = sessionOn(exchangeDate(now()));
    return session !== undefined && now() >= session.open && now() <= session.close + MINUTE_MS;
  };
  const lazy = {
    ...traits,
    get pollMs() {
      return isDay() ? traits.pollMs : NIGHT_POLL_MS;
    },
  };
  Object.defineProperty(broker, 'traits', { value: lazy });
}

/** Starts the program until it starts: a connection that cannot be proven is a start refused. */
async function opened(parts: LiveParts, from: DateText, to: DateText): Promise<RunningDesk> {
  const { life, counter, watch, loaded } = parts;
  for (let trial = 1; ; trial++) {
    if (trial > TRIES) life.isForcedQuiet = true;
    try {
      const since = watch.startedAt;
      const world = await counter.open(loaded, { from, since, now: life.clock });
      life.desk = world;
      sleepAtNight(world, () => nowOf(life));
      return await openDesk(loaded, {
        stage: counter.name === 'alpaca' ? 'paper' : 'live',
        speed: 'max',
        from,
        to,
        fresh: false,
        world,
        observer: { taken: (...told) => watch.taken(...told) },
      });
    } catch (error) {
      life.desk = null;
      if (life.isForcedQuiet) throw error;
      watch.count('starts refused');
    }
  }
}
