import type { Instant } from '../../src/base/index.ts';
import type { Intent } from '../../src/orders/index.ts';
import {
  type Network,
  receive,
  type Reply,
  type RequestPlan,
} from '../../src/sim/hostile/index.ts';
import type { Life, Timeline } from './timeline.ts';

const TIMEOUT_MS = 30_000;

/** Points at which the process can die around a request. */
export type RequestPoint = 'asks' | 'asked' | 'answered';

export interface WireHooks {
  /** Called around each request; throws when the process dies there. */
  readonly point: (point: RequestPoint, what: string) => void;
  readonly submit: (intent: Intent) => void;
  /** The broker has acted: it may have news. */
  readonly reached: () => void;
  /** What went over the wire, in a line. */
  readonly told: (line: string) => void;
}

/** A status that a gateway answers to everything for a while, as when a token has ended. */
export interface Outage {
  readonly until: number;
  readonly status: number;
}

/** Requests on their way to the broker and back, in virtual time. */
export class Wire {
  outage: Outage | null = null;
  /** How many requests were made, by their first word. */
  readonly counts: Map<string, number> = new Map();
  /** How many of them went wrong, by what did. */
  readonly faults: Map<string, number> = new Map();
  readonly #timeline: Timeline;
  readonly #network: Network;
  readonly #hooks: WireHooks;

  constructor(timeline: Timeline, network: Network, hooks: WireHooks) {
    this.#timeline = timeline;
    this.#network = network;
    this.#hooks = hooks;
  }

  get monotonic(): number {
    return this.#timeline.clock.monotonic;
  }

  checkSubmit(intent: Intent): void {
    this.#hooks.submit(intent);
  }

  /** One request: the broker acts where it arrives, and its answer comes back, or does not. */
  request<Body>(
    life: Life,
    what: string,
    repeatable: boolean,
    act: (now: Instant) => Reply<Body>,
  ): Promise<Reply<Body>> {
    life.check();
    this.#hooks.point('asks', what);
    life.check();
    const [kind] = what.split(' ', 1) as [string];
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const plan = this.#network.request(repeatable);
    this.#countFaults(plan);
    const promise = new Promise<Reply<Body>>((resolve, reject) => {
      let over = false;
      const end = (at: number, finish: () => void): void =>
        life.deliver(at, () => {
          if (over) return;
          over = true;
          finish();
          this.#hooks.point('answered', what);
        });
      this.#send(plan, what, act, (at, reply) =>
        end(at, () => this.#give(plan, reply, resolve, reject)),
      );
      const gaveUp = this.#timeline.now + TIMEOUT_MS;
      this.#timeline.at(gaveUp, () => {
        if (!over) end(gaveUp, () => reject(new Error(`${kind}: no answer in 30 s`)));
      });
    });
    this.#hooks.point('asked', what);
    return promise;
  }

  #send<Body>(
    plan: RequestPlan,
    what: string,
    act: (now: Instant) => Reply<Body>,
    back: (at: number, reply: Reply<Body>) => void,
  ): void {
    const { now } = this.#timeline;
    const { outage } = this;
    if (outage !== null && now < outage.until) {
      return back(now + 20, refused(outage.status, null));
    }
    if (plan.gateway !== null) {
      const { status, retryAfterMs } = plan.gateway;
      for (const ms of plan.repliesMs) back(now + ms, refused(status, retryAfterMs));
    }
    for (const ms of plan.arrivesMs) {
      this.#timeline.after(ms, () => {
        const at = this.#timeline.now;
        const reply = act(at);
        this.#hooks.told(`${at} ${what} ${reply.status}`);
        this.#hooks.reached();
        if (plan.gateway !== null) return;
        for (const replyMs of plan.repliesMs) back(at + replyMs, reply);
      });
    }
  }

  #give<Body>(
    plan: RequestPlan,
    reply: Reply<Body>,
    resolve: (reply: Reply<Body>) => void,
    reject: (error: Error) => void,
  ): void {
    const got = receive(plan, reply);
    if (got.whole) resolve(got.body);
    else reject(new Error(`the answer is no JSON: ${got.text.slice(0, 20)}`));
  }

  #countFaults(plan: RequestPlan): void {
    if (plan.gateway !== null) this.count(`gateway ${plan.gateway.status}`);
    else if (plan.arrivesMs.length === 0) this.count('request lost');
    else if (plan.repliesMs.length === 0) this.count('reply lost');
    if (plan.cut !== null) this.count('reply cut');
    if ((plan.arrivesMs[0] ?? 0) > 1_000) this.count('request late');
    if ((plan.repliesMs[0] ?? 0) > 1_000) this.count('reply late');
    if (plan.arrivesMs.length > 1) this.count('request doubled');
    if (plan.repliesMs.length > 1) this.count('reply doubled');
  }

  count(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }
}

const refused = (status: number, retryAfterMs: number | null) =>
  ({
    ok: false,
    status,
    code: `gateway`,
    message: 'answered by a gateway',
    documented: false,
    retryAfterMs,
  }) as const;
