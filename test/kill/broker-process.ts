import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CAPITAL_MICROS } from './desk.ts';
import type { FromBroker, Shot, ToBroker } from './shot.ts';

/** An order as the broker lists it. */
export interface Listed {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: number;
  readonly status: string;
  readonly filled: number;
}

const PROGRAM = fileURLToPath(new URL('broker.ts', import.meta.url));

/** The broker's process as the test holds it: armed, asked, killed and started again. */
export class BrokerProcess {
  readonly url: string;
  readonly #file: string;
  readonly #port: number;
  #child: ChildProcess;

  private constructor(file: string, port: number, child: ChildProcess) {
    this.#file = file;
    this.#port = port;
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(file: string): Promise<BrokerProcess> {
    const { child, port } = await started(file, 0);
    return new BrokerProcess(file, port, child);
  }

  /** Lets it kill `pid` at a moment; null: it kills nobody. */
  arm(shot: (Shot & { readonly pid: number }) | null): void {
    this.#child.send({ shot } satisfies ToBroker);
  }

  /** Kills it and starts it again on the books it left on its disk. */
  async restart(): Promise<void> {
    await this.kill();
    this.#child = (await started(this.#file, this.#port)).child;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'exit');
    }
  }

  async orders(): Promise<readonly Listed[]> {
    return ((await this.#ask('list', {})) as { orders: Listed[] }).orders;
  }

  async account(): Promise<{ cash: number; positions: Readonly<Record<string, number>> }> {
    return (await this.#ask('account', { at: 0 })) as Awaited<ReturnType<typeof this.account>>;
  }

  async #ask(call: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${this.url}/v1/${call}`, asked)).json();
  }
}

async function started(file: string, port: number): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(PROGRAM, [file, `${port}`, `${CAPITAL_MICROS}`], {
    execArgv: ['--import', 'tsx'],
  });
  const [message] = (await once(child, 'message')) as [FromBroker];
  if (message.kind !== 'listening') throw new Error('The broker began with something else');
  return { child, port: message.port };
}
