import type { Instant } from '../../src/base/index.ts';
import { type Identity, Runner } from '../../src/apps/runner.ts';
import { type Command, foldRecords, type State, stateDigest } from '../../src/engine/index.ts';
import type { Session } from '../../src/market/index.ts';
import { drawOf } from '../../src/sim/index.ts';
import {
  type CrashChoice,
  DiskError,
  HostileBroker,
  HostileDisk,
  HostileMarket,
  Network,
} from '../../src/sim/hostile/index.ts';
import { HostileAdapter } from './adapter.ts';
import { ProcessClock } from './clock.ts';
import { StateChecks } from './state-checks.ts';
import { WorldFeed, WorldMarket } from './feed.ts';
import { type JournalHooks, nothingProven, SimJournal } from './journal.ts';
import { DISK_CAPACITY, planOwner, quietOwner } from './owner.ts';
import { WorldOwnership } from './ownership.ts';
import type { WorldPlan } from './plan.ts';
import { settle } from './settle.ts';
import { dryBroker } from './dry-run.ts';
import { Dead, Life, Timeline, turn } from './timeline.ts';
import { Violations } from './violations.ts';
import { Wire } from './wire.ts';
import { WireChecks } from './wire-checks.ts';

/** A crash at one point: its number since the last one, and what the disk keeps. */
export interface PlannedCrash {
  readonly point: number;
  readonly choice: CrashChoice;
}

export interface WorldOptions {
  /** Crashes at these points, one after the other, in place of the plan's own. */
  readonly crashes?: readonly PlannedCrash[];
  /** What else happens: called once, before the first life. */
  readonly script?: (world: World) => void;
  /** Told every point passed, by its name and the number of the life that passed it. */
  readonly onPoint?: (name: string, life: number) => void;
}

const HOUR_MS = 3_600_000;
const HISTORY = 6; // sessions before the first one
const LIVES_MAX = 300; // of one world
/** Readings come by the thousand: dying around them is like dying between events. */
const isTelling = (name: string): boolean => !/ (?:orders|order|account|positions)/.test(name);
const IDENTITY: Identity = { stage: 'paper', build: 'world', config: 'world', strategies: {} };

/** One seed, one world: the real runner in it, and everything that is checked. */
export class World {
  readonly plan: WorldPlan;
  readonly timeline: Timeline;
  readonly broker: HostileBroker;
  readonly market: WorldMarket;
  readonly network: Network;
  readonly wire: Wire;
  readonly disk: HostileDisk;
  readonly violations: Violations;
  readonly checks: WireChecks;
  readonly stateChecks: StateChecks;
  readonly counts: Map<string, number> = new Map();
  /** What went over the wire, in order. */
  readonly trace: string[] = [];
  life: Life;
  runner: Runner | null = null;
  state: State | null = null;
  journal: SimJournal | null = null;
  isQuiet = false;
  #adapter: HostileAdapter | null = null;
  readonly #options: WorldOptions;
  readonly #crashes: PlannedCrash[];
  #points = 0;
  #pointsOfLife = 0;
  #lives = 0;
  #isNight = false;
  #pumpAt = Number.POSITIVE_INFINITY;
  #digest: string | null = null;
  readonly #proven = nothingProven();
  readonly #ownership = new WorldOwnership();
  readonly #dryStore = new Map<string, string>();

  constructor(plan: WorldPlan, options: WorldOptions = {}) {
    const first = plan.sessions[0] as Session;
    this.plan = plan;
    this.#options = options;
    this.#crashes = [...(options.crashes ?? [])];
    this.timeline = new Timeline((first.open - HOUR_MS) as Instant);
    this.violations = new Violations(() => this.timeline.now);
    this.market = new WorldMarket(
      new HostileMarket(plan.market),
      plan.setup.series.map(({ symbol }) => symbol),
    );
    this.market.history(first, HISTORY);
    this.broker = new HostileBroker(plan.broker, this.market.market);
    this.network = new Network(plan.network);
    this.disk = new HostileDisk({ seed: plan.seed, capacity: DISK_CAPACITY });
    this.checks = new WireChecks(plan.setup, this.violations, () => this.timeline.now);
    this.stateChecks = new StateChecks(plan.setup, this.violations);
    this.life = new Life(this.timeline, 0);
    this.life.alive = false;
    this.wire = new Wire(this.timeline, this.network, {
      point: (point, what) => this.#point(`${point} ${what}`),
      submit: (intent) => this.#submit(intent),
      reached: () => this.pump(),
      told: (line) => this.trace.push(line),
    });
  }

  /** What the broker did that a calm one does not, as far as its truth tells. */
  brokerFaults(): Map<string, number> {
    const { orders, executions, flows } = this.broker.truth;
    const faults = new Map<string, number>();
    const add = (what: string) => faults.set(what, (faults.get(what) ?? 0) + 1);
    for (const { external, executions: fills } of orders) {
      if (external) add('orders by hand');
      else if (fills.length > 1) add('orders filled in pieces');
    }
    for (const { busted, correctedBy } of executions.values()) {
      if (busted) add(correctedBy === null ? 'busts' : 'corrections');
    }
    for (const { type } of flows) add(`activity ${type}`);
    return faults;
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** Plays the whole world; the checks' findings are in `violations`. */
  async run(): Promise<void> {
    const { sessions, quiet } = this.plan;
    for (const session of [...sessions, quiet]) this.#planDay(session);
    this.timeline.at(quiet.open - HOUR_MS / 2, () => this.#quiet());
    if (this.#options.script) this.#options.script(this);
    else planOwner(this);
    this.timeline.at(this.timeline.now, () => this.#start());
    await this.#play((quiet.close + HOUR_MS) as Instant);
    settle(this);
    this.#kill();
    await turn();
  }

  async #play(until: Instant): Promise<void> {
    for (;;) {
      try {
        if (!this.timeline.step(until)) return;
      } catch (error) {
        if (!(error instanceof Dead)) throw error;
      }
      while (this.life.touched) {
        this.life.touched = false;
        await turn();
      }
    }
  }

  #planDay(session: Session): void {
    this.timeline.at(session.open - HOUR_MS, () => {
      const splits = this.market.startDay(session);
      this.broker.startDay(session, splits);
      this.count('splits', splits.length);
      this.pump();
    });
    this.timeline.at(session.close, () => this.market.endDay());
    if (!this.plan.nightly) return;
    this.timeline.at(session.open - HOUR_MS / 4, () => this.#morning());
    this.timeline.at(session.close + HOUR_MS / 4, () => this.#evening(session));
  }

  #morning(): void {
    this.#isNight = false;
    if (!this.life.alive && this.#lives > 0) this.#start();
  }

  #evening(session: Session): void {
    if (session === this.plan.quiet) return;
    this.#isNight = true;
    this.restart();
  }

  #quiet(): void {
    this.isQuiet = true;
    this.broker.quiet();
    this.network.quiet();
    this.market.market.quiet();
    this.wire.outage = null;
    this.disk.fill(DISK_CAPACITY);
    this.disk.failSyncs(0);
    this.disk.failWrite(Number.NaN);
    this.timeline.correctWall();
    quietOwner(this);
  }

  /** Brings what the broker says to the process, and comes again when it has more to do. */
  pump(): void {
    const { now } = this.timeline;
    this.broker.advance(now);
    for (const message of this.broker.takeMessages()) {
      const { life } = this;
      for (const ms of this.network.message(now)) {
        life.deliver(now + ms, () => {
          const heard = this.#adapter?.heard(message, this.timeline.clock.wall) ?? [];
          this.runner?.heard(heard);
        });
      }
    }
    const next = this.broker.nextAt();
    if (next === undefined || next >= this.#pumpAt) return;
    this.#pumpAt = next;
    this.timeline.at(next, () => {
      this.#pumpAt = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }

  #start(): void {
    const life = new Life(this.timeline, this.#lives + 1);
    if (!this.#ownership.claim(life)) return this.count('second ones refused');
    this.violations.must(26, !this.life.alive, () => 'Two processes own the desk');
    this.#lives++;
    this.life = life;
    this.runner = null;
    this.#pointsOfLife = 0;
    try {
      this.#live(life, this.#openJournal(life));
    } catch (error) {
      this.#failed(life, error);
    }
  }

  #live(life: Life, journal: SimJournal): void {
    const { plan, timeline } = this;
    this.journal = journal;
    this.checks.reread(journal);
    if (this.#digest !== null) this.#compareReplay(journal, this.#digest);
    const adapter = new HostileAdapter(plan.setup.broker, {
      life,
      wire: this.wire,
      broker: this.broker,
      state: () => this.state,
      price: (symbol) => this.market.market.price(symbol, timeline.now),
    });
    this.#adapter = adapter;
    Runner.open({
      setup: plan.setup,
      journal,
      verified: true,
      identity: IDENTITY,
      broker: plan.dryRun ? dryBroker(this, this.#dryStore) : adapter,
      feed: new WorldFeed(this.market, timeline),
      clock: () => new ProcessClock(life, timeline),
      observer: {
        taken: (input, effects, state) => {
          this.state = state;
          this.stateChecks.taken(input, effects, state);
        },
      },
      from: (plan.sessions[0] as Session).date,
      to: null,
    })
      .then((runner) => this.#opened(life, runner))
      .then(
        () => this.#ended(life),
        (error: unknown) => this.#failed(life, error),
      );
  }

  #openJournal(life: Life): SimJournal {
    const hooks: JournalHooks = {
      point: (point) => this.#point(point),
      durable: (entries) => this.checks.durable(entries),
    };
    return new SimJournal(life, this.disk, hooks, this.#proven);
  }

  /** Invariant 27: what is folded again is what it was when the process died. */
  #compareReplay(journal: SimJournal, digest: string): void {
    this.#digest = null;
    this.count('replays');
    const folded = stateDigest(foldRecords(this.plan.setup, journal.read()));
    this.violations.must(27, folded === digest, () => 'A replay differs from the life before it');
  }

  #opened(life: Life, runner: Runner): Promise<void> {
    life.check();
    this.runner = runner;
    this.count('lives');
    return runner.run('end');
  }

  #ended(life: Life): void {
    if (!life.alive) return;
    life.alive = false;
    this.#again(1_000);
  }

  /** A life that ends by itself is a fault of ours, unless the disk refused. */
  #failed(life: Life, error: unknown): void {
    if (!life.alive) return;
    life.alive = false;
    this.count('exits');
    if (error instanceof DiskError) {
      this.count('ended by the disk');
      return this.#again(60_000);
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.violations.must(0, error instanceof Dead, () => `The process ended: ${text}`);
    this.#again(5_000);
  }

  #again(ms: number): void {
    if (this.#isNight) return;
    if (this.#lives < LIVES_MAX) this.timeline.after(ms, () => this.#rise());
    else this.violations.must(36, false, () => `${LIVES_MAX} lives did not bring it to its end`);
  }

  #rise(): void {
    if (!this.#isNight && !this.life.alive) this.#start();
  }

  #kill(): void {
    this.life.alive = false;
    this.timeline.retime();
  }

  /** The process dies, and the disk keeps what it keeps; a new one comes after a while. */
  crash(choice?: CrashChoice): void {
    const { life } = this;
    if (!life.alive) return;
    this.count('crashes');
    this.#kill();
    this.disk.crash(choice);
    const share = drawOf(this.plan.seed, this.#lives, 910);
    const most = this.#options.crashes === undefined ? 1_200_000 : 2_000;
    this.#again(Math.floor(500 + share ** 4 * most));
  }

  /** A clean stop, and a new start. */
  restart(): void {
    const { runner, life } = this;
    if (!life.alive || runner === null) return;
    this.count('restarts');
    life.deliver(this.timeline.now, () => runner.stop());
  }

  /** Another start for the same desk: refused while one lives, and else there at once. */
  second(): void {
    this.count('second ones');
    this.timeline.after(0, () => this.#start());
  }

  /** As `crash`, between two events: what the state was is compared after. */
  crashBetween(): void {
    const { state, life } = this;
    if (!life.alive || state === null || this.runner === null) return;
    this.#digest = stateDigest(state);
    this.crash('all');
  }

  command(command: Command): void {
    const { life, runner } = this;
    if (!life.alive || runner === null) return;
    this.count(`command ${command.command}`);
    life.deliver(this.timeline.now, () => void runner.command(command));
  }

  #point(name: string): void {
    this.#pointsOfLife++;
    this.#options.onPoint?.(name, this.#lives);
    if (this.#options.crashes === undefined && !isTelling(name)) return;
    this.#points++;
    if (this.isQuiet && this.#options.crashes === undefined) return;
    const planned = this.#crashes[0];
    if (planned !== undefined) {
      if (this.#pointsOfLife < planned.point) return;
      this.#crashes.shift();
      this.#die(planned.choice);
    }
    if (this.#options.crashes !== undefined) return;
    const rate = this.plan.life.crashAtPoint;
    if (drawOf(this.plan.seed, this.#points, 911) < rate) this.#die();
  }

  #die(choice?: CrashChoice): never {
    this.crash(choice);
    throw new Dead('The process died here');
  }

  #submit(intent: Parameters<WireChecks['submit']>[0]): void {
    this.count('sends');
    this.violations.must(1, !this.life.refused, () => `"${intent.id}": the disk had refused`);
    const { clock, now } = this.timeline;
    this.checks.submit(intent, this.state as State, now, clock.offsetMs);
  }
}
