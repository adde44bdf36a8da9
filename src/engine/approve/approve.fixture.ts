import type { ApprovalPolicy } from '../../risk/index.ts';
import { type Desk, deskSaying, want } from '../desk.fixture.ts';
import type { Command } from '../input.ts';
import type { Setup } from '../setup.ts';
import { restoreState, saveState } from '../snapshot.ts';
import type { State } from '../state.ts';

export const DAY = '2024-01-03';
export const BOTH = { opening: 'required', reducing: 'required' } as const;
export const policy = (parts: Partial<ApprovalPolicy> = {}): ApprovalPolicy => ({
  rules: BOTH,
  books: {},
  timeoutMs: 1_800_000,
  driftPctMax: 1,
  ...parts,
});

/** The runner's way with a person: instants and names are added where a command comes in. */
export function say(desk: Desk, command: Omit<Command, 'by'> & { readonly by?: string }) {
  const { at } = desk.state;
  return desk.take({ kind: 'command', at, by: 'ann', ...command } as never);
}
export const approve = (desk: Desk, request: string, parts: object = {}) =>
  say(desk, { command: 'approve', request, ...parts } as never);
export const reject = (desk: Desk, request: string, parts: object = {}) =>
  say(desk, { command: 'reject', request, reason: 'no', ...parts } as never);

export const open = (desk: Desk): string[] => desk.state.approvals.open.map(({ id }) => id);
export const only = (desk: Desk): string => open(desk)[0] as string;
export const outcomes = (desk: Desk): string[] =>
  desk.of('approvalEnded').map(({ ended, first }) => `${ended.outcome}${first ? '' : ' again'}`);

/** A desk that wants half of its equity in A, and waits for a yes. */
export function asking(
  setup: Partial<Setup> = {},
  ...more: Parameters<typeof deskSaying>[0]
): Desk {
  const desk = deskSaying([want({ A: 0.5 }), ...more], { approvals: policy(), ...setup });
  desk.decideOn(DAY);
  return desk;
}

export function restarted(desk: Desk): void {
  const again = restoreState(desk.setup, saveState(desk.state));
  (desk as { state: State }).state = again;
}
