import {
  type ControlAnswer,
  type ControlRequest,
  releaseHaltLatch,
  setHaltLatch,
} from '../adapters/system/index.ts';
import { BadInput, canonical } from '../base/index.ts';
import type { Command, Effect, Input, Setup, State } from '../engine/index.ts';
import { carried, commandOf } from './command.ts';
import { controlView } from './control-view.ts';
import type { Observer } from './recorder.ts';

/** What the control of a desk needs of the loop that runs it. */
export interface Commanded {
  readonly state: State;
  command(command: Command): Promise<State>;
}

export interface ControlParts {
  readonly setup: Setup;
  readonly stage: string;
  readonly folder: string;
}

const KEPT_MAX = 50; // commands whose effects wait for the caller that asked

/**
 * People at a running desk: their requests become commands of the loop, and are answered when they
 * are durable. As an observer it hears what the engine said to each.
 */
export class DeskControl implements Observer {
  readonly #parts: ControlParts;
  readonly #heard: { readonly command: string; readonly effects: readonly Effect[] }[] = [];

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  taken(input: Input, effects: readonly Effect[]): void {
    if (input.kind !== 'command') return;
    const { kind: _, at: __, ...command } = input;
    // The engine uses its list of effects again.
    this.#heard.push({ command: canonical(command), effects: [...effects] });
    if (this.#heard.length > KEPT_MAX) this.#heard.shift();
  }

  /** Answers one request through `desk`, the loop that runs. */
  async answer(request: ControlRequest, desk: Commanded): Promise<ControlAnswer> {
    const { setup, stage, folder } = this.#parts;
    const seen = () => controlView(setup, desk.state, stage);
    if (request.kind === 'status') return { ok: true, state: { view: seen(), told: [] } };
    let command: Command;
    try {
      command = commandOf(
        request,
        setup.books.map(({ name }) => name),
      );
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      return { ok: false, code: 'usage', message: error.message };
    }
    if (request.kind === 'halt') latch(folder, request);
    if (request.kind === 'resume') releaseHaltLatch(folder);
    const state = await desk.command(command);
    const effects = this.#effectsOf(command);
    const { view, told, refused } = carried(request, state, { view: seen(), effects });
    if (refused !== null) return { ok: false, code: 'refused', message: refused };
    return { ok: true, state: { view, told } };
  }

  #effectsOf(command: Command): readonly Effect[] {
    const text = canonical(command);
    return this.#heard.findLast((one) => one.command === text)?.effects ?? [];
  }
}

/** The halt beside the journal. A disk that refuses it does not keep the halt from the journal. */
function latch(folder: string, halt: Extract<ControlRequest, { kind: 'halt' }>): void {
  try {
    setHaltLatch(folder, halt);
  } catch {
    // The command that follows is the halt.
  }
}
