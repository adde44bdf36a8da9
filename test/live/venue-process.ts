import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type FromVenue, KEYS, type Shot, type ToVenue, type VenueTerms } from './terms.ts';

const PROGRAM = fileURLToPath(new URL('venue.ts', import.meta.url));
const PAGE = 100;

/** An order as the broker lists it, numbers as it writes them. */
export interface Listed {
  readonly id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly qty: string;
  readonly filled_qty: string;
  readonly type: string;
  readonly time_in_force: string;
  readonly limit_price: string | null;
  readonly stop_price: string | null;
  readonly status: string;
  readonly created_at: string;
}

/** One execution of its list. */
export interface Executed {
  readonly id: string;
  readonly order_id: string;
  readonly qty: string;
  readonly price: string;
  readonly side: string;
  readonly transaction_time: string;
}

/** What the broker has when all is over: the truth that books are held against. */
export interface Truth {
  readonly orders: readonly Listed[];
  readonly executions: readonly Executed[];
  readonly cash: string;
  readonly positions: Readonly<Record<string, number>>;
}

/** The paper broker's process as a test holds it: armed, asked and ended. */
export class VenueProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(terms: VenueTerms): Promise<VenueProcess> {
    const child = fork(PROGRAM, [JSON.stringify(terms)], { execArgv: ['--import', 'tsx'] });
    const found = await heard(child, 'listening');
    return new VenueProcess(child, found.url);
  }

  /** Lets it kill a process at a moment; null: it kills nobody. */
  arm(shot: Shot | null): void {
    this.#tell({ kind: 'shot', shot });
  }

  /** Ends every fault. */
  quiet(): void {
    this.#tell({ kind: 'quiet' });
  }

  mute(orders: boolean, data: boolean): void {
    this.#tell({ kind: 'mute', orders, data });
  }

  /** How many requests came, and those that were no readings. */
  async told(): Promise<Extract<FromVenue, { kind: 'told' }>> {
    const answer = heard(this.#child, 'told');
    this.#tell({ kind: 'told' });
    return answer;
  }

  /** Everything the account has; to be asked without faults. */
  async truth(): Promise<Truth> {
    const orders = (await this.#get('/v2/orders?status=all&limit=500')) as Listed[];
    const account = (await this.#get('/v2/account')) as { cash: string };
    const held = (await this.#get('/v2/positions')) as { symbol: string; qty: string }[];
    const positions = Object.fromEntries(held.map(({ symbol, qty }) => [symbol, Number(qty)]));
    return { orders, executions: await this.#executions(), cash: account.cash, positions };
  }

  async #executions(): Promise<Executed[]> {
    const all: Executed[] = [];
    for (;;) {
      const last = all.at(-1);
      const token = last === undefined ? '' : `&page_token=${encodeURIComponent(last.id)}`;
      const path = `/v2/account/activities/FILL?direction=asc&page_size=${PAGE}${token}`;
      const page = (await this.#get(path)) as Executed[];
      all.push(...page);
      if (page.length < PAGE) return all;
    }
  }

  async #get(path: string): Promise<unknown> {
    const { keyId, secret } = KEYS;
    const headers = { 'apca-api-key-id': keyId, 'apca-api-secret-key': secret };
    const reply = await fetch(`${this.url}${path}`, { headers });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  }

  #tell(message: ToVenue): void {
    this.#child.send(message);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** The next message of a kind. Throws where the process ends before. */
function heard<Kind extends FromVenue['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<FromVenue, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const over = (code: number | null) => reject(new Error(`The paper broker ended with ${code}`));
    const take = (message: FromVenue) => {
      if (message.kind !== kind) return;
      child.off('message', take);
      child.off('exit', over);
      resolve(message as Extract<FromVenue, { kind: Kind }>);
    };
    child.on('message', take);
    child.once('exit', over);
  });
}
